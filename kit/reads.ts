import type { Database } from './db.ts'
import { AtelierError, internal, tooBusy } from './errors.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'
import { Memory, type Kept } from './memory.ts'
import { sizeScale, type Counter, type Metrics } from './metrics.ts'
import { ReadLane, type Flight } from './read-lane.ts'
import { json, sealed, stale, text, type Reply } from './reply.ts'
import { WirePool } from './wire-pool.ts'

/** What a service says of a read; how it is batched, remembered and refused is the kit's business. */
export type ReadDefinition<Key> = {
  name: string
  /**
   * Takes one `bigint[]` per column, as many of each as there are keys; returns (n, body), n the one-based place of the key,
   * body the whole answer as JSON text. A key without a row, or with a null body, is answered 404.
   */
  statement: string
  columns: readonly ((key: Key) => number)[]
  /** Equal keys have equal ids. */
  id: (key: Key) => number | string
  /** Rows the key asks for; 1 unless told. */
  rows?: (key: Key) => number
}

export type Read<Key> = (key: Key) => Reply | Promise<Reply>

export type ReadsOptions = { database: Database; memoryBytesMax: number; metrics: Metrics; log: Log }

/**
 * The read path of a process: key → bytes. A key is answered from memory, or shares the flight of an equal key, or joins the
 * batch that leaves as soon as a connection is free: one statement, whatever the number of keys.
 */
export class Reads implements Disposable {
  readonly #memory: Memory
  readonly #pools: { light: WirePool; bulk: WirePool }
  readonly #metrics: Metrics
  readonly #log: Log
  readonly #lanes: Pick<ReadLane<unknown>, 'waiting' | 'sweep' | 'fail'>[] = []
  readonly #drops: (() => void)[] = []
  readonly #dropped: Counter
  readonly #sweeper: ReturnType<typeof setInterval>
  /** Of the clock that nobody sets: a step of the other one would refuse what waits, or keep answers past their time. */
  #nowMs = performance.now()

  constructor({ database, memoryBytesMax, metrics, log }: ReadsOptions) {
    this.#memory = new Memory(memoryBytesMax)
    this.#pools = { light: new WirePool(database, limits.readConnections, log), bulk: new WirePool(database, 1, log) }
    this.#metrics = metrics
    this.#log = log
    // One clock and one sweep for all waits: a timer per request would cost more than a hit.
    this.#sweeper = setInterval(() => {
      this.#nowMs = performance.now()
      for (const lane of this.#lanes) lane.sweep(this.#nowMs)
    }, sweepMs)
    this.#dropped = metrics.counter(
      'atelier_memory_drops_total',
      'Times everything in memory became old: a change, or a word of one missed',
    )
    metrics.gauge('atelier_memory_bytes', 'Bytes of answers kept in memory', () => this.#memory.bytes)
    metrics.gauge(
      'atelier_read_connections',
      'Read connections to the database that are open',
      () => this.#pools.light.connected + this.#pools.bulk.connected,
    )
    metrics.gauge('atelier_keys_waiting', 'Keys that wait for a statement or its answer', () =>
      this.#lanes.reduce((sum, lane) => sum + lane.waiting, 0),
    )
  }

  /** Forgets everything: the data changed under us, or we may have missed a word of it. */
  drop() {
    this.#dropped.add()
    for (const drop of this.#drops) drop()
  }

  open<Key>(definition: ReadDefinition<Key>): Read<Key> {
    const { name, id, rows = () => 1 } = definition
    const labels = { read: name }
    const hits = this.#metrics.counter('atelier_memory_hits_total', 'Answers given from memory', labels)
    const misses = this.#metrics.counter('atelier_memory_misses_total', 'Answers that had to be read', labels)
    const stales = this.#metrics.counter('atelier_stale_total', 'Answers given past their time because the database was away', labels)
    const statements = this.#metrics.counter('atelier_statements_total', 'Statements sent to the database', labels)
    const sizes = this.#metrics.histogram('atelier_batch_keys', 'Keys answered by one statement', sizeScale, labels)
    const observe = (keys: number) => (statements.add(), sizes.observe(keys))
    const lanes = {
      light: new ReadLane(definition, this.#pools.light, observe, this.#log),
      bulk: new ReadLane(definition, this.#pools.bulk, observe, this.#log),
    }
    this.#lanes.push(lanes.light, lanes.bulk)

    const kept = new Map<number | string, Kept>()
    const flights = new Map<number | string, Flight<Key>>()
    this.#drops.push(() => {
      // What is in flight may have been read before the change: let it land for those who wait, but not for those who come.
      flights.clear()
      for (const one of kept.values()) one.expiresAtMs = 0
    })

    const land = (flight: Flight<Key>, outcome: Uint8Array | undefined | AtelierError): Reply => {
      // A flight from before a drop answers those who waited for it and leaves memory alone.
      const current = flights.get(flight.id) === flight
      if (current) flights.delete(flight.id)
      const old = kept.get(flight.id)
      if (outcome instanceof AtelierError) {
        if (!old || outcome.code !== 'too busy') throw outcome
        stales.add()
        return stale(old.reply)
      }
      if (this.#memory.bytesMax === 0 || !current) return outcome ? json(outcome) : absent
      if (old) {
        this.#memory.release(old)
        kept.delete(flight.id)
      }
      // Sealing copies: a small answer would otherwise hold on to the whole chunk it came in.
      const reply = outcome ? sealed(json(outcome)) : absent
      const fresh = this.#memory.keep(reply, this.#nowMs + limits.memoryAgeMsMax, () => kept.delete(flight.id))
      if (fresh) kept.set(flight.id, fresh)
      return reply
    }

    return (key) => {
      const keyId = id(key)
      const known = kept.get(keyId)
      if (known && known.expiresAtMs > this.#nowMs) {
        known.used = true
        hits.add()
        return known.reply
      }
      const lane = rows(key) > limits.lightRowsMax ? lanes.bulk : lanes.light
      const flying = flights.get(keyId)
      if (flying) return known && lane.away ? (stales.add(), stale(known.reply)) : flying.landed
      if (lane.waiting >= limits.keysWaitingMax) {
        if (known) return (stales.add(), stale(known.reply))
        throw tooBusy('Error: too many requests are waiting, try again')
      }
      misses.add()
      const flight = lane.add(key, keyId, rows(key), this.#nowMs, land)
      flights.set(keyId, flight)
      return known && lane.away ? (flight.landed.catch(() => {}), stales.add(), stale(known.reply)) : flight.landed
    }
  }

  [Symbol.dispose]() {
    clearInterval(this.#sweeper)
    this.#pools.light[Symbol.dispose]()
    this.#pools.bulk[Symbol.dispose]()
    for (const lane of this.#lanes) lane.fail(internal())
  }
}

const sweepMs = 50
const absent = text(404, 'Not Found')
