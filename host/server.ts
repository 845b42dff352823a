import { Changes } from '../kit/changes.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { serveHttp } from '../kit/http.ts'
import type { Log } from '../kit/log.ts'
import { latencyScale, openMetrics, type Metrics, type Snapshot } from '../kit/metrics.ts'
import { openModerator } from '../kit/moderator.ts'
import { Reads } from '../kit/reads.ts'
import type { Service, ServiceKit } from '../kit/service.ts'
import { openTidy } from '../kit/tidy.ts'
import { Writes } from '../kit/writes.ts'
import { adminEndpoints, openGuard } from './admin.ts'
import { docsEndpoints } from './docs.ts'
import { operationsEndpoints } from './operations.ts'

/** All a server process is told; it can be sent to another process as JSON. */
export type ServerConfig = {
  host: string
  port: number
  reusePort: boolean
  databaseUrl: string
  memoryBytesMax: number
  version: string
  /** Who sends it may moderate; without it nobody may. It is in no log. */
  adminToken?: string | undefined
}

export type ServerOptions = {
  config: ServerConfig
  services: readonly Service[]
  /** All there are, also those that this process does not serve: a neighbour is asked in the process that needs it. */
  migrated: readonly Pick<Service, 'name' | 'schema' | 'api'>[]
  log: Log
  /** The figures of all processes, made from this one's; alone, they are the figures. */
  collect?: (own: () => Snapshot) => Promise<Snapshot>
  /** False: nothing is tidied, and nothing must depend on it. */
  tidies?: boolean
}

export type AtelierServer = AsyncDisposable & { readonly port: number; snapshot(): Snapshot }

/** One process: the services' endpoints behind one door, on one database. Disposing drains it. */
export const openServer = async ({ config, services, migrated, log, collect, tidies = true }: ServerOptions): Promise<AtelierServer> => {
  const { host, port, reusePort, databaseUrl, memoryBytesMax, version, adminToken } = config
  const database = parseDatabaseUrl(databaseUrl)
  await using opened = new AsyncDisposableStack()
  const metrics = openMetrics()
  const sql = openSql(database)
  opened.defer(() => sql.end({ timeout: 1 }))
  const reads = opened.use(new Reads({ database, memoryBytesMax, metrics, log }))
  const changes = opened.use(new Changes({ database, drop: (some) => reads.drop(some), log }))
  const writes = opened.use(new Writes({ database, metrics, log, changed: (some) => changes.tell(some), lost: () => changes.tellAll() }))
  opened.defer(watchProcess(metrics))
  const openAdmin = (token: string) => {
    const moderations = services.flatMap(({ moderation = [] }) => moderation)
    if (moderations.length === 0) return []
    const changed = changes.tell.bind(changes)
    return adminEndpoints({ moderator: opened.use(openModerator({ moderations, database, writes, changed, log })), token })
  }

  const snapshot = () => metrics.snapshot()
  const kit = openKit(migrated, { reads, writes, log, guard: adminToken === undefined ? undefined : openGuard(adminToken) })
  const endpoints = services.flatMap((service) => service.routes(kit))
  const operations = operationsEndpoints({ sql, migrated, collect: () => (collect ? collect(snapshot) : Promise.resolve(snapshot())) })
  const admin = adminToken === undefined ? [] : openAdmin(adminToken)
  const described = [...endpoints, ...operations, ...admin]
  const docs = await docsEndpoints(described, version)
  const http = serveHttp({ host, port, reusePort, endpoints: [...described, ...docs], metrics, log })
  opened.defer(() => http.drain())
  if (tidies) opened.use(openTidy({ tidies: services.flatMap(({ tidy = [] }) => tidy), sql, changed: changes.tell.bind(changes), log }))
  // Not waited for: a server whose database is away serves, and refuses, all the same.
  changes.listen(sql).catch((error: unknown) => log.warn({ err: error }, 'no word of changes'))

  const running = opened.move()
  return { port: http.port, snapshot, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Each neighbour is made once, whoever asks for it. */
const openKit = (all: ServerOptions['migrated'], given: Omit<ServiceKit, 'neighbour'>): ServiceKit => {
  const made = new Map<string, unknown>()
  const kit: ServiceKit = {
    ...given,
    neighbour<Api>(name: string) {
      if (!made.has(name)) {
        const api = all.find((service) => service.name === name)?.api
        if (!api) throw new Error(`No service ${name} that can be asked.`)
        made.set(name, api(kit))
      }
      return made.get(name) as Api
    },
  }
  return kit
}

/** Memory, and how late the event loop is: what a request waits for before we see it. */
const watchProcess = (metrics: Metrics) => {
  metrics.gauge('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss())
  const delay = metrics.histogram('atelier_event_loop_delay_seconds', 'How late a timer of 100 ms fires', latencyScale)
  let dueMs = performance.now() + tickMs
  const ticker = setInterval(() => {
    const nowMs = performance.now()
    delay.observe(Math.max(0, nowMs - dueMs) * 1000)
    dueMs = nowMs + tickMs
  }, tickMs)
  return () => clearInterval(ticker)
}

const tickMs = 100
