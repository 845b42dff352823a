import type { AuditCheck } from './audit.ts'
import type { Endpoint } from './endpoint.ts'
import type { HttpRequest } from './http-connection.ts'
import type { ImportFamily } from './import-family.ts'
import type { LoadRequest, LoadWrite } from './load.ts'
import type { Log } from './log.ts'
import type { Moderation } from './moderation.ts'
import type { Reads } from './reads.ts'
import type { Tidy } from './tidy.ts'
import type { Writes } from './writes.ts'

/** What the host gives a service. */
export type ServiceKit = {
  reads: Reads
  writes: Writes
  log: Log
  /** What the service of that name lets others ask, made when it is first wanted; the type is that of its api.ts. */
  neighbour<Api>(name: string): Api
  /** Throws unless the request is from who holds the admin's token; undefined where nobody does, and such routes are not served. */
  guard: ((request: HttpRequest) => void) | undefined
}

/** What a service is to the host: a name, which is its folder and its PostgreSQL schema, and what it brings. */
export type Service = {
  readonly name: string
  /** Its schema.sql and, where that is long, what else of it there is, in order. */
  readonly schema: URL | readonly URL[]
  readonly routes: (kit: ServiceKit) => Endpoint[]
  /** What others may ask of it in this process: see its api.ts. */
  readonly api?: (kit: ServiceKit) => unknown
  readonly imports?: ImportFamily
  readonly moderation?: Moderation
  readonly tidy?: Tidy
  /** What it keeps beside its rows. */
  readonly audit?: readonly AuditCheck[]
  /** What the lab asks of it. */
  readonly load?: readonly LoadRequest[]
  readonly writeLoad?: readonly LoadWrite[]
}
