import type { Kept, Memory } from './memory.ts'
import type { Reply } from './reply.ts'

type KeyId = number | string

/**
 * A read's answers in memory, by key and by what they belong to. One that became old stays, to be given when the database is
 * away, until a newer one takes its place; one that is to be forgotten does not.
 */
export class KeptAnswers<Key> {
  readonly #memory: Memory
  readonly #groupOf: ((key: Key) => number) | undefined
  readonly #kept = new Map<KeyId, Kept>()
  readonly #members = new Map<number, Set<KeyId>>()

  constructor(memory: Memory, groupOf: ((key: Key) => number) | undefined) {
    this.#memory = memory
    this.#groupOf = groupOf
  }

  get(id: KeyId): Kept | undefined {
    return this.#kept.get(id)
  }

  keep(key: Key, id: KeyId, reply: Reply, expiresAtMs: number) {
    const old = this.#kept.get(id)
    if (old) {
      this.#memory.release(old)
      this.#remove(key, id)
    }
    const fresh = this.#memory.keep(reply, expiresAtMs, () => this.#remove(key, id))
    if (!fresh) return
    this.#kept.set(id, fresh)
    if (!this.#groupOf) return
    const group = this.#groupOf(key)
    const members = this.#members.get(group)
    if (members) members.add(id)
    else this.#members.set(group, new Set([id]))
  }

  makeAllOld(forget: boolean) {
    for (const one of this.#kept.values()) {
      one.expiresAtMs = 0
      if (forget) this.#memory.release(one)
    }
    if (!forget) return
    this.#kept.clear()
    this.#members.clear()
  }

  makeOld(group: number, forget: boolean) {
    for (const id of this.#members.get(group) ?? none) {
      const one = this.#kept.get(id)!
      one.expiresAtMs = 0
      if (!forget) continue
      this.#memory.release(one)
      this.#kept.delete(id)
    }
    if (forget) this.#members.delete(group)
  }

  #remove(key: Key, id: KeyId) {
    this.#kept.delete(id)
    if (!this.#groupOf) return
    const group = this.#groupOf(key)
    const members = this.#members.get(group)
    members?.delete(id)
    if (members?.size === 0) this.#members.delete(group)
  }
}

const none: ReadonlySet<KeyId> = new Set()
