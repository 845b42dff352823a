import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { openTestHost, until, type TestHost } from '../host/testing.ts'
import { parseDatabaseUrl } from './db.ts'
import { silentLog } from './log.ts'
import { openMetrics } from './metrics.ts'
import { Reads, type Read } from './reads.ts'

setDefaultTimeout(30_000)

/** Ten counters in each of five groups; an answer holds a counter's value. A key with a tail is another key of the same counter. */
type Key = { counter: number; tail: number }
const groupOf = (counter: number) => counter % 5
const definition = (missed: (key: Key) => void) => ({
  name: 'counter',
  statement: `
    select case when c.value < 0 then -k.n else k.n end, '{"counter":' || c.counter || ',"value":' || c.value || ',"tail":' || k.tail || '}'
    from unnest($1::bigint[], $2::bigint[]) with ordinality as k (counter, tail, n) join test_counter c on c.counter = k.counter`,
  columns: [({ counter }: Key) => counter, ({ tail }: Key) => tail],
  id: ({ counter, tail }: Key) => `${counter} ${tail}`,
  rows: ({ tail }: Key) => (tail > 100 ? 1_000 : 1),
  group: { name: 'group of counters', of: ({ counter }: Key) => groupOf(counter) },
  missed,
})

let shop: TestHost
beforeAll(async () => {
  shop = await openTestHost()
  await shop.sql`create table test_counter (counter bigint primary key, value bigint not null)`
})
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(async () => {
  await shop.sql`truncate test_counter`
  await shop.sql`insert into test_counter select i, 0 from generate_series(0, 49) i`
})

const openReads = (memoryBytesMax = 8_388_608) => {
  const missed: Key[] = []
  const metrics = openMetrics()
  const reads = new Reads({ database: parseDatabaseUrl(shop.databaseUrl), memoryBytesMax, metrics, log: silentLog() })
  const read: Read<Key> = reads.open(definition((key) => missed.push(key)))
  const value = async (counter: number, tail = 0) => {
    const { status, body } = await read({ counter, tail })
    if (status !== 200) throw new Error(`answered ${status}`)
    const answer = JSON.parse(Buffer.from(body).toString()) as { counter: number; value: number; tail: number }
    expect([answer.counter, answer.tail]).toEqual([counter, tail])
    return answer.value
  }
  const hits = () => metrics.snapshot().find(({ name }) => name === 'atelier_memory_hits_total')!.lines[0]![1]
  return { reads, value, missed, hits, [Symbol.dispose]: () => reads[Symbol.dispose]() }
}
const add = (counter: number) => shop.sql`update test_counter set value = value + 1 where counter = ${counter}`

test('a change makes old what belongs to its group, all keys of it, and nothing else', async () => {
  using one = openReads()
  const all = async () => {
    const before = one.hits()
    for (let counter = 0; counter < 50; counter++) for (const tail of [0, 1, 500]) await one.value(counter, tail)
    return one.hits() - before
  }
  await all()
  expect(await all()).toBe(150)
  one.reads.drop([
    ['group of counters', 3],
    ['group of counters', 77],
    ['of others', 1],
    ['', 2],
  ])
  expect(await all()).toBe(120)
  one.reads.drop([])
  expect(await all()).toBe(150)
  one.reads.drop()
  expect(await all()).toBe(0)
})

test('what is read once a change is told is at least as new, whoever reads beside and whatever is under way', async () => {
  for (const memoryBytesMax of [8_388_608, 32_768, 0]) {
    using one = openReads(memoryBytesMax)
    await shop.sql`update test_counter set value = 0`
    const acknowledged = new Map<number, number>()
    const counters = [0, 1, 5, 10, 11]
    const old: string[] = []
    const state = { writing: true }
    const check = async (counter: number, tail: number) => {
      const known = acknowledged.get(counter) ?? 0
      const found = await one.value(counter, tail)
      if (found < known) old.push(`${counter} ${tail}: ${found} after ${known}`)
    }
    const reader = async (i: number) => {
      for (let turn = i; state.writing; turn++) {
        await check(counters[turn % counters.length]!, [0, 1, 500][turn % 3]!)
        if (turn % 50 === 0) await Bun.sleep(0)
      }
    }
    const readers = Array.from({ length: 20 }, (_, i) => reader(i))
    for (const endMs = Date.now() + 700; Date.now() < endMs;) {
      const counter = counters[Math.floor(Math.random() * counters.length)]!
      await add(counter)
      one.reads.drop([['group of counters', groupOf(counter)]])
      acknowledged.set(counter, (acknowledged.get(counter) ?? 0) + 1)
      await Promise.all([0, 1, 500].map((tail) => check(counter, tail)))
    }
    state.writing = false
    await Promise.all(readers)
    expect(old).toEqual([])
    for (const counter of counters) expect(await one.value(counter)).toBe(acknowledged.get(counter) ?? 0)
  }
})

test('an answer from before a change goes to those who waited for it, and is not remembered', async () => {
  using one = openReads()
  await one.value(7)
  one.reads.drop([['group of counters', 2]])
  let early: Promise<number>[] = []
  let late: Promise<number>[] = []
  await shop.sql.begin(async (sql) => {
    await sql`lock table test_counter`
    early = [one.value(7), one.value(7), one.value(12)]
    await until(
      async () =>
        (await shop.sql`select from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'atelier-reads'`).count > 0,
    )
    one.reads.drop([['group of counters', 2]])
    late = [one.value(7), one.value(12)]
    await sql`update test_counter set value = 100`
  })
  await Promise.all(early)
  expect(await Promise.all(late)).toEqual([100, 100])
  const before = one.hits()
  expect(await one.value(7)).toBe(100)
  expect(one.hits()).toBe(before + 1)
})

test('what had to be made because its document was dropped is told, each key once a statement', async () => {
  using one = openReads()
  await shop.sql`update test_counter set value = -1 where counter in (4, 8)`
  await Promise.all([4, 5, 8, 9].map((counter) => one.value(counter)))
  expect(one.missed.map(({ counter }) => counter).toSorted()).toEqual([4, 8])
  await one.value(4)
  expect(one.missed).toHaveLength(2)
})

test('answers that memory has let go take their place in a group with them', async () => {
  using one = openReads(20_000)
  for (let round = 0; round < 3; round++) {
    for (let counter = 0; counter < 50; counter++) for (let tail = 0; tail < 3; tail++) await one.value(counter, tail)
    for (let group = 0; group < 6; group++) one.reads.drop([['group of counters', group]])
  }
  await add(9)
  one.reads.drop([['group of counters', 4]])
  expect(await one.value(9)).toBe(1)
})
