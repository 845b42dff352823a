import { expect, test } from 'bun:test'
import { testFigures } from './testing.ts'
import { momentsOf } from './timeline.ts'

test('every second is a point, and what comes after the schedule is none', () => {
  const { series } = testFigures(10, 100)
  const late = { ...series[0]!, second: 10 }
  const moments = momentsOf([...series, late], 10)
  expect(moments.map(({ second }) => second)).toEqual([-2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(moments[5]).toMatchObject({ seconds: 1, offeredPerSecond: 100, answeredPerSecond: 100, refusedPerSecond: 0, failedPerSecond: 0 })
})

test('of a long run some seconds are one point: its worst p99, its middle p50, rates for a second', () => {
  const [one] = testFigures(1, 100).series
  const series = [4, 9, 2, 7].map((p99, second) => ({ ...one!, second, p99, p50: p99 / 2, answered: second === 3 ? 60 : 100 }))
  const moments = momentsOf(series, 4, 1)
  expect(moments).toEqual([expect.objectContaining({ second: 0, seconds: 4, p99: 9, p50: 2, answeredPerSecond: 90 })])
})

test('the warm-up shares no point with what counts', () => {
  const { series } = testFigures(9, 100)
  expect(momentsOf(series, 9, 4).map(({ second, seconds }) => [second, seconds])).toEqual([
    [-2, 2],
    [0, 3],
    [3, 3],
    [6, 3],
  ])
})

test('where nothing was answered there is no latency, and a tier that was not measured is not there', () => {
  const [one] = testFigures(1, 100).series
  const [moment] = momentsOf([{ ...one!, second: 0, answered: 0, refused: 30, errors: { 'status 503': 30, 'timed out': 5 }, tiers: {} }], 1)
  expect(moment).toMatchObject({ p50: undefined, p99: undefined, refusedPerSecond: 30, failedPerSecond: 5, tiers: {} })
})
