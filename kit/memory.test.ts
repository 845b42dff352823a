import { expect, test } from 'bun:test'
import { Memory, type Kept } from './memory.ts'
import { json } from './reply.ts'

/** What an answer of these tests costs: its 976 bytes and what is counted for keeping it. */
const answerBytes = 2_000
const room = (answers: number) => answers * answerBytes

/** Keeps answers by name; `held` are the names still in memory, oldest first. */
const openShelf = (bytesMax: number) => {
  const memory = new Memory(bytesMax)
  const kept = new Map<string, Kept>()
  return {
    memory,
    held: () => [...kept.keys()].join(''),
    use: (name: string) => void (kept.get(name)!.used = true),
    keep(name: string, bytes = answerBytes - 1_024) {
      const one = memory.keep(json(Buffer.alloc(bytes)), Infinity, () => kept.delete(name))
      if (one) kept.set(name, one)
      return one !== undefined
    },
    release(name: string) {
      memory.release(kept.get(name)!)
      kept.delete(name)
    },
  }
}

test('every answer counts with its bytes and a kilobyte for keeping it', () => {
  const { memory, keep, release } = openShelf(room(20))
  keep('a', 100)
  keep('b', 0)
  expect(memory.bytes).toBe(100 + 1_024 + 1_024)
  release('a')
  expect(memory.bytes).toBe(1_024)
  release('b')
  expect(memory.bytes).toBe(0)
})

test('what is kept never exceeds the bound, whatever the sizes', () => {
  const { memory, keep } = openShelf(100_000)
  for (let i = 0; i < 2_000; i++) {
    keep(`${i} `, (i * 7_919) % 6_000)
    expect(memory.bytes).toBeLessThanOrEqual(100_000)
  }
  expect(memory.bytes).toBeGreaterThan(80_000)
})

test('an answer above a sixteenth of the room is not worth it', () => {
  const { keep, held } = openShelf(room(16))
  expect(keep('a', answerBytes - 1_024)).toBe(true)
  expect(keep('b', answerBytes - 1_024 + 1)).toBe(false)
  expect(held()).toBe('a')
})

test('no room keeps nothing', () => {
  const { keep, memory } = openShelf(0)
  expect(keep('a', 0)).toBe(false)
  expect(memory.bytes).toBe(0)
})

test('of answers nobody used the oldest goes first', () => {
  const { keep, held } = openShelf(room(16))
  for (const name of 'abcdefghijklmnop') keep(name)
  expect(held()).toBe('abcdefghijklmnop')
  for (const name of 'qrstu') keep(name)
  expect(held()).toBe('fghijklmnopqrstu')
})

test('an answer that was used is passed over once, and once only', () => {
  const { keep, held, use } = openShelf(room(16))
  for (const name of 'abcdefghijklmnop') keep(name)
  use('a')
  use('c')
  for (const name of 'qrs') keep(name)
  expect(held()).toBe('acfghijklmnopqrs')
  for (const name of 'ABCDEFGHIJK') keep(name)
  expect(held()).toBe('acqrsABCDEFGHIJK')
  // In the order in which they count as new: q came between a's second chance and c's.
  for (const name of 'LMNO') keep(name)
  expect(held()).toBe('sABCDEFGHIJKLMNO')
})

test('a scan over more answers than there is room does not push out those that are in use', () => {
  const { keep, held, use } = openShelf(room(16))
  for (const name of 'abcd') keep(name)
  for (let i = 0; i < 500; i++) {
    for (const name of 'abcd') use(name)
    keep(String.fromCodePoint(0x4e00 + i))
  }
  expect(held()).toStartWith('abcd')
  expect(held()).toHaveLength(16)
})

test('when everything is in use something goes all the same', () => {
  const { keep, held, use } = openShelf(room(16))
  for (const name of 'abcdefghijklmnop') {
    keep(name)
    use(name)
  }
  keep('q')
  expect(held()).toBe('bcdefghijklmnopq')
})

test('what was released makes room and is not told of again', () => {
  const { keep, held, release, memory } = openShelf(room(16))
  for (const name of 'abcdefghijklmnop') keep(name)
  for (const name of 'agp') release(name)
  expect(memory.bytes).toBe(room(13))
  for (const name of 'qrs') keep(name)
  expect(held()).toBe('bcdefhijklmnoqrs')
  keep('t')
  expect(held()).toBe('cdefhijklmnoqrst')
})

test('a big answer makes as many small ones go as it needs', () => {
  const { keep, held, memory } = openShelf(room(16))
  for (let i = 0; i < 31; i++) keep(String.fromCodePoint(97 + i), 0)
  const before = memory.bytes
  expect(keep('Z')).toBe(true)
  expect(memory.bytes).toBeLessThanOrEqual(room(16))
  expect(before + answerBytes - memory.bytes).toBe(2 * 1_024)
  expect(held()).toStartWith('c')
})

test('while there is room every answer is welcome, then those of keys asked for twice', () => {
  const { keep, memory } = openShelf(room(160))
  for (let id = 0; id < 150; id++) {
    expect(memory.welcomes(id, 0)).toBe(true)
    keep(`${id} `)
  }
  expect(memory.welcomes(1_000, 0)).toBe(false)
  expect(memory.welcomes(1_000, 0)).toBe(true)
})

test('no room welcomes nothing', () => {
  const memory = new Memory(0)
  expect([memory.welcomes(1, 0), memory.welcomes(1, 0)]).toEqual([false, false])
})
