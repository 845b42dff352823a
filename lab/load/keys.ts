import type { Random } from './random.ts'

export type KeyDistribution = 'uniform' | 'zipf'
export const keyDistributions: readonly KeyDistribution[] = ['uniform', 'zipf']
export const zipfExponent = 0.99
/** Above it the arithmetic that spreads the hot keys would no longer be exact. */
export const keysMax = 100_000_000

/** Keys 1 … max. With Zipf the hot ones are few, the same for every seed, and far from each other. */
export const openKeys = (distribution: KeyDistribution, max: number, random: Random): (() => number) => {
  if (!(max >= 1 && max <= keysMax)) throw new Error(`Keys are 1 to N with N from 1 to ${keysMax}, not ${max}.`)
  if (distribution === 'uniform') return () => 1 + Math.floor(random() * max)
  const rank = openZipf(max, zipfExponent, random)
  const spread = openSpread(max)
  return () => spread(rank())
}

/**
 * Ranks 1 … max, rank k with a probability in proportion to k^-exponent, without a table: W. Hörmann, G. Derflinger, "Rejection-inversion
 * to generate variates from monotone discrete distributions", ACM TOMACS 6 (1996). The exponent is not 1.
 */
export const openZipf = (max: number, exponent: number, random: Random): (() => number) => {
  const rest = 1 - exponent
  const density = (x: number) => Math.exp(-exponent * Math.log(x))
  const integral = (x: number) => Math.expm1(rest * Math.log(x)) / rest
  const inverse = (y: number) => Math.exp(Math.log1p(Math.max(-1, y * rest)) / rest)
  const first = integral(1.5) - 1
  const last = integral(max + 0.5)
  const surely = 2 - inverse(integral(2.5) - density(2))
  return () => {
    for (;;) {
      const y = last + random() * (first - last)
      const x = inverse(y)
      const k = Math.min(max, Math.max(1, Math.round(x)))
      if (k - x <= surely || y >= integral(k + 0.5) - density(k)) return k
    }
  }
}

/** Every rank to a key of its own, neighbours far apart: steps of the golden section, made prime to the range. */
export const openSpread = (max: number): ((rank: number) => number) => {
  let step = Math.max(1, Math.round(max * 0.618_033_988_75))
  while (greatestDivisor(step, max) !== 1) step++
  return (rank) => 1 + ((rank * step) % max)
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))
