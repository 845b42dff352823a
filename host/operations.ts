import type { Sql } from '../kit/db.ts'
import { get, type Endpoint } from '../kit/endpoint.ts'
import { limits } from '../kit/limits.ts'
import { metricsText, type Snapshot } from '../kit/metrics.ts'
import { text } from '../kit/reply.ts'
import { pendingMigrations, type Migrated } from './migrate.ts'

export type OperationsOptions = { sql: Sql; migrated: readonly Migrated[]; /** Over all processes. */ collect: () => Promise<Snapshot> }

/** What the operator's tools ask: alive, ready, and the figures. */
export const operationsEndpoints = ({ sql, migrated, collect }: OperationsOptions): Endpoint[] => {
  const tag = 'operations'
  // All who ask meanwhile share one look at the database: of a hanging one each would leave a question behind.
  let looking: { sinceMs: number; why: Promise<string | undefined> } | undefined
  const look = async () => {
    try {
      const { length } = await pendingMigrations(sql, migrated)
      return length > 0 ? `${length} migrations are pending` : undefined
    } catch {
      return 'the database is not reachable or not migrated'
    } finally {
      looking = undefined
    }
  }
  const whyNotReady = (): Promise<string | undefined> => {
    const nowMs = performance.now()
    if (!looking || nowMs - looking.sinceMs > limits.statementMsMax) looking = { sinceMs: nowMs, why: look() }
    const late = Bun.sleep(limits.readinessMsMax).then(() => 'the database does not answer')
    return Promise.race([looking.why, late])
  }
  return [
    get('/healthz', { summary: 'The process is alive', tag }, () => alive),
    get('/readyz', { summary: 'The database is reachable and migrated', tag, refusals: { 503: 'Not ready, and why' } }, async () => {
      const why = await whyNotReady()
      return why ? text(503, `not ready: ${why}\n`) : ready
    }),
    get('/metrics', { summary: 'Figures of all processes, in the Prometheus text format', tag }, async () =>
      text(200, metricsText(await collect()), { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
    ),
  ]
}

const alive = text(200, 'alive\n')
const ready = text(200, 'ready\n')
