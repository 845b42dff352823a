import { Admission } from './admission.ts'
import { everything, type Change } from './changes.ts'
import type { Database } from './db.ts'
import { AtelierError, internal } from './errors.ts'
import { KeptAnswers } from './kept-answers.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'
import { Memory } from './memory.ts'
import { sizeScale, type Counter, type Metrics } from './metrics.ts'
import { ReadLane, type Flight } from './read-lane.ts'
import { json, overloaded, sealed, stale, text, type Reply } from './reply.ts'
import { WirePool } from './wire-pool.ts'

/** What a service says of a read; how it is batched, remembered and refused is the kit's business. */
export type ReadDefinition<Key> = {
  name: string
  /**
   * Takes one `bigint[]` per column, as many of each as there are keys; returns (n, body), n the one-based place of the key,
   * body the whole answer as JSON text. A key without a row, or with a null body, is answered 404. A negative place says that
   * the answer had to be made from the rows because its ready document was dropped.
   */
  statement: string
  columns: readonly ((key: Key) => number)[]
  /** What the statement takes after them, one `text[]` for each; no text holds NUL. */
  texts?: readonly ((key: Key) => string)[]
  /** Equal keys have equal ids. */
  id: (key: Key) => number | string
  /** Rows the key asks for; 1 unless told. */
  rows?: (key: Key) => number
  /** What a key's answer belongs to: a `Change` of that name and id makes it old. */
  group?: { readonly name: string; readonly of: (key: Key) => number }
  /** Kept in memory no longer than this; `memoryAgeMsMax` of kit/limits.ts unless told. */
  ageMsMax?: number
  /** Never kept in memory: what one client alone asks for, and must not see old a moment after a write through another process. */
  personal?: true
  /** Told of each key whose ready document was dropped. */
  missed?: (key: Key) => void
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
  readonly #admission = new Admission()
  readonly #metrics: Metrics
  readonly #log: Log
  readonly #lanes: Pick<ReadLane<unknown>, 'waiting' | 'sweep' | 'fail'>[] = []
  readonly #drops: { group: string | undefined; all: (forget: boolean) => void; some: (ids: DroppedIds) => void }[] = []
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
      this.#admission.adjust()
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
    metrics.gauge('atelier_keys_admitted_max', 'Keys that may wait at once, as the latency measured allows', () => this.#admission.limit)
    metrics.gauge('atelier_keys_waiting', 'Keys that wait for a statement or its answer', () =>
      this.#lanes.reduce((sum, lane) => sum + lane.waiting, 0),
    )
  }

  /** Forgets what the changes made old; without them everything: the data changed under us, or we may have missed a word of it. */
  drop(changes?: readonly Change[]) {
    const forgetsAll = changes?.some(([group]) => group === everything[0]) === true
    if (!changes || forgetsAll) {
      this.#dropped.add()
      for (const { all } of this.#drops) all(forgetsAll)
      return
    }
    const groups = new Map<string, Map<number, boolean>>()
    for (const [group, id, forget] of changes) {
      const ids = groups.get(group) ?? new Map<number, boolean>()
      groups.set(group, ids.set(id, forget !== undefined || ids.get(id) === true))
    }
    for (const { group, some } of this.#drops) {
      const ids = group === undefined ? undefined : groups.get(group)
      if (ids) some(ids)
    }
  }

  open<Key>(definition: ReadDefinition<Key>): Read<Key> {
    const { name, id, rows = () => 1, personal, ageMsMax = limits.memoryAgeMsMax } = definition
    const labels = { read: name }
    const hits = this.#metrics.counter('atelier_memory_hits_total', 'Answers given from memory', labels)
    const misses = this.#metrics.counter('atelier_memory_misses_total', 'Answers that had to be read', labels)
    const stales = this.#metrics.counter('atelier_stale_total', 'Answers given past their time because the database was away', labels)
    const refused = this.#metrics.counter('atelier_refused_total', 'Reads refused at once because they would have waited too long', labels)
    const statements = this.#metrics.counter('atelier_statements_total', 'Statements sent to the database', labels)
    const sizes = this.#metrics.histogram('atelier_batch_keys', 'Keys answered by one statement', sizeScale, labels)
    const sent = (keys: number) => (statements.add(), sizes.observe(keys))
    const took = (keys: number, ms: number) => this.#admission.observe(keys, ms)
    const lanes = {
      light: new ReadLane(definition, this.#pools.light, { sent, took, log: this.#log }),
      bulk: new ReadLane(definition, this.#pools.bulk, { sent, took: () => {}, log: this.#log }),
    }
    const kind = this.#lanes.push(lanes.light, lanes.bulk)

    const { group } = definition
    const kept = new KeptAnswers<Key>(this.#memory, group?.of)
    const flights = new Map<number | string, Flight<Key>>()
    this.#drops.push({
      group: group?.name,
      all(forget) {
        // What is in flight may have been read before the change: let it land for those who wait, but not for those who come.
        flights.clear()
        kept.makeAllOld(forget)
      },
      some(ids) {
        for (const flight of flights.values()) if (ids.has(group!.of(flight.key))) flights.delete(flight.id)
        for (const [id, forget] of ids) kept.makeOld(id, forget)
      },
    })

    const land = (flight: Flight<Key>, outcome: Uint8Array | undefined | AtelierError): Reply => {
      this.#admission.leave()
      // A flight from before a drop answers those who waited for it and leaves memory alone.
      const current = flights.get(flight.id) === flight
      if (current) flights.delete(flight.id)
      const old = kept.get(flight.id)
      if (outcome instanceof AtelierError) {
        if (!old || outcome.code !== 'too busy') throw outcome
        stales.add()
        return stale(old.reply)
      }
      const keep = current && !personal && (old !== undefined || this.#memory.welcomes(flight.id, kind))
      if (!keep) return outcome ? json(outcome) : absent
      // Sealing copies: a small answer would otherwise hold on to the whole chunk it came in.
      const reply = outcome ? sealed(json(outcome)) : absent
      kept.keep(flight.key, flight.id, reply, this.#nowMs + ageMsMax)
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
      const bulk = rows(key) > limits.lightRowsMax
      const lane = bulk ? lanes.bulk : lanes.light
      const flying = flights.get(keyId)
      if (flying) return known && lane.away ? (stales.add(), stale(known.reply)) : flying.landed
      if (!this.#admission.enter(bulk)) {
        if (known) return (stales.add(), stale(known.reply))
        refused.add()
        return overloaded
      }
      misses.add()
      const flight = lane.add(key, keyId, rows(key), performance.now(), land)
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

/** Groups that changed; true: what is in memory is not kept either as an old answer. */
type DroppedIds = ReadonlyMap<number, boolean>

const sweepMs = 50
const absent = sealed(text(404, 'Not Found'))
