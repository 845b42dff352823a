import type { Endpoint } from './endpoint.ts'
import type { ImportFamily } from './import-family.ts'
import type { Reads } from './reads.ts'

/** What the host gives a service. */
export type ServiceKit = { reads: Reads }

/** What a service is to the host: a name, which is its folder and its PostgreSQL schema, and what it brings. */
export type Service = {
  readonly name: string
  /** Its schema.sql. */
  readonly schema: URL
  readonly routes: (kit: ServiceKit) => Endpoint[]
  readonly imports?: ImportFamily
}
