import { median } from '../rounds.ts'
import type { Phase } from './arrivals.ts'
import type { DrivePhaseResult } from './driving.ts'
import type { LoadFigures } from './result.ts'
import { spikeCost, type SpikeCost } from './spike-cost.ts'

export type SpikeShape = { kneePerSecond: number; /** The spike's rate is so many times the knee. */ times: number; seconds: number }

/** What became of a service that was asked for many times what it can do, and after. Rates per second, times milliseconds. */
export type Spike = SpikeShape & {
  /** Good answers at the knee, at the peak, which is where most are answered on the way up from it, and in the spike. */
  kneeGoodput: number
  peakGoodput: number
  goodput: number
  /** At the peak. */
  peakOfferedPerSecond: number
  offeredPerSecond: number
  admitted: { p50: number; p99: number }
  refused: { perSecond: number; p50: number; p99: number }
  /** Failed in any other way: no answer, or a wrong one. */
  failed: number
  /** Seconds from the end of the spike until p99 is normal and nobody is refused for a second; undefined when it did not come to that. */
  recoverySeconds: number | undefined
  /** What counts as normal: twice the p99 of before the spike, 10 ms at least. */
  normalP99: number
  cost: SpikeCost | undefined
}

/** Steady in short windows, so that p99 before and after can be told from each other; the knee and up to twice that, for what it can do; the spike; and back. */
export const spikePhases = ({ kneePerSecond, times, seconds }: SpikeShape): Phase[] => {
  const steady = Array.from({ length: windows }, () => ({ rate: steadyShare * kneePerSecond, seconds: windowSeconds }))
  const climb = climbShares.map((share) => ({ rate: share * kneePerSecond, seconds: climbSeconds }))
  return [...steady, ...climb, { rate: times * kneePerSecond, seconds }, ...steady]
}

/** Of a run with those phases. */
export const spikeOf = (figures: Pick<LoadFigures, 'phases' | 'series'>, shape: SpikeShape): Spike => {
  const { phases, series } = figures
  const climb = phases.slice(windows, windows + climbShares.length)
  const [spike, ...after] = phases.slice(windows + climbShares.length)
  const peak = climb.reduce((best, one) => (one.answered > best.answered ? one : best))
  const normalP99 = Math.max(normalMsMin, 2 * median(phases.slice(0, windows).map(({ latency }) => latency.p99)))
  const climbFrom = windows * windowSeconds
  const peakFrom = climbFrom + climb.indexOf(peak) * climbSeconds
  const spikeFrom = climbFrom + climb.length * climbSeconds
  return {
    ...shape,
    kneeGoodput: climb[0]!.answered / climbSeconds,
    peakGoodput: peak.answered / climbSeconds,
    goodput: spike!.answered / spike!.seconds,
    peakOfferedPerSecond: peak.offered / climbSeconds,
    offeredPerSecond: spike!.offered / spike!.seconds,
    admitted: { p50: spike!.latency.p50, p99: spike!.latency.p99 },
    refused: { perSecond: spike!.refused.count / spike!.seconds, p50: spike!.refused.p50, p99: spike!.refused.p99 },
    failed: phases.reduce((sum, { failed }) => sum + failed, 0),
    recoverySeconds: recoveryOf(after, normalP99),
    normalP99,
    // The first second of each is still half of what was before it.
    cost: spikeCost({
      peak: between(series, peakFrom + 1, peakFrom + climbSeconds),
      spike: between(series, spikeFrom + 1, spikeFrom + shape.seconds),
      times: spike!.offered / spike!.seconds / (peak.answered / climbSeconds),
    }),
  }
}

/** When the first second begins that is normal throughout; a window that is not, later on, is a bad moment of the machine, as there are before a spike. */
const recoveryOf = (after: readonly DrivePhaseResult[], normalP99: number): number | undefined => {
  const isNormal = ({ latency, refused, failed, answered }: DrivePhaseResult) =>
    latency.p99 <= normalP99 && refused.count + failed <= refusedShareMax * (answered + refused.count + failed)
  const found = after.findIndex((_, i) => i + calmWindows <= after.length && after.slice(i, i + calmWindows).every(isNormal))
  return found < 0 ? undefined : found * windowSeconds
}

