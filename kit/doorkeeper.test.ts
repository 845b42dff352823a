import { expect, test } from 'bun:test'
import { Doorkeeper } from './doorkeeper.ts'

test('a key is known from the second time on, a number or a text, each kind for itself', () => {
  const keeper = new Doorkeeper(1_024)
  for (const key of [1, 0xffff_ffff, 2 ** 40 + 1, 'a', 'a?count=5']) {
    expect(keeper.saw(key, 0)).toBe(false)
    expect(keeper.saw(key, 0)).toBe(true)
    expect(keeper.saw(key, 1)).toBe(false)
    expect(keeper.saw(key, 0)).toBe(true)
  }
})

test('neighbouring keys do not push each other out: of half as many as there are slots most are known', () => {
  const keeper = new Doorkeeper(4_096)
  for (let id = 1; id <= 2_048; id++) keeper.saw(id, 3)
  let known = 0
  for (let id = 1; id <= 2_048; id++) if (keeper.saw(id, 3)) known++
  expect(known).toBeGreaterThan(1_400)
})

test('a key is forgotten after many others', () => {
  const keeper = new Doorkeeper(256)
  keeper.saw('once', 0)
  for (let id = 0; id < 5_000; id++) keeper.saw(id, 0)
  expect(keeper.saw('once', 0)).toBe(false)
})
