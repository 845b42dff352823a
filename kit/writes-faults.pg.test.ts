import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freezeTestDatabase } from '../host/testing-freeze.ts'
import { openTestHost, until, type TestHost } from '../host/testing.ts'
import { parseDatabaseUrl } from './db.ts'
import type { AtelierError } from './errors.ts'
import { limits } from './limits.ts'
import { silentLog } from './log.ts'
import { openMetrics } from './metrics.ts'
import { Writes } from './writes.ts'

setDefaultTimeout(30_000)

const inLinux = process.platform === 'linux'
const statement = `
  with item as materialized (select * from json_to_recordset($1::text::json) as i (n integer, words text)),
  added as (insert into test_note (words) select words from item)
  select n from item`
/** Takes two rows one after the other, with time between for somebody who takes them the other way round. */
const inTurn = `
  with item as materialized (select * from json_to_recordset($1::text::json) as i (n integer, first integer, second integer)),
  one as materialized (update test_row r set value = value + 1 from item i where r.id = i.first returning i.n, pg_sleep(0.2)::text),
  two as (update test_row r set value = value + 1 from item i where r.id = i.second and exists (select from one) returning i.n)
  select n from two`

let shop: TestHost
beforeAll(async () => {
  shop = await openTestHost({ patient: false })
  await shop.sql`create table test_note (words text not null)`
  await shop.sql`create table test_row (id integer primary key, value integer not null)`
})
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(async () => void (await shop.sql`truncate test_note`))

const openNotes = (host?: string) => {
  const database = parseDatabaseUrl(shop.databaseUrl)
  const writes = new Writes({
    database: { ...database, ...(host !== undefined && { host }) },
    metrics: openMetrics(),
    log: silentLog(),
    lost: () => {},
    changed: () => {},
  })
  const add = writes.open<{ words: string }>({ name: 'note', statement, changes: () => [] })
  /** What came of it, after how long. */
  const write = async (words: string) => {
    const startedMs = performance.now()
    const code = await add({ words }).then(
      () => 'taken',
      (error: AtelierError) => error.code,
    )
    return { words, code, tookMs: performance.now() - startedMs }
  }
  return { writes, write, [Symbol.asyncDispose]: () => writes[Symbol.asyncDispose]() }
}
const stored = async () => (await shop.sql<{ words: string }[]>`select words from test_note`).map(({ words }) => words).toSorted()
const isLocked = async () =>
  (await shop.sql`select from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'atelier-writes'`).count > 0
const locked = () => until(isLocked)
const cut = async () => {
  const { count } =
    await shop.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'atelier-writes' and query like '%test_note%'`
  expect(count).toBeGreaterThan(0)
}

test('nobody waits beyond the limits: what waited for its turn was not written, nor what the database ended', async () => {
  await using notes = openNotes()
  await shop.sql.begin(async (sql) => {
    await sql`lock table test_note`
    const running = notes.write('running')
    await locked()
    const waiting = Array.from({ length: 300 }, (_, i) => notes.write(`waiting ${i}`))
    for (const { code, tookMs } of await Promise.all(waiting)) {
      expect(code).toBe('too busy')
      expect(tookMs).toBeLessThan(limits.writeWaitMsMax + 10_000)
    }
    const { code, tookMs } = await running
    expect(code).toBe('too busy')
    expect(tookMs).toBeLessThan(limits.writeStatementMsMax + 10_000)
    // Its caller's clock and the database's began some moments apart.
    await until(async () => !(await isLocked()))
  })
  expect((await notes.write('afterwards')).code).toBe('taken')
  expect(await stored()).toEqual(['afterwards'])
})

test('of two processes that lock each other out one tries again, and neither fails', async () => {
  await shop.sql.unsafe(`alter database ${parseDatabaseUrl(shop.databaseUrl).database} set deadlock_timeout = '20ms'`)
  await shop.sql`insert into test_row select i, 0 from generate_series(1, 2) i`
  const deadlocks = async () =>
    Number(
      (await shop.sql<{ deadlocks: string }[]>`select deadlocks from pg_stat_database where datname = current_database()`)[0]!.deadlocks,
    )
  await using one = openNotes()
  await using other = openNotes()
  const add = [one, other].map(({ writes }) =>
    writes.open<{ first: number; second: number }>({ name: 'in turn', statement: inTurn, changes: () => [] }),
  )
  let both = 0
  // Two that come too late for each other lock nobody out.
  await until(async () => {
    await Promise.all([add[0]!({ first: 1, second: 2 }), add[1]!({ first: 2, second: 1 })])
    both++
    return (await deadlocks()) >= 3
  })
  expect((await shop.sql<{ value: number }[]>`select value from test_row`).map(({ value }) => value)).toEqual([2 * both, 2 * both])
})

test('a batch whose connection is cut is refused, as nobody can know of it, and the next is written', async () => {
  await using notes = openNotes()
  let batch: ReturnType<typeof notes.write>[] = []
  await shop.sql.begin(async (sql) => {
    await sql`lock table test_note`
    batch = Array.from({ length: 20 }, (_, i) => notes.write(`cut ${i}`))
    await locked()
    batch.push(notes.write('behind them'))
    await cut()
  })
  expect((await Promise.all(batch)).map(({ code }) => code)).toEqual([...Array.from({ length: 20 }, () => 'too busy'), 'taken'])
  expect(await stored()).toEqual(['behind them'])
})

test('idle connections that are cut are opened again for whoever comes', async () => {
  await using notes = openNotes()
  expect((await notes.write('before')).code).toBe('taken')
  await cut()
  await Bun.sleep(500)
  expect((await notes.write('after')).code).toBe('taken')
})

test('while the database is away writes are refused within the limits; when it is back they are written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-writes-test-'))
  try {
    const { host } = parseDatabaseUrl(shop.databaseUrl)
    await symlink(host, join(folder, 'db'))
    await using notes = openNotes(join(folder, 'db'))
    expect((await notes.write('before')).code).toBe('taken')
    await rm(join(folder, 'db'))
    await cut()
    for (let i = 0; i < 4; i++) {
      const refused = await Promise.all(Array.from({ length: 10 }, () => notes.write('while away')))
      for (const { code, tookMs } of refused) {
        expect(code).toBe('too busy')
        expect(tookMs).toBeLessThan(limits.writeStatementMsMax + 10_000)
      }
    }
    await symlink(host, join(folder, 'db'))
    await until(async () => (await notes.write('after')).code === 'taken')
    expect((await stored()).filter((words) => words !== 'after')).toEqual(['before'])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test.skipIf(!inLinux)('a database that hangs: what waits is refused in time; what it had begun it ends when it goes on', async () => {
  await using notes = openNotes()
  expect((await notes.write('before')).code).toBe('taken')
  let running: ReturnType<typeof notes.write>
  {
    using _ = await freezeTestDatabase()
    running = notes.write('running')
    await Bun.sleep(50)
    const { code, tookMs } = await notes.write('waiting')
    expect(code).toBe('too busy')
    expect(tookMs).toBeLessThan(limits.writeWaitMsMax + 10_000)
  }
  expect((await running).code).toBe('taken')
  expect((await notes.write('after')).code).toBe('taken')
  expect(await stored()).toEqual(['after', 'before', 'running'])
})
