import { expect, test } from 'bun:test'
import { compare, comparisonText, interleaved, type Compared } from './compare.ts'

const run = (p99: number, cpuMicrosPerAnswer = 100): Compared => ({ answeredPerSecond: 1_000, p50: 2, p99, cpuMicrosPerAnswer })
const of = (figure: keyof Compared, a: Compared[], b: Compared[]) => compare(a, b).find((one) => one.figure === figure)!

test('every B has an A before and after it', () => {
  expect(interleaved(3).join(' ')).toBe('a b a b a b a')
  expect(() => compare([run(1)], [run(1)])).toThrow('A comparison needs an A before and after every B.')
})

const of5 = (one: number, other = one) => [run(one), run(other), run(one), run(other), run(one)]

test('a difference that every round shows, and A against itself does not, is one', () => {
  const { ratio, noise, differs } = of('p99', [...of5(10, 11), run(10)], [run(20), run(21), run(22), run(21), run(20)])
  expect(ratio.median).toBeCloseTo(2, 1)
  expect([noise.min < 1, noise.max]).toEqual([true, 1.1])
  expect(differs).toBe(true)
})

test('a ratio whose spread includes 1 is no difference', () => {
  expect(of('p99', [...of5(10), run(10)], of5(12, 9)).differs).toBe(false)
  expect(of('p99', [...of5(10), run(10)], of5(10)).differs).toBe(false)
})

test('a ratio smaller than what A shows against itself is no difference', () => {
  expect(of('p99', [...of5(10, 14), run(14)], of5(14, 13)).differs).toBe(false)
})

test('what drifts evenly is no difference', () => {
  const drift = Array.from({ length: 11 }, (_, i) => run(10, 100 + 20 * i))
  const [a, b] = [drift.filter((_, i) => i % 2 === 0), drift.filter((_, i) => i % 2 === 1)]
  const { ratio, differs } = of('cpuMicrosPerAnswer', a, b)
  expect(ratio.median).toBeCloseTo(1, 1)
  expect(differs).toBe(false)
})

test('fewer than five rounds say nothing of a difference', () => {
  expect(of('p99', of5(10), of5(20).slice(1)).differs).toBeUndefined()
  const text = comparisonText(compare([run(10), run(10)], [run(20)]), { a: 'A', b: 'B' })
  expect(text.split('\n').slice(2)).toEqual([
    'p99 ms          A 10.00  B 20.00  B/A 2.00 (2.00–2.00)  A/A 1.00 (1.00–1.00)',
    'CPU µs/answer   A 100  B 100  B/A 1.00 (1.00–1.00)  A/A 1.00 (1.00–1.00)',
    'Fewer than 5 rounds say nothing of a difference.',
  ])
})

test('it is told in a line for each figure', () => {
  const text = comparisonText(compare([...of5(10), run(10)], of5(20)), { a: 'single', b: 'fleet' })
  expect(text.split('\n')).toHaveLength(4)
  expect(text).toContain(
    'p99 ms          single 10.00  fleet 20.00  fleet/single 2.00 (2.00–2.00)  single/single 1.00 (1.00–1.00)  fleet is 2.00 times single',
  )
  expect(text).toContain(
    'answered/s      single 1,000  fleet 1,000  fleet/single 1.00 (1.00–1.00)  single/single 1.00 (1.00–1.00)  no difference',
  )
})
