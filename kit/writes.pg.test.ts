import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import pino from 'pino'
import { figure } from '../host/testing-figures.ts'
import { openTestHost, until, type TestHost } from '../host/testing.ts'
import type { Change } from './changes.ts'
import { parseDatabaseUrl } from './db.ts'
import { invalid } from './errors.ts'
import { limits } from './limits.ts'
import { metricsText, openMetrics } from './metrics.ts'
import { Writes, type Placed, type Write } from './writes.ts'

setDefaultTimeout(30_000)

type Note = { words: string }
type Taken = Placed & { note_id: number; words: string }

/** Notes of the forbidden word are not taken, long ones fail the statement, and one of `1/0` fails it before anything is written. */
const statement = `
  with item as materialized (select * from json_to_recordset($1::text::json) as i (n integer, words text)),
  taken as materialized (
    select i.*, nextval('test_note_id') as note_id, case when i.words = '1/0' then 1 / (length(i.words) - 3) end
    from item i where i.words <> 'forbidden'
  ), added as (insert into test_note (note_id, words) select note_id, words from taken)
  select n, note_id::float8, words from taken`

let shop: TestHost
beforeAll(async () => {
  shop = await openTestHost()
  await shop.sql`create table test_note (note_id bigint primary key, words text not null constraint words_are_few check (length(words) < 20))`
  await shop.sql`create sequence test_note_id`
})
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(async () => void (await shop.sql`truncate test_note`))

const openWrites = () => {
  const metrics = openMetrics()
  const logged: string[] = []
  const changed: Change[][] = []
  const writes = new Writes({
    database: parseDatabaseUrl(shop.databaseUrl),
    metrics,
    log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
    lost: () => {},
    changed: (changes) => void changed.push([...changes]),
  })
  const add: Write<Note, Taken> = writes.open<Note, Taken>({ name: 'note', statement, changes: (row) => [['note', row.note_id]] })
  const count = (name: string) => figure(metricsText(metrics.snapshot()), name)
  return { writes, add, changed, logged, count, [Symbol.asyncDispose]: () => writes[Symbol.asyncDispose]() }
}
const stored = async () => (await shop.sql<{ words: string }[]>`select words from test_note order by note_id`).map(({ words }) => words)
const numbered = (count: number) => Array.from({ length: count }, (_, i) => ({ words: `note ${i}` }))
/** What came of each: `taken`, or the code of its error. */
const outcomes = async (written: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(written)).map((one) => (one.status === 'fulfilled' ? 'taken' : (one.reason as { code: string }).code))
const tally = (all: readonly string[]) =>
  Object.fromEntries(
    Map.groupBy(all, (one) => one)
      .entries()
      .map(([one, { length }]) => [one, length]),
  )

test('items that come together are one commit, and each gets its own row', async () => {
  await using one = openWrites()
  const notes = numbered(200)
  const rows = await Promise.all(notes.map(one.add))
  expect(rows.map(({ n, words }) => [n, words])).toEqual(notes.map(({ words }, i) => [i, words]))
  expect(await stored()).toEqual(notes.map(({ words }) => words))
  expect(one.count('atelier_commits_total')).toBe(1)
})

test('what became old is told after the commit and before its writer knows of it', async () => {
  await using one = openWrites()
  const told: [number, boolean][] = []
  await Promise.all(
    numbered(20).map(async (note) => {
      const { note_id } = await one.add(note)
      const before = one.changed.flat().some(([group, id]) => group === 'note' && id === note_id)
      told.push([(await shop.sql`select from test_note where note_id = ${note_id}`).count, before])
    }),
  )
  expect(told).toEqual(told.map(() => [1, true]))
  expect(one.changed.length).toBe(one.count('atelier_commits_total'))
})

test('more items than a batch holds are as many commits as are needed', async () => {
  await using one = openWrites()
  const notes = numbered(3 * limits.writeBatchItemsMax + 7)
  expect(tally(await outcomes(notes.map(one.add)))).toEqual({ taken: notes.length })
  expect(await stored()).toEqual(notes.map(({ words }) => words))
  expect(one.count('atelier_commits_total')).toBe(4)
})

