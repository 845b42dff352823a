import { expect, test } from 'bun:test'
import { memoryUseOf } from './memory-use.ts'
import type { LoadSecond } from './result.ts'

const idle = { offered: 0, sent: 0, answered: 0, refused: 0, errors: {}, p50: 0, p99: 0, waiting: 0, inFlight: 0, cpuMicros: 0, tiers: {} }
const run = (seconds: number, bytesAt: (second: number) => number) =>
  Array.from({ length: seconds + 5 }, (_, i): LoadSecond => ({ ...idle, second: i - 5, memoryBytes: { server: bytesAt(i - 5) } }))

test('the slope is that of the growth, whatever a saw of garbage adds to it', () => {
  const { server } = memoryUseOf(run(1_200, (second) => 200e6 + second * 1_000 + (second % 10) * 5e5))
  expect(Math.abs(server!.bytesPerMinute! / 60 - 1_000)).toBeLessThan(200)
  expect(server!.bytes).toBe(200e6 + 1_199_000 + 4.5e6)
})

test('what is kept fills up at the beginning and then stays: that is flat', () => {
  expect(memoryUseOf(run(60, (second) => (second < 25 ? second * 1e6 : 300e6)))).toEqual({ server: { bytes: 300e6, bytesPerMinute: 0 } })
})

test('a short run has no slope, and one in which nothing was found no tier', () => {
  expect(memoryUseOf(run(59, () => 5))).toEqual({ server: { bytes: 5, bytesPerMinute: undefined } })
  expect(memoryUseOf([{ ...idle, second: 0, memoryBytes: {} }])).toEqual({})
})
