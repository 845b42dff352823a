import { expect, test } from 'bun:test'
import { Tally } from './tally.ts'
import { testPart } from './testing.ts'

const phases = [
  { rate: 10, seconds: 1 },
  { rate: 100, seconds: 1 },
  { rate: 10, seconds: 1 },
]

test('requests count in the phase in which they were meant to start, whenever they are answered', () => {
  const tally = new Tally([testPart], phases, 1_000)
  for (const dueMs of [500, 1_000, 1_999, 2_000, 2_999, 3_000, 2_500, 1_500]) tally.offered(0, dueMs, dueMs)
  tally.answered(0, 1_999, 3_999, 4, 10)
  tally.answered(0, 3_000, 3_005, 0, 10)
  tally.unexpected(0, 2_500, 2_503, 503)
  tally.unexpected(0, 2_000, 2_001, 404)
  tally.failed(0, 1_500, 'timed out')
  tally.unexpected(0, 500, 501, 503)
  const { phases: counted, refused, errors } = tally.result()
  expect(counted.map(({ offered, answered, failed }) => [offered, answered, failed])).toEqual([
    [3, 1, 1],
    [3, 0, 1],
    [1, 1, 0],
  ])
  expect(counted[0]!.latency.max).toBeCloseTo(2_000, -2)
  expect(counted.map(({ refused }) => refused.count)).toEqual([0, 1, 0])
  expect([refused.count, refused.max, errors]).toEqual([1, 3, { 'status 503': 1, 'status 404': 1, 'timed out': 1 }])
  expect(tally.takeSecond()).toMatchObject({ answered: 2, refused: 2 })
})

test('one phase, or very many, are not told apart', () => {
  for (const some of [phases.slice(0, 1), Array.from({ length: 100 }, () => phases[0]!)])
    expect(new Tally([testPart], some, 0).result().phases).toEqual([])
})
