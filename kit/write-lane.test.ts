import { expect, test } from 'bun:test'
import type { Sql } from './db.ts'
import { limits } from './limits.ts'
import { silentLog } from './log.ts'
import { WriteLane } from './write-lane.ts'
import { until } from '../host/testing.ts'
import type { Placed } from './writes.ts'

/** A lane on a database that answers every batch with this. */
const openLane = (answer: (items: readonly Placed[]) => (Placed | undefined)[] | Promise<never>) => {
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
  return { lane, told, ask: (count: number) => Promise.allSettled(Array.from({ length: count }, () => lane.add({}))) }
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

test('a statement that is never heard of again is given up when the database must have ended it, and the next one is sent', async () => {
  let answers = 0
  const { lane, ask } = openLane((items) => (answers++ === 0 ? new Promise<never>(() => {}) : items.map(({ n }) => ({ n }))))
  const lost = ask(2)
  await until(() => answers > 0)
  const next = ask(1)
  lane.sweep(performance.now() + limits.writeStatementMsMax - 1)
  lane.sweep(performance.now() + limits.writeStatementMsMax * 2 + 1)
  expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await lane.settled()
  expect([(await next)[0]!.status, answers, lane.waiting]).toEqual(['rejected', 1, 0])
  expect((await ask(1))[0]!.status).toBe('fulfilled')
})
