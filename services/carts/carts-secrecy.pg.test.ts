import { expect, test } from 'bun:test'
import pino from 'pino'
import { openServer } from '../../host/server.ts'
import { freezeTestDatabase } from '../../host/testing-freeze.ts'
import { openTestHost } from '../../host/testing.ts'
import { services } from '../index.ts'

test('what a client is known by is in no figure, no log and no table', async () => {
  await using shop = await openTestHost()
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const config = { host: '127.0.0.1', port: 0, reusePort: false, databaseUrl: shop.databaseUrl, memoryBytesMax: 8_388_608, version: 'test' }
  await using server = await openServer({ config, services, migrated: services, log })
  const origin = `http://127.0.0.1:${server.port}`
  const ask = (path: string, headers: Record<string, string>, body?: string) =>
    fetch(`${origin}${path}`, { headers, ...(body !== undefined && { method: 'POST', body }) })

  const [cookie] = (await ask('/cart', {})).headers.getSetCookie()[0]!.split(';', 1)
  const token = cookie!.slice(cookie!.indexOf('=') + 1)
  const authorization = 'Bearer very-secret-0123456789'
  const own = { cookie: cookie! }
  const click = '{"element":"words-of-a-client","widget":"b","time":"c"}'
  for (const headers of [own, { authorization }, { ...own, authorization, 'idempotency-key': 'secret-key' }]) {
    for (const body of ['{"sku_id":5}', '{"sku_id":"words-of-a-client"}']) await ask('/cart', headers, body)
    for (const body of [click, '{}']) await ask('/interactions', headers, body)
    expect((await ask('/cart', headers)).status).toBe(200)
    await ask('/cart/nowhere', headers)
  }
  await shop.sql`alter table carts.cart rename to gone`
  await shop.sql`alter table interactions.interaction rename to gone`
  const other = { ...own, authorization }
  for (const [path, body] of [
    ['/cart', '{"sku_id":6}'],
    ['/interactions', click],
  ] as const) {
    const reply = await ask(path, other, body)
    expect([reply.status, await reply.text()]).toEqual([500, 'An error occurred.'])
  }
  await shop.sql`alter table carts.gone rename to cart`
  await shop.sql`alter table interactions.gone rename to interaction`
  {
    using _ = await freezeTestDatabase()
    const reply = await ask('/cart', { authorization: `${authorization} of another` })
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '1'])
    const known = await ask('/cart', own)
    expect([known.status, known.headers.get('cache-control')]).toEqual([503, 'no-store'])
    // A session that begins is told so, whatever the database does.
    expect((await ask('/cart', {})).status).toBe(200)
  }

  const tables = await shop.sql<{ name: string }[]>`
    select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`
  expect(tables.map(({ name }) => name)).toContain('carts.item')
  let stored = ''
  for (const { name } of tables) for (const { row } of await shop.sql.unsafe(`select t::text as row from ${name} t`)) stored += `${row}\n`
  expect(stored).toContain('words-of-a-client')
  const figures = await (await fetch(`${origin}/metrics`)).text()
  expect(figures).toContain('atelier_commits_total{write="cart"}')
  expect(lines.join('')).toContain('a write failed')
  const hexToken = Buffer.from(token, 'base64url').toString('hex')
  for (const secret of [token, hexToken, 'very-secret', 'secret-key', Buffer.from(token).toString('hex')]) {
    for (const place of [stored, figures, lines.join('')]) expect(place).not.toContain(secret)
  }
  expect(lines.join('')).not.toContain('words-of-a-client')
})
