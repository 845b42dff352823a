import { expect, test } from 'bun:test'
import { openKeys, openSpread, openZipf, zipfExponent } from './keys.ts'
import { openRandom } from './random.ts'

test('uniform keys are all there, alike often, and none is outside', () => {
  const key = openKeys('uniform', 100, openRandom(5))
  const counts = new Float64Array(101)
  for (let i = 0; i < 200_000; i++) counts[key()]!++
  expect(counts[0]).toBe(0)
  // Standard deviation 45.
  for (const count of counts.subarray(1)) expect(Math.abs(count - 2_000)).toBeLessThan(250)
})

test.each([1, 2, 1_000, 1_000_011])('ranks of 1 to %p are as frequent as Zipf says', (max) => {
  const rank = openZipf(max, zipfExponent, openRandom(7))
  const draws = 300_000
  const counts = new Map<number, number>()
  for (let i = 0; i < draws; i++) {
    const k = rank()
    counts.set(k, (counts.get(k) ?? 0) + 1)
  }
  let whole = 0
  for (let k = 1; k <= max; k++) whole += k ** -zipfExponent
  for (const k of [1, 2, 3, 10, 100].filter((k) => k <= max)) {
    const share = k ** -zipfExponent / whole
    const deviation = Math.sqrt((share * (1 - share)) / draws)
    expect(Math.abs((counts.get(k) ?? 0) / draws - share)).toBeLessThanOrEqual(5 * deviation)
  }
  const half = [...counts].reduce((sum, [k, count]) => sum + (k <= Math.sqrt(max) ? count : 0), 0) / draws
  let expected = 0
  for (let k = 1; k <= Math.sqrt(max); k++) expected += k ** -zipfExponent / whole
  expect(half).toBeCloseTo(expected, 2)
  expect(Math.min(...counts.keys())).toBeGreaterThanOrEqual(1)
  expect(Math.max(...counts.keys())).toBeLessThanOrEqual(max)
})

test('every rank has a key of its own, and the hot ones are no neighbours', () => {
  for (const max of [1, 2, 3, 10, 97, 1_000, 4_096]) {
    const spread = openSpread(max)
    const keys = Array.from({ length: max }, (_, i) => spread(i + 1)).toSorted((a, b) => a - b)
    expect(keys).toEqual(Array.from({ length: max }, (_, i) => i + 1))
  }
  const spread = openSpread(1_000_011)
  const hot = [1, 2, 3, 4, 5].map(spread).toSorted((a, b) => a - b)
  for (let i = 1; i < hot.length; i++) expect(hot[i]! - hot[i - 1]!).toBeGreaterThan(50_000)
})

test('the same seed gives the same keys, another seed others', () => {
  const some = [1, 1, 2].map((seed) => Array.from({ length: 50 }, openKeys('zipf', 1_000_000, openRandom(seed))))
  expect(some[0]).toEqual(some[1]!)
  expect(some[0]).not.toEqual(some[2]!)
})

test('a range that cannot be spread exactly is refused', () => {
  for (const max of [0, 100_000_001]) expect(() => openKeys('zipf', max, openRandom(1))).toThrow('Keys are 1 to N')
})