test('an item that is not taken is refused alone, as its write says, and nothing of it is told', async () => {
  await using one = openWrites()
  const strict = one.writes.open<Note, Taken>({ name: 'strict', statement, changes: () => [], refusal: () => invalid('No such words.') })
  const notes = numbered(50).map((note, i) => (i % 10 === 3 ? { words: 'forbidden' } : note))
  const expected = notes.map(({ words }) => (words === 'forbidden' ? 'not found' : 'taken'))
  expect(await outcomes(notes.map(one.add))).toEqual(expected)
  expect(one.changed.flat()).toHaveLength(45)
  expect(await outcomes(notes.map(strict))).toEqual(expected.map((code) => (code === 'taken' ? code : 'invalid')))
  expect(await stored()).toHaveLength(90)
})

test('an item that fails the whole statement is refused alone, and costs its neighbours few statements', async () => {
  for (const bad of ['words that are too many for a note', '1/0']) {
    for (const places of [[0], [255], [100], [3, 200], [17, 18, 19]]) {
      await using one = openWrites()
      await shop.sql`truncate test_note`
      const notes = numbered(limits.writeBatchItemsMax).map((note, i) => (places.includes(i) ? { words: bad } : note))
      const all = await outcomes(notes.map(one.add))
      expect([bad, all.flatMap((code, i) => (code === 'taken' ? [] : [[i, code]]))]).toEqual([bad, places.map((i) => [i, 'internal'])])
      expect(await stored()).toEqual(notes.map(({ words }) => words).filter((words) => words !== bad))
      expect(one.changed.flat()).toHaveLength(limits.writeBatchItemsMax - places.length)
      expect(one.count('atelier_commits_total')).toBeLessThanOrEqual(1 + 16 * places.length)
      expect(one.logged.join('')).not.toContain('too many')
      if (bad !== '1/0') expect(one.logged.join('')).toContain('23514 words_are_few')
    }
  }
})

test('a batch of nothing but bad items is refused item by item', async () => {
  await using one = openWrites()
  const bad = Array.from({ length: 40 }, () => ({ words: 'words that are too many for a note' }))
  expect(tally(await outcomes(bad.map(one.add)))).toEqual({ internal: 40 })
  expect(tally(await outcomes(numbered(3).map(one.add)))).toEqual({ taken: 3 })
})

test('a statement that is wrong is an internal error for all, and the lane goes on', async () => {
  await using one = openWrites()
  await shop.sql`alter table test_note rename column words to other`
  expect(tally(await outcomes(numbered(10).map(one.add)))).toEqual({ internal: 10 })
  await shop.sql`alter table test_note rename column other to words`
  expect(tally(await outcomes(numbered(10).map(one.add)))).toEqual({ taken: 10 })
})

test('an item beyond those that may wait is refused at once, and harms none that waits', async () => {
  await using one = openWrites()
  const waiting = (items: number) => until(() => one.count('atelier_writes_waiting') === items)
  let all: Promise<unknown>[] = []
  let beyond: Promise<unknown>[] = []
  await shop.sql.begin(async (sql) => {
    await sql`lock table test_note`
    all = numbered(1).map(one.add)
    await until(
      async () =>
        (await shop.sql`select from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'atelier-writes'`).count > 0,
    )
    all.push(...numbered(limits.writesWaitingMax).map(one.add))
    beyond = numbered(5).map(one.add)
    expect(await outcomes(beyond)).toEqual(beyond.map(() => 'too busy'))
    await waiting(limits.writesWaitingMax + 1)
  })
  expect(tally(await outcomes(all))).toEqual({ taken: limits.writesWaitingMax + 1 })
  expect((await stored()).length).toBe(limits.writesWaitingMax + 1)
  expect(one.count('atelier_writes_waiting')).toBe(0)
})

test('two kinds of write do not wait for each other', async () => {
  await using one = openWrites()
  const slow = one.writes.open({
    name: 'slow',
    statement: `select 0 as n, pg_sleep(1)::text where $1::text is not null`,
    changes: () => [],
  })
  const order: string[] = []
  await Promise.all([
    slow({}).then(() => order.push('slow')),
    Bun.sleep(50)
      .then(() => one.add({ words: 'quick' }))
      .then(() => order.push('quick')),
  ])
  expect(order).toEqual(['quick', 'slow'])
})

test('what waits when the process ends is written first', async () => {
  const one = openWrites()
  const all = outcomes(numbered(1_000).map(one.add))
  await one[Symbol.asyncDispose]()
  expect(tally(await all)).toEqual({ taken: 1_000 })
  expect(await stored()).toHaveLength(1_000)
})
