import type { AuditCheck } from './audit.ts'
import type { Endpoint } from './endpoint.ts'
import type { ImportFamily } from './import-family.ts'
import type { LoadRequest, LoadWrite } from './load.ts'
import type { Log } from './log.ts'
import type { Moderation } from './moderation.ts'
import type { Reads } from './reads.ts'
import type { Writes } from './writes.ts'

/** What the host gives a service. */
export type ServiceKit = { reads: Reads; writes: Writes; log: Log }

/** What a service is to the host: a name, which is its folder and its PostgreSQL schema, and what it brings. */
export type Service = {
  readonly name: string
  /** Its schema.sql. */
  readonly schema: URL
  readonly routes: (kit: ServiceKit) => Endpoint[]
  readonly imports?: ImportFamily
  readonly moderation?: Moderation
  /** What it keeps beside its rows. */
  readonly audit?: readonly AuditCheck[]
  /** What the lab asks of it. */
  readonly load?: readonly LoadRequest[]
  readonly writeLoad?: readonly LoadWrite[]
}