const between = (series: LoadFigures['series'], from: number, to: number) => series.filter(({ second }) => second >= from && second < to)

export const spikeText = ({ kneePerSecond, times, seconds, cost, ...spike }: Spike): string => {
  const rows: [string, string][] = [
    ['knee', `${whole(kneePerSecond)}/s, where ${whole(spike.kneeGoodput)}/s were answered`],
    ['spike', `${whole(spike.offeredPerSecond)}/s for ${seconds} s, ${times} times the knee`],
    ['peak', `${whole(spike.peakGoodput)}/s were answered of ${whole(spike.peakOfferedPerSecond)}/s`],
    ['goodput', `${whole(spike.goodput)}/s in the spike, ${percentOf(spike.goodput / spike.peakGoodput)} of the peak’s`],
    ['admitted', `p50 ${ms(spike.admitted.p50)}  p99 ${ms(spike.admitted.p99)}`],
    ['refused', `${whole(spike.refused.perSecond)}/s  p50 ${ms(spike.refused.p50)}  p99 ${ms(spike.refused.p99)}`],
    ['failed', `${whole(spike.failed)} in any other way`],
    [
      'recovery',
      spike.recoverySeconds === undefined
        ? `p99 was not back below ${ms(spike.normalP99)} within ${windows * windowSeconds} s`
        : `p99 is below ${ms(spike.normalP99)} again ${spike.recoverySeconds} s after the spike`,
    ],
    ...(cost ? costRows(cost) : [['cost', 'not known: fewer than half were refused, or /proc does not tell'] as [string, string]]),
  ]
  return rows.map(([name, value]) => `${name.padEnd(11)}${value}`).join('\n')
}

/** One of many, on a line. */
export const spikeLine = ({ goodput, peakGoodput, admitted, refused, failed, recoverySeconds, normalP99, cost }: Spike): string =>
  `peak ${whole(peakGoodput)}/s  goodput ${percentOf(goodput / peakGoodput)} of it${cost ? `, bound ${percentOf(cost.bound)}, n ${cost.times.toFixed(1)}, ρ ${cost.rho.toFixed(3)}` : ''}  admitted p99 ${ms(admitted.p99)}  refused p99 ${ms(refused.p99)}  failed ${failed}  ` +
  (recoverySeconds === undefined ? `not below ${ms(normalP99)} again` : `below ${ms(normalP99)} again after ${recoverySeconds} s`)

/** Of many spikes: how often all became normal again, and how soon at the latest. */
export const recoveriesText = (spikes: readonly Spike[]): string => {
  const recovered = spikes.flatMap(({ recoverySeconds }) => recoverySeconds ?? [])
  return `rounds     normal again after ${recovered.length} of ${spikes.length} spikes${recovered.length > 0 ? `, at the latest after ${Math.max(...recovered)} s` : ''}`
}

const costRows = ({ answer, refusal, rho, rhoServer, bound, times }: SpikeCost): [string, string][] => [
  ['cost', `of an answer ${microsText(answer)}; of a refusal ${microsText(refusal)}`],
  ['ρ', `${rho.toFixed(3)} of all tiers, ${rhoServer.toFixed(3)} of the server’s processes alone`],
  ['bound', `(1 − nρ) / (1 − ρ) with n = ${times.toFixed(2)}: ${percentOf(bound)} of the peak’s goodput, where all tiers share the cores`],
]
const microsText = (micros: Record<string, number>) =>
  Object.entries(micros)
    .map(([tier, value]) => `${tier} ${value.toFixed(1)} µs`)
    .join(', ')

const ms = (value: number) => `${value < 100 ? value.toFixed(1) : whole(value)} ms`
const percentOf = (share: number) => `${Math.round(share * 100)} %`
const whole = (value: number) => Math.round(value).toLocaleString('en')

export const steadyShare = 0.7
const windows = 24
const windowSeconds = 0.25
const climbShares = [1, 1.25, 1.5, 1.75, 2]
const climbSeconds = 3
const calmWindows = 4
const normalMsMin = 10
const refusedShareMax = 0.001
