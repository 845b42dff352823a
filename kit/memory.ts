import { Doorkeeper } from './doorkeeper.ts'
import type { Reply } from './reply.ts'

/** An answer in memory. Its owner renews `expiresAtMs` by keeping a new one; a hit only sets `used`. */
export type Kept = {
  readonly reply: Reply
  expiresAtMs: number
  used: boolean
  readonly bytes: number
  readonly evicted: () => void
  older: Kept | undefined
  newer: Kept | undefined
}

/**
 * Answers of all reads of a process, bounded together in bytes. Second chance: the oldest goes, unless it was used, then it
 * counts as new; so a scan over all products does not push out the hot ones.
 */
export class Memory {
  readonly bytesMax: number
  bytes = 0
  #oldest: Kept | undefined
  #newest: Kept | undefined
  readonly #doorkeeper: Doorkeeper

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax
    this.#doorkeeper = new Doorkeeper(2 ** Math.ceil(Math.log2(Math.max(256, bytesMax / overheadBytes))))
  }

  /**
   * Whether an answer is worth its room: while there is room, each; then those of keys asked for more than once. Among a million keys
   * equally asked for, next to no answer would be used before it had to go, and each would have cost its copy and its collection.
   */
  welcomes(key: number | string, kind: number): boolean {
    if (this.bytesMax === 0) return false
    return this.bytes < this.bytesMax - this.bytesMax / 16 || this.#doorkeeper.saw(key, kind)
  }

  /** Undefined when the answer is too big to be worth its room. `evicted` is called when it had to make room for others. */
  keep(reply: Reply, expiresAtMs: number, evicted: () => void): Kept | undefined {
    const bytes = (reply.body?.length ?? 0) + overheadBytes
    if (bytes > this.bytesMax / 16) return undefined
    while (this.bytes + bytes > this.bytesMax) this.#evictOne()
    const kept: Kept = { reply, expiresAtMs, used: false, bytes, evicted, older: undefined, newer: undefined }
    this.#append(kept)
    this.bytes += bytes
    return kept
  }

  /** What its owner no longer wants. */
  release(kept: Kept) {
    this.#unlink(kept)
    this.bytes -= kept.bytes
  }

  #evictOne() {
    for (;;) {
      const kept = this.#oldest!
      if (!kept.used) {
        this.release(kept)
        return kept.evicted()
      }
      kept.used = false
      this.#unlink(kept)
      this.#append(kept)
    }
  }

  #append(kept: Kept) {
    kept.older = this.#newest
    kept.newer = undefined
    if (this.#newest) this.#newest.newer = kept
    else this.#oldest = kept
    this.#newest = kept
  }

  #unlink(kept: Kept) {
    if (kept.older) kept.older.newer = kept.newer
    else this.#oldest = kept.newer
    if (kept.newer) kept.newer.older = kept.older
    else this.#newest = kept.older
  }
}

/** What an answer costs beside its bytes: the reply, its headers and ETag, its key and its place in the line. */
const overheadBytes = 1_024
