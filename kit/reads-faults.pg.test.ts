import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { freezeTestDatabase } from '../host/testing-freeze.ts'
import { openTestHost, until, type TestHost } from '../host/testing.ts'
import { changesChannel } from './changes.ts'
import { limits } from './limits.ts'

setDefaultTimeout(30_000)

const inLinux = process.platform === 'linux'
const productsMax = 60
const ids = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i)
const catalogue = (word: string) => ({
  product: ['id,name,slogan,description,category,default_price', ...ids(productsMax).map((id) => `${id},${word} ${id},s,d,c,1`)].join('\n'),
})

let shop: TestHost
beforeAll(async () => void (shop = await openTestHost({ files: catalogue('old'), patient: false })))
afterAll(() => shop[Symbol.asyncDispose]())

const realNow = performance.now.bind(performance)
/** From now on the clock is fast by so much; `restore` waits until the server has seen the right time. */
const advance = (ms: number) => void (performance.now = () => realNow() + ms)
const restore = async () => {
  performance.now = realNow
  await Bun.sleep(100)
}

const answer = async (path: string, host = shop) => {
  const startedMs = performance.now()
  const reply = await host.get(path, { keepalive: false })
  const body = await reply.text()
  const header = (name: string) => reply.headers.get(name)
  return {
    status: reply.status,
    body,
    cacheStatus: header('cache-status'),
    retryAfter: header('retry-after'),
    tookMs: performance.now() - startedMs,
  }
}
const name = async (id: number) => (JSON.parse((await answer(`/products/${id}`)).body) as { name: string }).name
const statements = () => shop.figure('atelier_statements_total')
const readBackends = `
  select pid from pg_stat_activity where datname = current_database() and application_name = 'atelier-reads'`
const backends = async () => (await shop.sql.unsafe<{ pid: number }[]>(`${readBackends} order by pid`)).map(({ pid }) => pid)
/** Cuts the read connections; there are others as soon as they are gone. */
const cutReads = async () => {
  const cut = await shop.sql.unsafe<{ pid: number }[]>(`select pid, pg_terminate_backend(pid) from (${readBackends}) reads`)
  expect(cut.length).toBe(limits.readConnections + 1)
  await until(async () => !(await backends()).some((pid) => cut.some((gone) => gone.pid === pid)))
}

/** Says that something changed, and waits until the server has heard it. */
const change = async () => {
  const drops = await shop.figure('atelier_memory_drops_total')
  await shop.sql.notify(changesChannel, 'products')
  await until(async () => (await shop.figure('atelier_memory_drops_total')) > drops)
}

test('requests under way when the read connections are cut are asked again, and none fails', async () => {
  let answers: ReturnType<typeof answer>[] = []
  await shop.sql.begin(async (sql) => {
    await sql`lock table products.product_document`
    for (const wave of [1, 21, 41]) {
      answers = [...answers, ...ids(20, wave).map((id) => answer(`/products/${id}`))]
      await until(async () => (await shop.figure('atelier_keys_waiting')) === answers.length)
    }
    await cutReads()
  })
  const landed = await Promise.all(answers)
  expect(landed.filter(({ status }) => status !== 200)).toEqual([])
  expect(landed.map(({ body }) => (JSON.parse(body) as { id: number }).id)).toEqual(ids(productsMax))
  await until(async () => (await shop.figure('atelier_read_connections')) === limits.readConnections + 1)
})

