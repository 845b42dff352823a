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
 * From seconds at the peak and seconds in the spike: what each tier used is answers × a + refusals × r in both, two equations for a and r.
 * What else is done in a spike, such as answers that nobody waits for any more, is the refusals' cost too.
 */
export const spikeCost = (seconds: { peak: readonly LoadSecond[]; spike: readonly LoadSecond[]; times: number }): SpikeCost | undefined => {
  const { peak, spike, times } = seconds
  const [answered, refused] = [countOf(peak, 'answered'), countOf(peak, 'refused')]
  const [answeredIn, refusedIn] = [countOf(spike, 'answered'), countOf(spike, 'refused')]
  // Where most are answered the few refusals are lost in the noise of the others; where both seconds are alike, so is all.
  const determinant = answered * refusedIn - refused * answeredIn
  if (refusedIn < answeredIn || determinant <= 0) return undefined
  const tiers = [...new Set(peak.flatMap(({ tiers }) => Object.keys(tiers)))].filter((tier) => tier !== 'generator')
  if (tiers.length === 0) return undefined
  const answer: Record<string, number> = {}
  const refusal: Record<string, number> = {}
  for (const tier of tiers) {
    const [used, usedIn] = [microsOf(peak, tier), microsOf(spike, tier)]
    answer[tier] = Math.max(0, (used * refusedIn - usedIn * refused) / determinant)
    refusal[tier] = Math.max(0, (usedIn * answered - used * answeredIn) / determinant)
  }
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
