import { expect, test } from 'bun:test'
import { migrated } from '../cli/migrated.ts'
import { cloneTestDatabase } from '../host/testing-cluster.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { openClone } from './bench-clone.ts'

test('what is written to a clone is gone with it, and the data stay as they were', async () => {
  const url = await cloneTestDatabase(migrated)
  const ask = async (statement: string) => {
    const sql = openSql(parseDatabaseUrl(url), { connections: 1 })
    return await sql.unsafe(statement).finally(() => sql.end())
  }
  await ask('create table public.one as select 7 as value')
  for (let run = 1; run <= 2; run++) {
    await using clone = await openClone(url)
    expect(await clone.sql.unsafe('select value from public.one')).toMatchObject([{ value: 7 }])
    await clone.sql.unsafe('insert into public.one values (8)')
    expect(clone.databaseUrl).toContain('/atelier_bench?')
  }
  expect(await ask('select value from public.one')).toMatchObject([{ value: 7 }])
  expect(await ask("select datname from pg_database where datname = 'atelier_bench'")).toHaveLength(0)
})

test('who is connected to the database is waited for', async () => {
  const url = await cloneTestDatabase(migrated)
  const busy = openSql(parseDatabaseUrl(url), { connections: 1 })
  await busy.unsafe('select 1')
  const opening = openClone(url)
  setTimeout(() => void busy.end(), 6_000)
  await using clone = await opening
  expect(clone.databaseUrl).toContain('/atelier_bench?')
}, 30_000)
