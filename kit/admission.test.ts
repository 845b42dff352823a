import { expect, test } from 'bun:test'
import { Admission } from './admission.ts'
import { limits } from './limits.ts'

/** A window in which as many keys come as are let in, and the slowest takes `latencyMs`. */
const window = (admission: Admission, latencyMs: number, keys = Infinity) => {
  let admitted = 0
  while (admitted < keys && admission.enter(false)) admitted++
  if (admitted > 0) admission.observe(latencyMs)
  for (let i = 0; i < admitted; i++) admission.leave()
  admission.adjust()
  return admitted
}
const windows = (admission: Admission, count: number, latencyMs: number, keys?: number) => {
  for (let i = 0; i < count; i++) window(admission, latencyMs, keys)
}

test('the bound finds the number of keys that are answered in time, and stays near it', () => {
  const admission = new Admission()
  // Each key costs 0.1 ms, so 500 keys are answered in 50 ms.
  for (let i = 0; i < 200; i++) window(admission, admission.limit * 0.1)
  for (let i = 0; i < 200; i++) {
    window(admission, admission.limit * 0.1)
    expect(admission.limit).toBeGreaterThan(400)
    expect(admission.limit).toBeLessThan(550)
  }
})

test('a slow database shrinks the bound to its least within seconds, a quick one opens it again', () => {
  const admission = new Admission()
  windows(admission, 60, 500)
  expect(admission.limit).toBe(limits.admittedKeysMin)
  windows(admission, 40, 5)
  expect(admission.limit).toBeGreaterThan(limits.admittedKeysFirst)
})

test('quiet times leave the bound where it was', () => {
  const admission = new Admission()
  windows(admission, 1_000, 1, 10)
  expect(admission.limit).toBe(limits.admittedKeysFirst)
})

test('the bound is never above the greatest, however quick the database is', () => {
  const admission = new Admission()
  windows(admission, 1_000, 1)
  expect(admission.limit).toBe(limits.keysWaitingMax)
})

test('bulk reads are refused first: while the room is half full, and for a second after anybody was refused', () => {
  const admission = new Admission()
  expect(admission.enter(true)).toBe(true)
  admission.leave()
  let admitted = 0
  while (admitted < limits.admittedKeysFirst / 2 && admission.enter(false)) admitted++
  expect(admission.enter(true)).toBe(false)
  expect(admission.enter(false)).toBe(true)
  while (admission.enter(false)) admitted++
  for (let i = 0; i <= admitted; i++) admission.leave()
  admission.adjust()
  expect(admission.enter(true)).toBe(false)
  windows(admission, 30, 1, 1)
  expect(admission.enter(true)).toBe(true)
})
