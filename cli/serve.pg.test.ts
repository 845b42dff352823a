import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { figure } from '../host/testing-figures.ts'
import { openTestHost, until, type TestHost } from '../host/testing.ts'
import { atelier, ran } from './testing.ts'

setDefaultTimeout(30_000)

const files = { product: 'id,name,slogan,description,category,default_price\n1,Camo Onesie,s,d,Jackets,140\n' }

let shop: TestHost
beforeAll(async () => void (shop = await openTestHost({ files })))
afterAll(() => shop[Symbol.asyncDispose]())

const serve = async (...more: string[]) => {
  const run = atelier(['serve', '--host', '127.0.0.1', '--port', '0', '--database-url', shop.databaseUrl, ...more], { LOG_LEVEL: 'info' })
  const origin = `http://127.0.0.1:${await run.port()}`
  return { run, origin, ask: (path: string) => fetch(`${origin}${path}`, { keepalive: false }) }
}

test('it serves a migrated database in one process', async () => {
  const { run, ask } = await serve()
  await using _ = run
  expect(await (await ask('/products/1')).text()).toBe(await (await shop.get('/products/1')).text())
  expect(await (await ask('/readyz')).text()).toBe('ready\n')
})

test('on SIGTERM a request that has come is answered, new ones are refused, and the exit code is 0', async () => {
  const { run, ask } = await serve()
  await using _ = run
  let answer: Promise<Response> | undefined
  await shop.sql.begin(async (sql) => {
    await sql`lock table products.product_document`
    answer = ask('/products/1')
    await until(async () => figure(await (await ask('/metrics')).text(), 'atelier_keys_waiting') === 1)
    run.kill('SIGTERM')
    await until(() =>
      ask('/healthz').then(
        () => false,
        () => true,
      ),
    )
  })
  const landed = await answer!
  expect([landed.status, landed.headers.get('connection')]).toEqual([200, 'close'])
  expect(await landed.json()).toMatchObject({ id: 1, name: 'Camo Onesie' })
  expect(await run.exited).toBe(0)
})

test('a client that holds its connection open does not hold up the end', async () => {
  const { run, origin } = await serve()
  await using _ = run
  let closed = false
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: Number(new URL(origin).port),
    socket: { data() {}, close: () => void (closed = true) },
  })
  socket.write('GET /products/1 HTTP/1.1\r\nhost: shop\r\n\r\n')
  await until(async () => figure(await (await fetch(`${origin}/metrics`, { keepalive: false })).text(), 'atelier_http_connections') >= 1)
  run.kill('SIGTERM')
  expect(await run.exited).toBe(0)
  await until(() => closed)
})

test('without the database it starts, refuses, and says why it is not ready', async () => {
  const { run, ask } = await serve('--database-url', 'postgres://nobody@127.0.0.1:1/nothing')
  await using _ = run
  const refused = await ask('/products/1')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  const readiness = await ask('/readyz')
  expect([readiness.status, await readiness.text()]).toEqual([503, 'not ready: the database is not reachable or not migrated\n'])
  expect((await ask('/healthz')).status).toBe(200)
})

test('a busy port is one sentence and exit code 1', async () => {
  const port = String(shop.server.port)
  expect(await ran(['serve', '--host', '127.0.0.1', '--port', port, '--database-url', shop.databaseUrl])).toEqual({
    code: 1,
    out: '',
    err: `Port ${port} is busy; stop what listens there or pass --port with another.\n`,
  })
})

test('the database may be named in the environment', async () => {
  await using run = atelier(['serve', '--host', '127.0.0.1', '--port', '0'], { DATABASE_URL: shop.databaseUrl, LOG_LEVEL: 'info' })
  expect((await fetch(`http://127.0.0.1:${await run.port()}/products/1`, { keepalive: false })).status).toBe(200)
})

test('a SIGTERM that comes while it starts ends it too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-serve-test-'))
  try {
    // The signal comes when the first file is read: signals are listened for by then, and it does not serve yet.
    const early = join(folder, 'early.ts')
    const read = `if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM'); return file(...args)`
    await writeFile(early, `const { file } = Bun; Bun.file = (...args) => { ${read} }`)
    const program = [process.execPath, '--preload', early, join(import.meta.dir, 'main.ts')]
    await using run = atelier(['serve', '--host', '127.0.0.1', '--port', '0', '--database-url', shop.databaseUrl], {}, program)
    expect([await run.exited, run.output]).toEqual([0, { out: '', err: '' }])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
