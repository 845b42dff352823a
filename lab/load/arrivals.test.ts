import { expect, test } from 'bun:test'
import { arrivalsIn, highestRate, openSchedule, scaled, secondsOf, type Phase } from './arrivals.ts'
import { openRandom } from './random.ts'

const all = (phases: readonly Phase[], random?: () => number) => {
  const next = openSchedule(phases, random)
  const times: number[] = []
  for (let time = next(); time !== Number.POSITIVE_INFINITY; time = next()) times.push(time)
  return times
}

test('a steady rate is as many arrivals as it says, evenly, each where the rate puts it however long it lasts', () => {
  const times = all([{ rate: 3_000, seconds: 100 }])
  expect(times).toHaveLength(300_000)
  for (const at of [0, 1, 299_999]) expect(times[at]).toBeCloseTo(at / 3, 6)
})

test('a ramp goes up evenly: a quarter of its arrivals come in its first half', () => {
  const times = all([{ rate: 0, to: 200, seconds: 10 }])
  expect(times).toHaveLength(1_000)
  expect(times.filter((time) => time < 4_999.9)).toHaveLength(250)
  const down = all([{ rate: 200, to: 0, seconds: 10 }])
  expect(down.filter((time) => time < 4_999.9)).toHaveLength(750)
  expect(down.at(-1)!).toBeLessThan(10_000)
})

test('steps follow each other, and one in which nothing arrives takes its time', () => {
  const spike = [
    { rate: 10, seconds: 1 },
    { rate: 0, seconds: 1 },
    { rate: 100, seconds: 1 },
    { rate: 10, seconds: 1 },
  ]
  const times = all(spike)
  expect([0, 1, 2, 3].map((second) => times.filter((time) => Math.floor(time / 1000) === second).length)).toEqual([10, 0, 100, 10])
  expect([secondsOf(spike), highestRate(spike), spike.map(arrivalsIn)]).toEqual([4, 100, [10, 0, 100, 10]])
})

test('times never go back, in any shape', () => {
  const shape = [
    { rate: 5, to: 900, seconds: 1.3 },
    { rate: 900, to: 3, seconds: 0.7 },
    { rate: 0.5, seconds: 3 },
  ]
  for (const random of [undefined, openRandom(3)]) {
    const times = all(shape, random)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times.at(-1)!).toBeLessThan(5_000)
  }
})

test('arrivals by chance come at the same rate, with the gaps of a Poisson process', () => {
  const times = all([{ rate: 1_000, seconds: 100 }], openRandom(1))
  // Standard deviation 316.
  expect(Math.abs(times.length - 100_000)).toBeLessThan(1_500)
  const gaps = times.slice(1).map((time, i) => time - times[i]!)
  const longer = (ms: number) => gaps.filter((gap) => gap > ms).length / gaps.length
  expect(longer(1)).toBeCloseTo(Math.exp(-1), 2)
  expect(longer(3)).toBeCloseTo(Math.exp(-3), 2)
})

test('a shape can be made higher and longer', () => {
  const phases = [
    { rate: 10, to: 20, seconds: 1 },
    { rate: 40, seconds: 3 },
  ]
  expect(scaled(phases, { rate: 80, seconds: 8 })).toEqual([
    { rate: 20, to: 40, seconds: 2 },
    { rate: 80, seconds: 6 },
  ])
  expect(scaled(phases, {})).toEqual(phases)
})
