import { expect, test } from 'bun:test'
import { linearScale, logScale, ninesOf, ninesScale, shareOf, timeScale } from './scale.ts'

test('a linear scale goes from zero to a round number, in round steps', () => {
  const scale = linearScale(18_900, [200, 0])
  expect(scale.ticks).toEqual([0, 5_000, 10_000, 15_000, 20_000])
  expect([scale(0), scale(10_000), scale(20_000)]).toEqual([200, 100, 0])
  expect(linearScale(0.3, [0, 1]).ticks).toEqual([0, 0.1, 0.2, 0.3])
})

test('a linear scale of nothing still has two ends', () => {
  const scale = linearScale(0, [100, 0])
  expect([scale.ticks, scale(0)]).toEqual([[0, 1], 100])
})

test.each([1, 3, 7.2, 99, 101, 1e6, 0.00042])('the ticks of a linear scale up to %d are few, and reach it', (max) => {
  const { ticks } = linearScale(max, [0, 1])
  expect(ticks.length).toBeLessThanOrEqual(6)
  expect(ticks.at(-1)).toBeGreaterThanOrEqual(max)
})

test('time has the ticks of a clock, and ends where the run ends', () => {
  const scale = timeScale([-3, 60], [0, 630])
  expect(scale.ticks).toEqual([0, 10, 20, 30, 40, 50, 60])
  expect([scale(-3), scale(0), scale(60)]).toEqual([0, 30, 630])
  expect(timeScale([-10, 1_200], [0, 1]).ticks).toEqual([0, 300, 600, 900, 1_200])
})

test('a logarithmic scale holds what it is for between two of 1, 2, 5', () => {
  const scale = logScale(1.2, 40, [0, 100])
  expect(scale.ticks).toEqual([1, 2, 5, 10, 20, 50])
  expect([scale(1), scale(50), scale(0)]).toEqual([0, 100, 0])
  expect(scale(Math.sqrt(50))).toBeCloseTo(50)
})

test('over many tens only they are named, and the two ends', () => {
  expect(logScale(0.5, 900, [0, 1]).ticks).toEqual([0.5, 1, 10, 100, 1_000])
})

test.each([
  [5, 5],
  [0, 0],
  [0.0001, 600_000],
  [1, 1],
])('a logarithmic scale from %d to %d has two ends in this order', (min, max) => {
  const { ticks } = logScale(min, max, [0, 1])
  expect(ticks.length).toBeGreaterThanOrEqual(2)
  expect(ticks.at(-1)).toBeGreaterThanOrEqual(max)
  expect(ticks).toEqual([...ticks].sort((a, b) => a - b))
})

test('every nine is as far from the next', () => {
  const scale = ninesScale(4, [0, 400])
  expect(scale.ticks).toEqual([0, 0.5, 0.9, 0.99, 0.999, 0.9999])
  expect([scale(0), scale(0.9), scale(0.999)].map(Math.round)).toEqual([0, 100, 300])
  expect(shareOf(ninesOf(0.995))).toBeCloseTo(0.995, 10)
})
