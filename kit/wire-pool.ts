import type { Database } from './db.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'
import { openWire, type Wire } from './wire.ts'

/** Something with a batch waiting, the first of it since a time: takes the connection, and gives it back by calling `idle` when its statement ended. */
export type Lane = { readonly size: number; readonly sinceMs: number; flush(wire: Wire, idle: () => void): void }

/**
 * Read connections, kept open for as long as the process lives. Of the lanes that want one, that is next whose first key has waited
 * the longest, or a lane of many keys would be left behind by lanes of few; meanwhile batches grow. Every connection that breaks is opened again, with waits that double up to a second.
 */
export class WirePool implements Disposable {
  readonly #database: Database
  readonly #log: Log
  #idle: Wire[] = []
  #lanes = new Set<Lane>()
  #open = new Set<Wire>()
  #scheduled = false
  #closed = false

  constructor(database: Database, connections: number, log: Log) {
    this.#database = database
    this.#log = log
    for (let i = 0; i < connections; i++) void this.#connect()
  }

  get connected() {
    return this.#open.size
  }

  wake(lane: Lane) {
    this.#lanes.add(lane)
    if (this.#scheduled || this.#idle.length === 0) return
    this.#scheduled = true
    // After the requests of this turn of the event loop have been read: they make one batch.
    setImmediate(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  [Symbol.dispose]() {
    this.#closed = true
    for (const wire of this.#open) wire.close()
  }

  #pump() {
    while (this.#lanes.size > 0) {
      const wire = this.#idle.pop()
      if (!wire) return
      const lane = this.#longestWaiting()
      this.#lanes.delete(lane) // before it finds that nobody waits any more, and gives the connection back at once
      lane.flush(wire, () => this.#release(wire))
      if (lane.size > 0) this.#lanes.add(lane)
    }
  }

  #longestWaiting(): Lane {
    let [first] = this.#lanes
    for (const lane of this.#lanes) if (lane.sinceMs < first!.sinceMs) first = lane
    return first!
  }

  #release(wire: Wire) {
    if (!this.#open.has(wire)) return
    this.#idle.push(wire)
    this.#pump()
  }

  async #connect() {
    for (let waitMs = firstWaitMs; !this.#closed; waitMs = Math.min(waitMs * 2, limits.reconnectWaitMsMax)) {
      try {
        const wire = await openWire(this.#database, () => this.#lost(wire))
        if (this.#closed) return wire.close()
        this.#open.add(wire)
        if (waitMs > firstWaitMs) this.#log.info('a read connection to the database is back')
        return this.#release(wire)
      } catch (error) {
        // Once for each outage, however long it takes.
        if (waitMs === firstWaitMs) this.#log.warn({ reason: String(error) }, 'no read connection to the database, trying again')
        await Bun.sleep(waitMs)
      }
    }
  }

  #lost(wire: Wire) {
    this.#open.delete(wire)
    this.#idle = this.#idle.filter((idle) => idle !== wire)
    if (!this.#closed) void this.#connect()
  }
}

const firstWaitMs = 50