test('idle read connections that are cut are opened again before anybody notices', async () => {
  await cutReads()
  const landed = await Promise.all(ids(5).map((page) => answer(`/products?page=${page}&count=7`)))
  expect(landed.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  await until(async () => (await shop.figure('atelier_read_connections')) === limits.readConnections + 1)
})

test.skipIf(!inLinux)(
  'a database that hangs: what is known is answered, the rest refused within a second, and it comes back by itself',
  async () => {
    await change()
    expect(await name(3)).toBe('old 3')
    {
      using _ = await freezeTestDatabase()
      expect(await answer('/products/3')).toMatchObject({ status: 200, cacheStatus: null })

      const refused = await answer('/products?page=4')
      expect(refused).toMatchObject({ status: 503, retryAfter: '1', body: 'Error: the database does not answer, try again' })
      expect(refused.tookMs).toBeLessThan(9_000)

      expect(await answer('/readyz')).toMatchObject({ status: 503, body: 'not ready: the database does not answer\n' })
      expect(await answer('/healthz')).toMatchObject({ status: 200 })
    }
    expect(await answer('/products?page=4')).toMatchObject({ status: 200, cacheStatus: null })
    expect((await answer('/readyz')).status).toBe(200)
  },
)

test.skipIf(!inLinux)(
  'while the database hangs, an answer from before a change is given, marked stale, and made anew afterwards',
  async () => {
    expect(await name(5)).toBe('old 5')
    expect((await answer('/products/777')).status).toBe(404)
    await change()
    {
      using _ = await freezeTestDatabase()
      const first = await answer('/products/5')
      expect(first).toMatchObject({ status: 200, cacheStatus: 'atelier; hit; detail=stale' })
      expect(first.tookMs).toBeLessThan(9_000)
      // The database is known to be away now, so nobody waits for it again.
      const waitedMs = (await Promise.all(ids(50).map(() => answer('/products/5')))).map(({ tookMs }) => tookMs)
      expect(Math.min(...waitedMs)).toBeLessThan(limits.readWaitMsMax)
      expect(await answer('/api/fec2/elsewhere/products/5')).toMatchObject({ status: 200, cacheStatus: 'atelier; hit; detail=stale' })
      expect(await answer('/products/777')).toMatchObject({ status: 404, cacheStatus: 'atelier; hit; detail=stale' })
    }
    await until(async () => (await answer('/products/5')).cacheStatus === null)
    expect(await name(5)).toBe('old 5')
  },
)

test.skipIf(!inLinux)('an answer past its age is read again, and given stale when the database hangs', async () => {
  expect(await name(6)).toBe('old 6')
  try {
    advance(limits.memoryAgeMsMax + 1_000)
    const before = await statements()
    await until(async () => (await answer('/products/6'), (await statements()) > before))

    advance(2 * limits.memoryAgeMsMax + 2_000)
    using _ = await freezeTestDatabase()
    await until(async () => (await answer('/products/6')).cacheStatus === 'atelier; hit; detail=stale')
  } finally {
    await restore()
  }
})

test.skipIf(!inLinux)('an answer that comes after its request was refused harms nobody', async () => {
  await change()
  {
    using _ = await freezeTestDatabase()
    const refused = await Promise.all([8, 9].map((id) => answer(`/products/${id}/styles`)))
    expect(refused.map(({ status }) => status)).toEqual([503, 503])
  }
  const late = await Promise.all([9, 8, 10].map((id) => answer(`/products/${id}/styles`)))
  expect(late.map(({ body }) => body)).toEqual([9, 8, 10].map((id) => `{"product_id":"${id}","results":[]}`))
  expect(await shop.figure('atelier_keys_waiting')).toBe(0)
})

test.skipIf(!inLinux)('a read whose keys nobody waits for any more, when its turn comes, does not cost the connection', async () => {
  await until(async () => (await backends()).length === limits.readConnections + 1)
  const before = await backends()
  await change()
  {
    using _ = await freezeTestDatabase()
    const first = answer('/reviews?product_id=41')
    await Bun.sleep(50)
    const waiting = ['/products/41/styles', '/products/41/related', '/products/42/styles'].map((path) => answer(path))
    expect((await Promise.all([first, ...waiting])).map(({ status }) => status)).toEqual([503, 503, 503, 503])
  }
  expect((await answer('/products/41/styles')).status).toBe(200)
  expect(await backends()).toEqual(before)
})

test.skipIf(!inLinux)(
  'a database that hangs until its connections are given up comes back all the same',
  async () => {
    await change()
    const { setTimeout: realTimeout } = globalThis
    {
      using _ = await freezeTestDatabase()
      // The silence that is waited for, in a tenth of its time.
      globalThis.setTimeout = Object.assign(
        (act: () => void, ms?: number) => realTimeout(act, ms === limits.statementMsMax ? ms / 10 : ms),
        realTimeout,
      )
      expect((await answer('/products/11/styles')).status).toBe(503)
      await until(async () => (await shop.figure('atelier_read_connections')) < limits.readConnections + 1)
      globalThis.setTimeout = realTimeout
      expect((await answer('/products/12/styles')).status).toBe(503)
    }
    await until(async () => (await answer('/products/12/styles')).status === 200)
  },
  30_000,
)

test('a failed statement is a 500 that says nothing, and the next one works', async () => {
  await change()
  await shop.sql`alter table products.product_document rename column features to hidden`
  try {
    expect(await answer('/products/13')).toMatchObject({ status: 500, body: 'An error occurred.', cacheStatus: null })
  } finally {
    await shop.sql`alter table products.product_document rename column hidden to features`
  }
  expect(await name(13)).toBe('old 13')
})

test('an import shows at once: the old catalogue until the switch, then the new one, and never both', async () => {
  expect(await name(2)).toBe('old 2')
  const seen: string[] = []
  const progress = { imported: false }
  const imported = shop.import(catalogue('new')).finally(() => (progress.imported = true))
  while (!progress.imported) seen.push(await name(2))
  const doneMs = performance.now()
  await imported
  await until(async () => seen.push(await name(2)) > 0 && seen.at(-1) === 'new 2')
  expect(performance.now() - doneMs).toBeLessThan(15_000)

  const first = seen.indexOf('new 2')
  expect(first).toBeGreaterThan(0)
  expect(new Set(seen.slice(0, first))).toEqual(new Set(['old 2']))
  expect(new Set(seen.slice(first))).toEqual(new Set(['new 2']))
  expect(new Set((await Promise.all(ids(productsMax).map(name))).map((text) => text.split(' ')[0]))).toEqual(new Set(['new']))
})
