import { type AtelierError, internal, tooBusy } from './errors.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'
import type { ReadDefinition } from './reads.ts'
import type { Reply } from './reply.ts'
import { ConnectionLost, type Statement, type Wire } from './wire.ts'
import type { Lane, WirePool } from './wire-pool.ts'

export type Outcome = Uint8Array | undefined | AtelierError
/** One key on its way to the database; all who ask for it meanwhile share `landed`. */
export type Flight<Key> = {
  readonly key: Key
  readonly id: number | string
  readonly rows: number
  readonly sinceMs: number
  readonly landed: Promise<Reply>
  readonly land: (outcome: Outcome) => void
  done: boolean
}

/** Told of the keys of each statement, and of how long it took when it was answered. */
export type LaneWatch = { sent(keys: number): void; took(keys: number, ms: number): void; log: Log }

/** The waiting keys of one read, and those whose statement is under way. */
export class ReadLane<Key> implements Lane {
  /** The database has not answered within the limit and has not answered since. */
  away = false
  #definition: ReadDefinition<Key>
  #statement: Statement
  #pool: WirePool
  #watch: LaneWatch
  #waiting: Flight<Key>[] = []
  #flying = new Set<Flight<Key>[]>()
  #unlanded = 0

  constructor(definition: ReadDefinition<Key>, pool: WirePool, watch: LaneWatch) {
    this.#definition = definition
    const { name, statement: text, columns, texts = [] } = definition
    this.#statement = { name, text, columns: columns.length, texts: texts.length }
    this.#pool = pool
    this.#watch = watch
  }

  get size() {
    return this.#waiting.length
  }

  /** Of the first waiting key. */
  get sinceMs() {
    return this.#waiting[0]?.sinceMs ?? Infinity
  }

  /** Keys without an answer yet. */
  get waiting() {
    return this.#unlanded
  }

  add(key: Key, id: number | string, rows: number, sinceMs: number, finish: (flight: Flight<Key>, outcome: Outcome) => Reply): Flight<Key> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const land = (outcome: Outcome) => {
      if (flight.done) return
      flight.done = true
      this.#unlanded--
      try {
        resolve(finish(flight, outcome))
      } catch (error) {
        reject(error)
      }
    }
    const flight: Flight<Key> = { key, id, rows, sinceMs, landed: promise, land, done: false }
    this.#waiting.push(flight)
    this.#unlanded++
    this.#pool.wake(this)
    return flight
  }

  flush(wire: Wire, idle: () => void) {
    const batch = this.#take()
    if (batch.length === 0) return idle()
    this.#flying.add(batch)
    this.#watch.sent(batch.length)
    const sentMs = performance.now()
    const { columns: numbers, texts = [], missed } = this.#definition
    const columns = [
      ...numbers.map((column) => batch.map(({ key }) => column(key))),
      ...texts.map((column) => batch.map(({ key }) => column(key))),
    ]
    const onRow = (n: number, body: Uint8Array | undefined) => {
      const flight = batch[Math.abs(n) - 1]
      if (n < 0 && flight) missed?.(flight.key)
      flight?.land(body)
    }
    wire.run(this.#statement, columns, batch.length, onRow, (error) => {
      this.#flying.delete(batch)
      if (error) this.#failed(batch, error)
      else {
        this.#watch.took(batch.length, performance.now() - sentMs)
        this.away = false
        for (const flight of batch) flight.land(undefined)
      }
      idle()
    })
  }

  /** Gives up on what has waited too long: its statement may still end, but nobody waits for it any more. */
  sweep(nowMs: number) {
    const late = (flight: Flight<Key>) => !flight.done && nowMs - flight.sinceMs > limits.readWaitMsMax
    for (const flights of [this.#waiting, ...this.#flying]) {
      for (const flight of flights) {
        if (!late(flight)) continue
        this.away = true
        flight.land(tooBusy('Error: the database does not answer, try again'))
      }
    }
    if (this.#waiting.some((flight) => flight.done)) this.#waiting = this.#waiting.filter((flight) => !flight.done)
  }

  fail(error: AtelierError) {
    for (const flights of [this.#waiting, ...this.#flying]) for (const flight of flights) flight.land(error)
    this.#waiting = []
  }

  #take(): Flight<Key>[] {
    let rows = 0
    const end = this.#waiting.findIndex((flight, i) => (rows += flight.rows) > limits.batchRowsMax && i > 0)
    if (end < 0) {
      const all = this.#waiting
      this.#waiting = []
      return all
    }
    return this.#waiting.splice(0, end)
  }

  /** A read can be sent twice without harm: those of a lost connection wait for the next one, while their time lasts. */
  #failed(batch: Flight<Key>[], error: Error) {
    const open = batch.filter((flight) => !flight.done)
    if (error instanceof ConnectionLost) {
      this.#waiting.unshift(...open)
      if (this.#waiting.length > 0) this.#pool.wake(this)
      return
    }
    this.#watch.log.error({ err: error, read: this.#definition.name }, 'a read failed')
    for (const flight of open) flight.land(internal())
  }
}
