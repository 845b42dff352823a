/** Requests whose time has come and that no connection is free for, in the order of their intended start. */
export class Waiting {
  readonly max: number
  readonly #dueMs: Float64Array
  readonly #keys: Float64Array
  readonly #parts: Uint16Array
  #first = 0
  length = 0

  constructor(max: number) {
    this.max = max
    this.#dueMs = new Float64Array(max)
    this.#keys = new Float64Array(max)
    this.#parts = new Uint16Array(max)
  }

  /** False when there is no room. */
  push(dueMs: number, part: number, key: number): boolean {
    if (this.length === this.max) return false
    const last = (this.#first + this.length++) % this.max
    this.#dueMs[last] = dueMs
    this.#parts[last] = part
    this.#keys[last] = key
    return true
  }

  /** Of the first; there is one. */
  get dueMs(): number {
    return this.#dueMs[this.#first]!
  }
  get part(): number {
    return this.#parts[this.#first]!
  }
  get key(): number {
    return this.#keys[this.#first]!
  }

  shift(): void {
    this.#first = (this.#first + 1) % this.max
    this.length--
  }
}
