import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openTestHost, until, type TestHost } from '../host/testing.ts'
import { openSql, parseDatabaseUrl, type Sql } from './db.ts'

setDefaultTimeout(60_000)

let shop: TestHost
beforeAll(async () => {
  shop = await openTestHost()
})
afterAll(() => shop[Symbol.asyncDispose]())

const terminate = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'test-cut'`

/** One statement after another; how often each ended how. */
class Asker {
  readonly outcomes: Record<string, number> = {}
  stopped = false
  ended = false

  async ask(sql: Sql) {
    while (!this.stopped) {
      const outcome = await sql.unsafe('select $1::text', ['x'], { prepare: true }).then(
        ({ length }) => `${length} rows`,
        (error: { code?: string }) => error.code ?? String(error),
      )
      this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1
    }
    this.ended = true
  }
}

test('when connections are cut at work, every statement ends, and none waits for a connection that comes to nothing', async () => {
  const sql = openSql(parseDatabaseUrl(shop.databaseUrl), { connections: 4, settings: { application_name: 'test-cut' }, arrays: false })
  const askers = Array.from({ length: 8 }, () => new Asker())
  const work = askers.map((asker) => asker.ask(sql))
  for (let cuts = 0; cuts < 150; cuts++) {
    await shop.sql.unsafe(terminate)
    await Bun.sleep(Math.random() * 20)
  }
  for (const asker of askers) asker.stopped = true
  await until(() => askers.every(({ ended }) => ended))
  await Promise.all(work)
  await sql.end({ timeout: 1 })
  const seen = new Set(askers.flatMap(({ outcomes }) => Object.keys(outcomes)))
  expect([seen.has('1 rows'), seen.has('0 rows'), seen.has('CONNECT_TIMEOUT'), seen.size > 1]).toEqual([true, false, false, true])
})

test('after however many attempts, the next one is made within a second', () => {
  const { backoff } = openSql(parseDatabaseUrl('postgres:///x?host=/nowhere')).options as unknown as {
    backoff: (attempts: number) => number
  }
  expect([0, 5, 1_000].map(backoff)).toEqual([0.01, 0.32, 1])
})
