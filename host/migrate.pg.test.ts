import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openSql, parseDatabaseUrl, type Sql } from '../kit/db.ts'
import { services } from '../services/index.ts'
import { migrate, pendingMigrations, type Migrated } from './migrate.ts'
import { openTestHost, type TestHost } from './testing.ts'

setDefaultTimeout(30_000)

let shop: TestHost
let folder = ''
beforeAll(async () => {
  shop = await openTestHost()
  folder = await mkdtemp(join(tmpdir(), 'atelier-migrate-test-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await shop[Symbol.asyncDispose]()
})

/** A service whose schema.sql is this text; each name is a schema of its own in the database. */
const written = async (name: string, text: string): Promise<Migrated> => {
  const path = join(folder, `${name}.sql`)
  await writeFile(path, text)
  return { name, schema: pathToFileURL(path) }
}
const first = (name: string) => `-- migration 1: the first\ncreate table ${name}.one (id bigint primary key);\n`
const second = (name: string) => `-- migration 2: the second\nalter table ${name}.one add column note text;\n`
const columns = async (schema: string) => {
  const rows = await shop.sql.unsafe<{ name: string }[]>(
    `select table_name || '.' || column_name as name from information_schema.columns where table_schema = $1 order by 1`,
    [schema],
  )
  return rows.map(({ name }) => name)
}
const recorded = async (service: string) =>
  (await shop.sql.unsafe<{ number: number }[]>(`select number from host.migration where service = $1 order by 1`, [service])).map(
    ({ number }) => number,
  )
const applied = async (...all: Migrated[]) =>
  (await migrate(shop.sql, all)).map(({ service, number, title }) => `${service} ${number}: ${title}`)

test('what is new is applied once, in order, however often it is asked for', async () => {
  const apples = await written('apples', first('apples'))
  expect(await applied(apples)).toEqual(['apples 1: the first'])
  expect(await applied(apples)).toEqual([])
  await written('apples', first('apples') + second('apples'))
  const pears = await written('pears', first('pears') + second('pears'))
  expect(await applied(apples, pears)).toEqual(['apples 2: the second', 'pears 1: the first', 'pears 2: the second'])
  expect(await applied(pears, apples)).toEqual([])
  expect(await columns('apples')).toEqual(['one.id', 'one.note'])
})

test('the services and the importer are migrated, and nothing is pending', async () => {
  const all = [...services, { name: 'etl', schema: new URL('../etl/schema.sql', import.meta.url) }]
  expect(await pendingMigrations(shop.sql, all)).toEqual([])
  expect(await applied(...all)).toEqual([])
})

test('five at once on a database that was never migrated: each migration is applied by one of them', async () => {
  await using opened = new AsyncDisposableStack()
  await shop.sql.unsafe('create database untouched')
  const database = { ...parseDatabaseUrl(shop.databaseUrl), database: 'untouched' }
  const connections = Array.from({ length: 5 }, (): Sql => openSql(database, { connections: 1 }))
  for (const sql of connections) opened.defer(() => sql.end({ timeout: 1 }))
  const plums = await written('plums', `${first('plums')}select pg_sleep(0.1);\n${second('plums')}`)
  const results = await Promise.all(connections.map((sql) => migrate(sql, [plums])))
  expect(results.map((done) => done.length).toSorted()).toEqual([0, 0, 0, 0, 2])
})

test('a migration changed after it was applied is refused, and so is all that comes with it', async () => {
  const cherries = await written('cherries', first('cherries'))
  await applied(cherries)
  await written('cherries', first('cherries').replace('bigint', 'integer') + second('cherries'))
  const quinces = await written('quinces', first('quinces'))
  const refusal = 'Migration 1 of cherries was changed after it had been applied; add a new one instead.'
  await expect(migrate(shop.sql, [quinces, cherries])).rejects.toThrow(refusal)
  await expect(pendingMigrations(shop.sql, [cherries])).rejects.toThrow(refusal)
  expect(await recorded('cherries')).toEqual([1])
  expect(await recorded('quinces')).toEqual([])
})

test('what an older Atelier does not know of is no fault: it goes on while a newer one is rolled out', async () => {
  const grapes = await written('grapes', first('grapes') + second('grapes'))
  await applied(grapes)
  await written('grapes', first('grapes'))
  expect(await applied(grapes)).toEqual([])
})

test('a migration that fails leaves nothing, of itself and of those before it', async () => {
  const figs = await written('figs', `${first('figs')}${second('figs')}-- migration 3: broken\nalter table figs.nowhere add x text;\n`)
  await expect(migrate(shop.sql, [figs])).rejects.toThrow('relation "figs.nowhere" does not exist')
  expect(await recorded('figs')).toEqual([])
  expect(await shop.sql.unsafe(`select from pg_namespace where nspname = 'figs'`)).toHaveLength(0)
  await written('figs', first('figs'))
  expect(await applied(figs)).toEqual(['figs 1: the first'])
})

test('migrations are numbered from 1 without a gap, and nothing stands before the first', async () => {
  const refusals: [text: string, reason: string][] = [
    [second('dates'), 'dates/schema.sql: expected migration 1, found "2: the second"'],
    [first('dates') + first('dates'), 'dates/schema.sql: expected migration 2, found "1: the first"'],
    ['-- migration one\nselect 1;', 'dates/schema.sql: expected migration 1, found "one"'],
    ['-- migration 1\nselect 1;', 'dates/schema.sql: expected migration 1, found "1"'],
    [`create table dates.x ();\n${first('dates')}`, 'dates/schema.sql must begin with its first migration'],
  ]
  for (const [text, reason] of refusals) {
    await expect(migrate(shop.sql, [await written('dates', text)])).rejects.toThrow(reason)
  }
  expect(await recorded('dates')).toEqual([])
  await expect(migrate(shop.sql, [await written('dates', '')])).resolves.toEqual([])
})
