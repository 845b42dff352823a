import type { Reply } from './reply.ts'

/** An answer in memory. Its owner renews `expiresAtMs` by keeping a new one; a hit only sets `used`. */
export type Kept = {
  readonly reply: Reply
  expiresAtMs: number
  used: boolean
  readonly bytes: number
  readonly evicted: () => void
  place: number
}

/**
 * Answers of all reads of a process, bounded together in bytes. Second chance (CLOCK): what was used since the hand last
 * came by stays, the rest goes, so a scan over all products does not push out the hot ones.
 */
export class Memory {
  readonly bytesMax: number
  bytes = 0
  #ring: Kept[] = []
  #hand = 0

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax
  }

  /** Undefined when the answer is too big to be worth its room. `evicted` is called when it had to make room for others. */
  keep(reply: Reply, expiresAtMs: number, evicted: () => void): Kept | undefined {
    const bytes = (reply.body?.length ?? 0) + overheadBytes
    if (bytes > this.bytesMax / 16) return undefined
    while (this.bytes + bytes > this.bytesMax) this.#evictOne()
    const kept: Kept = { reply, expiresAtMs, used: false, bytes, evicted, place: this.#ring.length }
    this.#ring.push(kept)
    this.bytes += bytes
    return kept
  }

  /** What its owner no longer wants. */
  release(kept: Kept) {
    const last = this.#ring.pop()!
    if (last !== kept) {
      this.#ring[kept.place] = last
      last.place = kept.place
    }
    this.bytes -= kept.bytes
  }

  #evictOne() {
    for (;;) {
      if (this.#hand >= this.#ring.length) this.#hand = 0
      const kept = this.#ring[this.#hand]!
      if (!kept.used) {
        this.release(kept)
        return kept.evicted()
      }
      kept.used = false
      this.#hand++
    }
  }
}

/** What an answer costs beside its bytes: the reply, its headers and ETag, its key and its place in the ring. */
const overheadBytes = 1_024
