import { expect, test } from 'bun:test'
import { openLatencies, percentilesOf, record } from './latency.ts'
import { openRandom } from './random.ts'

test.each([3, 2] as const)('percentiles of %p digits are the exact ones to that many digits', (digits) => {
  const random = openRandom(11)
  const latencies = openLatencies(digits)
  // 0.01 ms to 20 s, as evenly as their logarithms.
  const values = Array.from({ length: 50_000 }, () => 0.01 * Math.exp(random() * Math.log(2_000_000)))
  for (const value of values) record(latencies, value)
  const sorted = values.toSorted((a, b) => a - b)
  const exact = (part: number) => sorted[Math.ceil(part * sorted.length) - 1]!
  const { count, p50, p90, p99, p999, max, mean } = percentilesOf(latencies)
  const within = 1.1 * 10 ** -digits
  for (const [measured, part] of [
    [p50, 0.5],
    [p90, 0.9],
    [p99, 0.99],
    [p999, 0.999],
    [max, 1],
  ] as const)
    expect(Math.abs(measured / exact(part) - 1)).toBeLessThan(within)
  expect(Math.abs(mean / (values.reduce((sum, value) => sum + value, 0) / values.length) - 1)).toBeLessThan(within)
  expect(count).toBe(50_000)
})

test('what cannot be is recorded as the nearest that can', () => {
  const latencies = openLatencies()
  for (const value of [-1, 0, 1e9]) record(latencies, value)
  expect(percentilesOf(latencies)).toMatchObject({ count: 3, p50: 0 })
  expect(percentilesOf(latencies).max / 600_000).toBeCloseTo(1, 2)
  expect(percentilesOf(openLatencies())).toEqual({ count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 })
})
