/**
 * Random numbers that are the same on every machine: sfc32 steps on 32-bit integers and products a double holds exactly,
 * nothing of Math whose last digit is the machine's choice.
 *
 * A Random belongs to a seed and a purpose, and `at` starts it again for one row's owner. So what one product draws for
 * one file depends on no other product and no other file, and any file can be made alone.
 */
export class Random {
  private readonly key1: number
  private readonly key2: number
  private a = 0
  private b = 0
  private c = 0
  private counter = 0

  constructor(seed: number, purpose: string) {
    const key = splitmix32(seed ^ textHash(purpose))
    this.key1 = key()
    this.key2 = key()
    this.at(0)
  }

  /** Starts the stream of one owner (a product), or of its nth child (a product's nth style). */
  at(owner: number, nth = 0): this {
    this.a = this.key1
    this.b = this.key2
    this.c = owner | 0
    this.counter = nth + 1
    // Neighbouring owners differ in a bit or two; twelve steps are what sfc32 takes to spread them over the state.
    for (let step = 0; step < 12; step++) this.next()
    return this
  }

  /** 0 … 2³² − 1 */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** 0 … count − 1. `count` is at most BELOW_MAX: the product then fits a double's 53 bits and nothing is rounded. */
  below(count: number): number {
    return Math.floor((this.next() * count) / 0x1_0000_0000)
  }

  oneIn(count: number): boolean {
    return this.below(count) === 0
  }

  pick<T>(choices: ArrayLike<T>): T {
    return choices[this.below(choices.length)] as T
  }
}

export const BELOW_MAX = 2 ** 21

/** Numbers repeated by their weights, for `pick`: of `weighted({ 0: 1, 6: 9 })` one pick in ten is 0. */
export const weighted = (weights: Record<number, number>): readonly number[] =>
  Object.entries(weights).flatMap(([number, weight]) => Array(weight).fill(Number(number)))

const splitmix32 = (seed: number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return mixed ^ (mixed >>> 15)
  }
}

/** FNV-1a of an ASCII text. */
const textHash = (text: string) => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}
