import { expect, test } from 'bun:test'
import { findKnee, stepLine, type StepResult } from './knee.ts'

const kept: StepResult = { outcome: 'kept', why: [], answeredPerSecond: 1, p99: 9, errorShare: 0, limit: undefined }
const missed: StepResult = { ...kept, outcome: 'missed', why: ['p99 is 90.0 ms, more than 50 ms.'], p99: 90, limit: 'database CPU' }
const refused: StepResult = { outcome: 'refused', why: ['The generator was late.'] }
const times = { seconds: 5, soakSeconds: 30 }

test.each([[1], [40], [1_000], [3_170], [50_000]])('from 1,000/s a knee at %i/s is found to a twentieth, and soaked', async (knee) => {
  const measure = async (rate: number) => (rate <= knee ? kept : missed)
  const { keptPerSecond, missedPerSecond, confirmed, steps } = await findKnee({ ...times, first: 1_000, measure })
  expect(confirmed).toBe(true)
  expect(keptPerSecond).toBeLessThanOrEqual(knee)
  expect(missedPerSecond).toBeGreaterThan(knee)
  expect(missedPerSecond!).toBeLessThanOrEqual(Math.max(keptPerSecond! * 1.05, keptPerSecond! + 1))
  expect(steps.at(-1)).toMatchObject({ kind: 'soak', rate: keptPerSecond, seconds: 30, outcome: 'kept' })
  expect(steps.length).toBeLessThan(45)
})

test('the limit beyond it is named', async () => {
  const { sentence } = await findKnee({ ...times, first: 800, measure: async (rate) => (rate <= 1_000 ? kept : missed) })
  expect(sentence).toMatch(/^The knee is at [\d,]+\/s; 1,0\d\d\/s are too many, and the limit is then database CPU\.$/)
})

test('one bad moment does not lower it', async () => {
  let runs = 0
  const measure = async (rate: number) => (rate > 1_000 || ++runs % 3 === 0 ? missed : kept)
  const { keptPerSecond } = await findKnee({ ...times, first: 100, measure })
  expect(keptPerSecond).toBeGreaterThan(950)
})

test('where the generator becomes the limit the search ends with what is known', async () => {
  const { keptPerSecond, missedPerSecond, confirmed, sentence } = await findKnee({
    ...times,
    first: 1_000,
    measure: async (rate) => (rate <= 6_000 ? kept : refused),
  })
  expect({ keptPerSecond, missedPerSecond, confirmed }).toEqual({ keptPerSecond: 4_000, missedPerSecond: undefined, confirmed: false })
  expect(sentence).toBe('At least 4,000/s; nothing is known of 8,000/s: The generator was late.')
  const nothing = await findKnee({ ...times, first: 1_000, measure: async () => refused })
  expect([nothing.keptPerSecond, nothing.sentence]).toEqual([undefined, 'Refused at 1,000/s, so nothing is known: The generator was late.'])
})

test('a rate that was missed is not refused because the generator was late when it was tried again', async () => {
  let runs = 0
  const measure = async (rate: number) => (rate <= 1_000 ? kept : ++runs % 2 === 0 ? refused : missed)
  const { keptPerSecond, confirmed } = await findKnee({ ...times, first: 1_000, measure })
  expect([keptPerSecond, confirmed]).toEqual([1_000, true])
})

test('what a soak does not keep is lowered', async () => {
  const { keptPerSecond, confirmed } = await findKnee({
    ...times,
    first: 1_000,
    measure: async (rate, seconds) => (rate <= (seconds === times.soakSeconds ? 950 : 1_000) ? kept : missed),
  })
  expect(confirmed).toBe(true)
  expect(keptPerSecond).toBeGreaterThan(850)
  expect(keptPerSecond).toBeLessThanOrEqual(950)
})

test('a server that keeps no rate has no knee', async () => {
  const { keptPerSecond, sentence } = await findKnee({ ...times, first: 16, measure: async () => missed })
  expect([keptPerSecond, sentence]).toEqual([undefined, 'No rate keeps the service level.'])
})

test('a step is a line', () => {
  expect(stepLine({ ...missed, kind: 'bisect', rate: 1_414, seconds: 5 })).toBe(
    'bisect      1,414/s     5 s  missed    answered 1/s  p99 90.0 ms  errors 0.00 %  limit database CPU',
  )
  expect(stepLine({ ...refused, kind: 'up', rate: 8_000, seconds: 5 })).toEndWith('refused   The generator was late.')
})
