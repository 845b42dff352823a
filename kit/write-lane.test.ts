import { expect, test } from 'bun:test'
import type { Sql } from './db.ts'
import { silentLog } from './log.ts'
import { WriteLane } from './write-lane.ts'
import type { Placed } from './writes.ts'

/** A lane on a database that answers every batch with this. */
const openLane = (answer: (items: readonly Placed[]) => (Placed | undefined)[]) => {
  const told: number[] = []
  const lane = new WriteLane<object, Placed>(
    { name: 'test', statement: 'select', changes: ({ n }) => (told.push(n), []) },
    {
      sql: () => ({ unsafe: async (_: string, [items]: [string]) => answer(JSON.parse(items)) }) as unknown as Sql,
      log: silentLog(),
      changed() {},
      lost() {},
      silent() {},
      observe() {},
    },
  )
  return { told, ask: (count: number) => Promise.allSettled(Array.from({ length: count }, () => lane.add({}))) }
}

test('a result that begins with holes, as the driver gives it after a connection was cut in the midst of one, is read all the same', async () => {
  const holes = Array<undefined>(3)
  const { told, ask } = openLane((items) => [...holes, ...items.map(({ n }) => ({ n }))])
  expect((await ask(4)).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled'])
  expect(told).toEqual([0, 1, 2, 3])
})

test('an item without a row is refused, also behind holes, and its neighbours are not', async () => {
  const { ask } = openLane((items) => [undefined, ...items.filter(({ n }) => n !== 1)])
  expect((await ask(3)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})
