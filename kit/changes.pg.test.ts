import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestHost, until, type TestHost } from '../host/testing.ts'
import { Changes, changesChannel, type Change } from './changes.ts'
import { openSql, parseDatabaseUrl, type Database, type Sql } from './db.ts'
import { silentLog } from './log.ts'

let shop: TestHost
let database: Database
beforeAll(async () => {
  shop = await openTestHost()
  database = parseDatabaseUrl(shop.databaseUrl)
  // The shop's own server begins too, and says so.
  await Bun.sleep(500)
})
afterAll(() => shop[Symbol.asyncDispose]())

/** A process that hears and tells: `dropped` are the changes it was told to drop, `all` how often everything. */
type Process = AsyncDisposable & { changes: Changes; dropped: Change[]; all: number; listener: Sql }
const openProcess = async ({ at = database, listens = true } = {}): Promise<Process> => {
  const listener = openSql(at, { connections: 1, settings: { application_name: 'test-listener' } })
  const one: Process = {
    dropped: [],
    all: 0,
    listener,
    changes: new Changes({
      database: at,
      drop: (some) => (some ? one.dropped.push(...some) : one.all++),
      log: silentLog(),
    }),
    async [Symbol.asyncDispose]() {
      await one.changes[Symbol.asyncDispose]()
      await listener.end({ timeout: 1 })
    },
  }
  if (!listens) return one
  const begun = Promise.withResolvers<void>()
  const { unlisten } = await shop.sql.listen(changesChannel, (word) => void (/^changes [\w-]+$/.test(word) && begun.resolve()))
  await one.changes.listen(listener)
  await begun.promise
  await unlisten()
  return one
}
const sorted = (changes: readonly Change[]) => changes.map(([group, id]) => `${group}:${id}`).toSorted()

test('a change is dropped here at once, and by the others soon, each word of its name kept', async () => {
  await using here = await openProcess()
  await using there = await openProcess()
  const changes: Change[] = [
    ['reviews of product', 7],
    ['answers of question', Number.MAX_SAFE_INTEGER],
    ['cart', 0],
    ['reviews of product', 8],
  ]
  await until(() => here.all === 2)
  here.changes.tell(changes)
  expect(here.dropped).toEqual(changes)
  await until(() => there.dropped.length === 4)
  expect(sorted(there.dropped)).toEqual(sorted(changes))
  await Bun.sleep(30)
  // Its own word comes back to it, and says nothing new.
  expect([here.dropped.length, here.all, there.all]).toEqual([4, 2, 1])
})

test('thousands of groups are told in words that PostgreSQL takes, and none is lost', async () => {
  await using here = await openProcess({ listens: false })
  await using there = await openProcess()
  const words: string[] = []
  await shop.sql.listen(changesChannel, (word) => void words.push(word))
  const changes = Array.from({ length: 6_000 }, (_, i): Change => [`group ${i % 3}`, i % 2 === 0 ? i : Number.MAX_SAFE_INTEGER - i])
  here.changes.tell(changes)
  await until(() => there.dropped.length >= changes.length)
  await until(() => words.length > 7)
  expect(sorted(there.dropped)).toEqual(sorted(changes))
  expect(there.all).toBe(1)
  expect(Math.max(...words.map((word) => Buffer.byteLength(word)))).toBeLessThan(8_000)
})

test('changes that come one by one are told together, and one that comes often is told once', async () => {
  await using here = await openProcess({ listens: false })
  await using there = await openProcess()
  const words: string[] = []
  await shop.sql.listen(changesChannel, (word) => void words.push(word))
  for (let i = 0; i < 1_000; i++) here.changes.tell([['product', i % 10]])
  await until(() => there.dropped.length > 0 && words.length > 0)
  await Bun.sleep(30)
  expect([there.dropped.length, words.length]).toEqual([10, 1])
})

test('a process that begins has the others drop everything: it may follow one that was killed before it could tell', async () => {
  await using there = await openProcess()
  await using _ = await openProcess()
  await until(() => there.all === 2)
})

test('any other word drops everything', async () => {
  await using there = await openProcess()
  for (const word of ['reviews', '', 'all', 'Changes x\ny:1', '🦖']) {
    const { all } = there
    await shop.sql.notify(changesChannel, word)
    await until(() => there.all === all + 1)
  }
  expect(there.dropped).toEqual([])
})

test('a process whose listening connection is cut drops everything when it hears again, and hears again', async () => {
  await using here = await openProcess({ listens: false })
  await using there = await openProcess()
  for (let times = 2; times < 5; times++) {
    const cut =
      await shop.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test-listener' and query like 'listen%'`
    expect(cut.count).toBeGreaterThan(0)
    await until(() => there.all === times)
    const told = there.dropped.length
    here.changes.tell([['product', times]])
    await until(() => there.dropped.length > told)
    expect(there.dropped.at(-1)).toEqual(['product', times])
  }
})

test('a process that cannot reach the database for a while has the others drop everything once it can', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-changes-test-'))
  const { host } = database
  try {
    await using there = await openProcess()
    await using here = await openProcess({ at: { ...database, host: join(folder, 'db') }, listens: false })
    here.changes.tell([['product', 1]])
    await Bun.sleep(500)
    here.changes.tell([
      ['product', 2],
      ['review', 4, 'forget'],
    ])
    expect([there.dropped, there.all]).toEqual([[], 1])
    await symlink(host, join(folder, 'db'))
    await until(() => there.all > 1 && there.dropped.length > 0)
    expect(there.dropped[0]).toEqual(['review', 4, 'forget'])
    const told = there.dropped.length
    here.changes.tell([['product', 3]])
    await until(() => there.dropped.length > told)
    expect(there.dropped.at(-1)).toEqual(['product', 3])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('what is untold is told before the process ends; a database that is away does not keep it', async () => {
  await using there = await openProcess()
  {
    await using here = await openProcess({ listens: false })
    here.changes.tell([['product', 1]])
  }
  await until(() => there.dropped.length === 1)
  const startedMs = performance.now()
  {
    await using here = await openProcess({ at: { ...database, host: '/nowhere' }, listens: false })
    here.changes.tell([['product', 2]])
  }
  expect(performance.now() - startedMs).toBeLessThan(4_000)
})
