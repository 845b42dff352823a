import { expect, test } from 'bun:test'
import { Admission } from './admission.ts'
import { limits } from './limits.ts'

/** Lets in all there is room for, and tells how many those were. */
const fill = (admission: Admission): number => {
  let admitted = 0
  while (admission.enter(false)) admitted++
  return admitted
}
const leave = (admission: Admission, keys: number) => {
  for (; keys > 0; keys--) admission.leave()
}
/** So many statements, each of which answers half of what may wait while more come than can: a key takes `keyMs`, a statement `alwaysMs` more. */
const statements = (admission: Admission, count: number, keyMs: number, alwaysMs = 0) => {
  for (let i = 0; i < count; i++) {
    const admitted = fill(admission)
    const keys = Math.ceil(admission.limit / 2)
    admission.observe(keys, alwaysMs + keys * keyMs)
    leave(admission, admitted)
  }
}
const calm = (admission: Admission) => {
  for (let i = 0; i < 30; i++) admission.adjust()
}

test('while others are refused as many keys may wait as are answered in time, and more in a burst', () => {
  const admission = new Admission()
  statements(admission, 100, 0.1)
  expect(admission.limit).toBe(limits.admittedWaitMs / 0.1)
  calm(admission)
  expect(admission.limit).toBe(limits.burstWaitMs / 0.1)
  expect(fill(admission)).toBe(limits.burstWaitMs / 0.1)
  expect(admission.limit).toBe(limits.admittedWaitMs / 0.1)
})

test('a database that becomes slow is followed within its statements, and one that becomes quick', () => {
  const admission = new Admission()
  statements(admission, 50, 0.1)
  statements(admission, 30, 0.2)
  expect(admission.limit).toBeLessThan(1.2 * (limits.admittedWaitMs / 0.2))
  statements(admission, 100, 0.1)
  expect(admission.limit).toBeGreaterThan(0.8 * (limits.admittedWaitMs / 0.1))
})

test('what a statement costs, whatever it answers, does not close the door further and further', () => {
  const admission = new Admission()
  statements(admission, 1_000, 0.1, 10)
  // Half of the bound is under way and takes half of the time.
  expect(admission.limit).toBeGreaterThan(0.9 * 2 * ((limits.admittedWaitMs / 2 - 10) / 0.1))
})

test('while there is room, statements of few keys do not close the door, and quick ones open it further', () => {
  const admission = new Admission()
  for (let i = 0; i < 100; i++) admission.observe(1, 5)
  expect(admission.limit).toBe(limits.admittedKeysFirst)
  for (let i = 0; i < 1_000; i++) admission.observe(100, 2)
  expect(admission.limit).toBeGreaterThan(0.99 * (100 / 2) * limits.burstWaitMs)
})

test('one moment in which the machine stood still takes little of it away', () => {
  const admission = new Admission()
  statements(admission, 200, 0.1)
  const before = admission.limit
  const admitted = fill(admission)
  admission.observe(100, 100)
  leave(admission, admitted)
  expect(admission.limit).toBeGreaterThan(before / 2)
  statements(admission, 30, 0.1)
  expect(admission.limit).toBeGreaterThan(0.8 * before)
})

test('the bound has a least and a greatest', () => {
  const admission = new Admission()
  statements(admission, 100, 1_000)
  expect(admission.limit).toBe(limits.admittedKeysMin)
  statements(admission, 10_000, 0.000_1)
  expect(admission.limit).toBe(limits.keysWaitingMax)
})

test('bulk reads are refused first: while the room is half full, and for a second after anybody was refused', () => {
  const admission = new Admission()
  expect(admission.enter(true)).toBe(true)
  admission.leave()
  let admitted = 0
  while (admitted < admission.limit / 2 && admission.enter(false)) admitted++
  expect(admission.enter(true)).toBe(false)
  expect(admission.enter(false)).toBe(true)
  leave(admission, admitted + 1 + fill(admission))
  admission.adjust()
  expect(admission.enter(true)).toBe(false)
  calm(admission)
  expect(admission.enter(true)).toBe(true)
})
