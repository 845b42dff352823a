/**
 * Says whether a key was seen lately, in four bytes a key and without a share in garbage collection. A key is forgotten when another
 * falls into its slot: after about as many other keys as there are slots. As the doorkeeper of TinyLFU (Einziger, Friedman, Manes 2017).
 */
export class Doorkeeper {
  readonly #seen: Uint32Array
  readonly #shift: number

  /** A power of two. */
  constructor(slots: number) {
    this.#seen = new Uint32Array(slots)
    this.#shift = 32 - Math.log2(slots)
  }

  /** Whether it was; from now on it is. Equal keys of different `kind` are different. */
  saw(key: number | string, kind: number): boolean {
    const word = typeof key === 'number' ? key ^ (key / 0x1_0000_0000) : Bun.hash.xxHash32(key)
    const print = Math.imul(word ^ Math.imul(kind + 1, 0x85ebca6b), 0x9e3779b1) >>> 0
    const slot = print >>> this.#shift
    if (this.#seen[slot] === print) return true
    this.#seen[slot] = print
    return false
  }
}
