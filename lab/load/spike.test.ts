import { expect, test } from 'bun:test'
import { secondsOf } from './arrivals.ts'
import type { DrivePhaseResult } from './driving.ts'
import type { LoadSecond } from './result.ts'
import { spikeOf, spikePhases, spikeText } from './spike.ts'

const shape = { kneePerSecond: 1_000, times: 10, seconds: 10 }
const phases = spikePhases(shape)
/** Of the third step up, half as much again as the knee; the others answer no more. */
const peakPerSecond = 1_400
const times = (p99: number, count = 100) => ({ count, mean: 1, p50: 1, p90: 1, p99, p999: p99, max: p99 })

/** Steady before, at its peak half way up, most refused in the spike, and slow for so many windows after it. */
const run = (slowWindows: number) => ({
  phases: phases.map((phase, i): DrivePhaseResult => {
    const offered = phase.rate * phase.seconds
    const inSpike = phase.rate > 2 * shape.kneePerSecond
    const answered = inSpike ? 9_000 : Math.min(offered, peakPerSecond * phase.seconds)
    const slow = i > 29 && i < 30 + slowWindows
    return { ...phase, offered, answered, failed: 0, latency: times(inSpike ? 80 : slow ? 300 : 8), refused: times(5, offered - answered) }
  }),
  series: Array.from({ length: Math.ceil(secondsOf(phases)) }, (_, second): LoadSecond => {
    const inSpike = second >= 21 && second < 31
    const atPeak = second >= 12 && second < 15
    const [answered, refused] = inSpike ? [900, 9_100] : atPeak ? [peakPerSecond, 100] : [1_000, 0]
    const tiers = { generator: 0.5, server: (answered * 200 + refused * 10) / 1e6, database: (answered * 300) / 1e6 }
    return {
      second,
      offered: 0,
      sent: 0,
      answered,
      refused,
      errors: {},
      p50: 1,
      p99: 1,
      waiting: 0,
      inFlight: 0,
      cpuMicros: 0,
      tiers,
      memoryBytes: {},
    }
  }),
})

test('it goes from 0.7 of the knee to ten times the knee for 10 s and back', () => {
  expect(Math.max(...phases.map(({ rate }) => rate))).toBe(10_000)
  expect(phases.filter(({ rate }) => rate === 10_000)).toEqual([{ rate: 10_000, seconds: 10 }])
  expect([phases[0]!.rate, phases.at(-1)!.rate]).toEqual([700, 700])
})

test('goodput, the admitted, the refused, and what each cost are told', () => {
  const spike = spikeOf(run(2), shape)
  expect(spike).toMatchObject({
    kneeGoodput: 1_000,
    peakGoodput: 1_400,
    peakOfferedPerSecond: 1_500,
    goodput: 900,
    offeredPerSecond: 10_000,
    admitted: { p99: 80 },
    refused: { perSecond: 9_100, p99: 5 },
    failed: 0,
    recoverySeconds: 0.5,
    normalP99: 16,
  })
  const { answer, refusal, rho, rhoServer, bound } = spike.cost!
  expect([answer['server'], answer['database'], refusal['server'], refusal['database']].map((micros) => Math.round(micros!))).toEqual([
    200, 300, 10, 0,
  ])
  expect([rho, rhoServer, bound].map((value) => Number(value.toFixed(4)))).toEqual([0.02, 0.05, 0.8746])
  expect(spikeText(spike)).toContain('\nbound      (1 − nρ) / (1 − ρ) with n = 7.14: 87 % of the peak’s goodput')
})

test('a service that does not become normal again has not recovered', () => {
  expect(spikeOf(run(0), shape).recoverySeconds).toBe(0)
  const never = spikeOf(run(24), shape)
  expect(never.recoverySeconds).toBeUndefined()
  expect(spikeText(never)).toContain('p99 was not back below 16.0 ms within 6 s')
})

test('without refusals nothing is known of their cost', () => {
  const { series, ...rest } = run(0)
  expect(spikeOf({ ...rest, series: series.map((second) => ({ ...second, refused: 0 })) }, shape).cost).toBeUndefined()
})
