import { expect, test } from 'bun:test'
import { inMemory } from './rounds.ts'

const openRounds = (...bytes: number[]) => {
  const told: string[] = []
  let nth = 0
  return {
    told,
    run: () =>
      inMemory(
        async () => ({ nth, diskBytesRead: bytes[nth++]! }),
        (text) => told.push(text),
      ),
  }
}

test('a round that read from disk is void and measured again', async () => {
  const { told, run } = openRounds(50_000_000, 1_048_577, 1_048_576, 0)
  expect(await run()).toEqual({ nth: 2, diskBytesRead: 1_048_576 })
  expect(told).toEqual(['void: 50.0 MB were read from disk', 'void: 1.0 MB were read from disk'])
})

test('when every try reads from disk there is no figure', async () => {
  const { run } = openRounds(9e6, 8e6, 7e6, 6e6, 0)
  await expect(run()).rejects.toThrow('6.0 MB were read from disk, in the last of 4 tries of a round')
})
