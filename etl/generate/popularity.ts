import { type Counts, settle, sum } from './counts.ts'
import { rowsInProportion } from './full-set.ts'
import type { Owners } from './product-plan.ts'
import { Random } from './random.ts'

/**
 * The generated products in proportion, as indices of `products`, the most visited first. Reviews and questions share the
 * order: where one is crowded, so is the other.
 */
export const mostVisitedFirst = (seed: number, { handMade, inProportion }: Owners): Uint32Array => {
  const random = new Random(seed, 'popularity')
  const ranked = Uint32Array.from({ length: Math.max(0, inProportion - handMade) }, (_, i) => handMade + i)
  for (let i = ranked.length - 1; i > 0; i--) exchange(ranked, i, random.below(i + 1))
  return ranked
}

/**
 * How many each product has, from hand-made ones as they are told to generated ones by their popularity, in total what is
 * the file's proportion. Products asked for by id have a page worth opening, on top of it.
 */
export const countsByPopularity = (
  seed: number,
  file: 'reviews' | 'questions',
  { ids, handMade, inProportion }: Owners,
  ranked: Uint32Array,
  ofHandMade: (id: number) => number,
): Uint16Array => {
  const random = new Random(seed, `how many ${file}`)
  const counts = new Uint16Array(ids.length)
  for (let i = 0; i < handMade; i++) counts[i] = ofHandMade(ids[i]!)
  for (let i = Math.max(handMade, inProportion); i < ids.length; i++) counts[i] = 8 + random.at(ids[i]!).below(24)
  if (ranked.length === 0) return counts

  const total = rowsInProportion(file, inProportion) - sum(counts.subarray(0, handMade))
  drawShares(random.at(0), ranked, total, counts)
  const generated = counts.subarray(handMade, inProportion)
  settle(generated, total - sum(generated), () => Number.POSITIVE_INFINITY)
  return counts
}

/**
 * Zipf with exponent 1: what is at rank r has its share in proportion to 1 / (r + head). A head of 1 would give the first
 * of a million products a fifteenth of all there is; the fourth root of the number of products gives it 17,400 of the full
 * set's 5,774,952 reviews, and 290 of 2,000 products' 11,550. Most products get none to four.
 *
 * Whole numbers below 2⁵³ throughout, so the same on every machine.
 */
export const drawShares = (random: Random, ranked: Uint32Array, total: number, counts: Counts) => {
  let head = 1
  while (head * head * head * head <= ranked.length) head++
  const weight = (rank: number) => Math.floor(2 ** 26 / (rank + head))
  let weights = 0
  for (let rank = 0; rank < ranked.length; rank++) weights += weight(rank)
  for (let rank = 0; rank < ranked.length; rank++) {
    const parts = Math.floor((total * PARTS * weight(rank)) / weights)
    const spread = Math.min(parts, SPREAD_MAX * PARTS)
    const drawn = parts - spread + random.below(2 * spread + 1)
    counts[ranked[rank]!] = (drawn + random.below(PARTS)) >> 6
  }
}
/** Shares are counted in sixty-fourths: most are a review or two. */
const PARTS = 64
/** A product has from none to twice its share, or this many more or less. */
const SPREAD_MAX = 32

const exchange = (list: Uint32Array, one: number, other: number) => {
  const held = list[one]!
  list[one] = list[other]!
  list[other] = held
}
