import type { Random } from './random.ts'

/** Requests arrive at `rate` a second, or go from `rate` to `to` evenly. Steps and spikes are phases one after the other. */
export type Phase = { readonly rate: number; readonly to?: number; readonly seconds: number }

export const secondsOf = (phases: readonly Phase[]): number => phases.reduce((sum, { seconds }) => sum + seconds, 0)
export const highestRate = (phases: readonly Phase[]): number => Math.max(...phases.map(({ rate, to = rate }) => Math.max(rate, to)))
export const arrivalsIn = ({ rate, to = rate, seconds }: Phase): number => ((rate + to) / 2) * seconds

/** The same shape with this highest rate, in this time. */
export const scaled = (phases: readonly Phase[], { rate, seconds }: { rate?: number; seconds?: number }): Phase[] => {
  const higher = rate === undefined ? 1 : rate / highestRate(phases)
  const longer = seconds === undefined ? 1 : seconds / secondsOf(phases)
  return phases.map((phase) => ({
    rate: phase.rate * higher,
    ...(phase.to !== undefined && { to: phase.to * higher }),
    seconds: phase.seconds * longer,
  }))
}

/**
 * When the next request arrives, milliseconds after the beginning; Infinity when there is none any more. They come as evenly as the
 * rate says or, given a source of chance, as a Poisson process of that rate. An arrival is the moment at which the integral of the rate
 * reaches the next number (evenly) or the next point of a Poisson process of rate 1, so no rounding adds up.
 */
export const openSchedule = (phases: readonly Phase[], random?: Random): (() => number) => {
  let phase = 0
  let phaseMs = 0
  let counted = 0
  let number = random ? -Math.log1p(-random()) : 0
  return () => {
    for (; phase < phases.length; phase++) {
      const into = number - counted
      const all = arrivalsIn(phases[phase]!)
      if (into < all) {
        number += random ? -Math.log1p(-random()) : 1
        return phaseMs + momentOf(phases[phase]!, into) * 1000
      }
      counted += all
      phaseMs += phases[phase]!.seconds * 1000
    }
    return Number.POSITIVE_INFINITY
  }
}

/** Seconds into the phase until `count` have arrived: the root of rate·t + (to − rate)·t²/2·seconds = count, in the form that cancels nothing. */
const momentOf = ({ rate, to = rate, seconds }: Phase, count: number): number => {
  if (count === 0) return 0
  return (2 * count) / (rate + Math.sqrt(Math.max(0, rate * rate + (2 * count * (to - rate)) / seconds)))
}
