import type { Change } from './changes.ts'
import { openSql, type Database, type Sql } from './db.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'
import { sizeScale, type Metrics } from './metrics.ts'
import { WriteLane, type WriteDefinition } from './write-lane.ts'

/** Resolves after the commit with the item's own row; rejects when the item was refused, alone. */
export type Write<Item, Row> = (item: Item) => Promise<Row>

export type WritesOptions = {
  database: Database
  metrics: Metrics
  log: Log
  /** Called after each commit, before its callers are answered. */
  changed: (changes: readonly Change[]) => void
  /** Called when anything may have changed: a commit was not answered. */
  lost: () => void
}

/**
 * The write path of a process: item → durable. Items that come while a statement is under way are the next one together: one
 * transaction, one flush of the log, however many callers. A spike makes the batches bigger, not the line longer.
 */
export class Writes implements AsyncDisposable {
  readonly #options: WritesOptions
  #sql: Sql
  readonly #lanes: Pick<WriteLane<object, Placed>, 'waiting' | 'sweep' | 'settled'>[] = []
  readonly #sweeper: ReturnType<typeof setInterval>

  constructor(options: WritesOptions) {
    this.#options = options
    this.#sql = this.#connect()
    this.#sweeper = setInterval(() => {
      const nowMs = performance.now()
      for (const lane of this.#lanes) lane.sweep(nowMs)
    }, sweepMs)
    options.metrics.gauge('atelier_writes_waiting', 'Items that wait for their commit', () =>
      this.#lanes.reduce((sum, lane) => sum + lane.waiting, 0),
    )
  }

  open<Item extends object, Row extends Placed = Placed>(definition: WriteDefinition<Item, Row>): Write<Item, Row> {
    const { metrics, log, changed, lost } = this.#options
    const labels = { write: definition.name }
    const commits = metrics.counter('atelier_commits_total', 'Statements that wrote, each a commit', labels)
    const sizes = metrics.histogram('atelier_write_batch_items', 'Items of one commit', sizeScale, labels)
    const lane = new WriteLane(definition, {
      sql: () => this.#sql,
      log,
      changed,
      lost,
      silent: () => this.#reconnect(),
      observe: (items) => (commits.add(), sizes.observe(items)),
    })
    this.#lanes.push(lane)
    return (item) => lane.add(item)
  }

  /** What waits is written first. */
  async [Symbol.asyncDispose]() {
    await Promise.race([Promise.all(this.#lanes.map((lane) => lane.settled())), Bun.sleep(limits.writeStatementMsMax)])
    clearInterval(this.#sweeper)
    await this.#sql.end({ timeout: 1 })
  }

  #connect(): Sql {
    return openSql(this.#options.database, { connections: limits.writeConnections, settings: sessionSettings, arrays: false })
  }

  /** What waits for the old connections is refused by their end. */
  #reconnect() {
    const silent = this.#sql
    this.#sql = this.#connect()
    void silent.end({ timeout: 0 })
  }
}

/** A row of a write's statement: the zero-based place of its item, and what the item's caller wants to know. */
export type Placed = { readonly n: number }

/**
 * Plans are for any number of items: look-ups by index, never a scan of a table. A statement that outlives its callers is ended by
 * the database.
 */
const sessionSettings = {
  application_name: 'atelier-writes',
  synchronous_commit: 'on',
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  statement_timeout: String(limits.writeStatementMsMax),
}
const sweepMs = 50
