import type { LoadSecond } from './result.ts'

/** Processor time of an answer and of a refusal by tier, microseconds, and what follows from their ratio. */
export type SpikeCost = {
  answer: Record<string, number>
  refusal: Record<string, number>
  /** Cost of a refusal over that of an answer: of all tiers together, and of the server's processes alone. */
  rho: number
  rhoServer: number
  /** Requests offered for each answer of the peak. */
  times: number
  /** The goodput that is left, as a part of the peak's, of a machine that spends all it has at n times the peak: (1 − nρ) / (1 − ρ). */
  bound: number
}

/**
 * From seconds in which nearly all are answered, and seconds in which most are refused. What is answered in those costs what it did in
 * the others, so the rest is the refusals'. Batches are larger in a spike: an answer is rather cheaper then, and ρ rather too small.
 */
export const spikeCost = (seconds: {
  answers: readonly LoadSecond[]
  refusals: readonly LoadSecond[]
  times: number
}): SpikeCost | undefined => {
  const { answers, refusals, times } = seconds
  const answered = countOf(answers, 'answered')
  const refused = countOf(refusals, 'refused')
  // Where most are answered the few refusals are lost in the noise of the others.
  if (answered === 0 || refused < countOf(refusals, 'answered')) return undefined
  const tiers = [...new Set(answers.flatMap(({ tiers }) => Object.keys(tiers)))].filter((tier) => tier !== 'generator')
  if (tiers.length === 0) return undefined
  const answer = Object.fromEntries(tiers.map((tier) => [tier, microsOf(answers, tier) / answered]))
  const refusal = Object.fromEntries(
    tiers.map((tier) => [tier, Math.max(0, microsOf(refusals, tier) - answer[tier]! * countOf(refusals, 'answered')) / refused]),
  )
  const rho = sumOf(refusal) / sumOf(answer)
  return {
    answer,
    refusal,
    rho,
    rhoServer: (refusal['server'] ?? 0) / (answer['server'] || Number.POSITIVE_INFINITY),
    times,
    bound: rho < 1 ? Math.max(0, (1 - times * rho) / (1 - rho)) : 0,
  }
}

const sumOf = (micros: Record<string, number>) => Object.values(micros).reduce((sum, value) => sum + value, 0)
const countOf = (series: readonly LoadSecond[], kind: 'answered' | 'refused') => series.reduce((sum, second) => sum + second[kind], 0)
const microsOf = (series: readonly LoadSecond[], tier: string) => series.reduce((sum, { tiers }) => sum + (tiers[tier] ?? 0) * 1e6, 0)
