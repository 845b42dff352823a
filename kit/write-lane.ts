import type { Change } from './changes.ts'
import type { Sql } from './db.ts'
import { AtelierError, internal, notFound, tooBusy } from './errors.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'
import type { Placed } from './writes.ts'

/** What a service says of a write; how it is batched, committed and told of is the kit's business. */
export type WriteDefinition<Item extends object, Row extends Placed> = {
  name: string
  /**
   * One statement, so one transaction, for any number of items. `$1` is the items as the text of a JSON array, each with its
   * zero-based place `n`; it returns a row for each item that was taken. An item without a row is refused with `refusal`.
   */
  statement: string
  /** What became old by an item that was taken. */
  changes: (row: Row, item: Item) => readonly Change[]
  /** Of an item without a row: 404 unless told. */
  refusal?: () => AtelierError
}

export type WriteLaneOptions = {
  /** The pool of the moment. */
  sql: () => Sql
  log: Log
  changed: (changes: readonly Change[]) => void
  /** A commit was not answered: whether it changed anything is not known. */
  lost: () => void
  /** The connection under a commit has been silent for so long that it will not speak again. */
  silent: () => void
  observe: (items: number) => void
}

type Waiting<Item, Row> = {
  readonly item: Item
  readonly sinceMs: number
  readonly resolve: (row: Row) => void
  readonly reject: (reason: AtelierError) => void
}

/** The waiting items of one write, and the batch that is under way: one at a time, so that batches of a kind never wait for each other. */
export class WriteLane<Item extends object, Row extends Placed> {
  readonly #definition: WriteDefinition<Item, Row>
  readonly #options: WriteLaneOptions
  #waiting: Waiting<Item, Row>[] = []
  #running: { batch: readonly Waiting<Item, Row>[]; sinceMs: number; givenUp: PromiseWithResolvers<void> } | undefined
  #pumping: Promise<void> | undefined

  constructor(definition: WriteDefinition<Item, Row>, options: WriteLaneOptions) {
    this.#definition = definition
    this.#options = options
  }

  get waiting() {
    return this.#waiting.length + (this.#running?.batch.length ?? 0)
  }

  add(item: Item): Promise<Row> {
    if (this.#waiting.length >= limits.writesWaitingMax) return Promise.reject(tooBusy('Error: too many writes are waiting, try again'))
    const { promise, resolve, reject } = Promise.withResolvers<Row>()
    this.#waiting.push({ item, sinceMs: performance.now(), resolve, reject })
    this.#pumping ??= this.#pump()
    return promise
  }

  async settled(): Promise<void> {
    await this.#pumping
  }

  /** Refuses what has waited too long; a batch under way may still be committed, but nobody waits for it any more. */
  sweep(nowMs: number) {
    if (this.#running && nowMs - this.#running.sinceMs > limits.writeStatementMsMax) {
      for (const { reject } of this.#running.batch) reject(unanswered())
      // The database would have ended the statement by now.
      if (nowMs - this.#running.sinceMs > 2 * limits.writeStatementMsMax) {
        this.#running.givenUp.resolve()
        this.#running = undefined
        this.#options.silent()
      }
    }
    const late = this.#waiting.findIndex(({ sinceMs }) => nowMs - sinceMs <= limits.writeWaitMsMax)
    for (const { reject } of this.#waiting.splice(0, late < 0 ? this.#waiting.length : late)) reject(unanswered())
  }

  async #pump() {
    // After the requests of this turn of the event loop have been read: they make one batch.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, limits.writeBatchItemsMax)
      const givenUp = Promise.withResolvers<void>()
      this.#running = { batch, sinceMs: performance.now(), givenUp }
      // A driver that has lost a statement must not keep those that come from being written.
      await Promise.race([this.#write(batch), givenUp.promise])
      this.#running = undefined
    }
    this.#pumping = undefined
  }

  /** A batch that the database refuses because of its data is sent again in halves: a bad item must not fail its neighbours. */
  async #write(batch: readonly Waiting<Item, Row>[]) {
    try {
      await this.#commit(batch)
    } catch (error) {
      if (batch.length > 1 && isRefusal(error)) {
        const half = batch.length >> 1
        await this.#write(batch.slice(0, half))
        await this.#write(batch.slice(half))
      } else {
        const reason = this.#reasonOf(error)
        for (const { reject } of batch) reject(reason)
      }
    }
  }

  async #commit(batch: readonly Waiting<Item, Row>[]) {
    const { sql, observe, changed } = this.#options
    const { statement, changes, refusal = notFound } = this.#definition
    observe(batch.length)
    const items = JSON.stringify(batch.map(({ item }, n) => ({ ...item, n })))
    const result = await withoutDeadlock(() => sql().unsafe<Row[]>(statement, [items], { prepare: true }))
    // After a connection was cut in the midst of a result, the driver's next result on it begins with as many holes as there had been rows.
    const rows = result.filter((row: Row | undefined) => row !== undefined)
    changed(rows.flatMap((row) => changes(row, batch[row.n]!.item)))
    for (const row of rows) batch[row.n]!.resolve(row)
    if (rows.length === batch.length) return
    // Those that were taken are settled: a second word does nothing.
    for (const { reject } of batch) reject(refusal())
  }

  #reasonOf(error: unknown): AtelierError {
    if (error instanceof AtelierError) return error
    this.#options.log.error({ err: withoutData(error), write: this.#definition.name }, 'a write failed')
    if (!isOutage(error)) return internal()
    this.#options.lost()
    return unanswered()
  }
}

/** Processes lock rows in the order of their keys, so a deadlock is rare; its victim, rolled back whole, tries again. */
export const withoutDeadlock = async <T>(attempt: () => Promise<T>): Promise<T> => {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt()
    } catch (error) {
      if (!codeOf(error).startsWith('40') || attempts === limits.writeAttemptsMax) throw error
    }
  }
}

/** The commit may or may not have happened: the caller has to ask again, with the same voter if it must count once. */
const unanswered = () => tooBusy('Error: the database does not answer, try again')

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '')
/** Classes 22 and 23 of SQLSTATE: the data, not the database, was the matter. */
const isRefusal = (error: unknown) => /^2[23]/.test(codeOf(error))
/** Of the driver, of the kernel (ECONNREFUSED, EHOSTUNREACH, …), or of a database that is shutting down or ended the statement. */
export const isOutage = (error: unknown) => /^(CONNECT|E(?!RR_)[A-Z]|57|53|40)/.test(codeOf(error))

/** PostgreSQL's errors quote the row that failed, with what people wrote in it: only the code and the constraint are for the log. */
export const withoutData = (error: unknown) => {
  if (codeOf(error) === '') return error
  const constraint = error instanceof Error && 'constraint_name' in error ? ` ${String(error.constraint_name)}` : ''
  return new Error(`the database refused: ${codeOf(error)}${constraint}`)
}
