import { expect, test } from 'bun:test'
import { tooBusy } from './errors.ts'
import { silentLog } from './log.ts'
import { openPutBack } from './put-back.ts'

const openWritten = (outcome: () => Promise<{ n: number }> = () => Promise.resolve({ n: 0 })) => {
  const written: number[] = []
  const putBack = openPutBack(({ id }) => (written.push(id), outcome()), silentLog())
  return { written, putBack }
}

test('a document that many find dropped is put back once, a while later', async () => {
  const { written, putBack } = openWritten()
  for (let i = 0; i < 1_000; i++) putBack(i % 3)
  expect(written).toEqual([])
  await Bun.sleep(200)
  expect(written.toSorted()).toEqual([0, 1, 2])
  await Bun.sleep(200)
  expect(written).toHaveLength(3)
})

test('one that is found dropped again is put back again', async () => {
  const { written, putBack } = openWritten()
  for (let times = 1; times <= 3; times++) {
    putBack(7)
    await Bun.sleep(150)
    expect(written).toEqual(Array.from({ length: times }, () => 7))
  }
})

test('a failure disturbs nobody', async () => {
  const { written, putBack } = openWritten(() => Promise.reject(tooBusy('Error: too many writes are waiting, try again')))
  for (let id = 0; id < 50; id++) putBack(id)
  await Bun.sleep(200)
  putBack(50)
  await Bun.sleep(200)
  expect(written).toHaveLength(51)
})

test('more than can be put back at once are left to their next readers', async () => {
  const { written, putBack } = openWritten()
  for (let id = 0; id < 5_000; id++) putBack(id)
  await Bun.sleep(200)
  expect(written).toHaveLength(2_000)
})
