import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openTestHost, until, type TestHost } from '../host/testing.ts'
import { changesChannel } from './changes.ts'

setDefaultTimeout(30_000)

const productsMax = 300
const ids = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i)

/** Products 1 … 300 named `word` and their number, each related to the next. */
const catalogue = (word: string) => ({
  product: ['id,name,slogan,description,category,default_price', ...ids(productsMax).map((id) => `${id},${word} ${id},s,d,c,1`)].join('\n'),
  related: ['id,current_product_id,related_product_id', ...ids(productsMax).map((id) => `${id},${id},${(id % productsMax) + 1}`)].join(
    '\n',
  ),
})

let shop: TestHost
let without: TestHost
beforeAll(async () => {
  shop = await openTestHost({ files: catalogue('old') })
  without = await openTestHost({ files: catalogue('old'), memoryBytesMax: 0 })
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
  await without[Symbol.asyncDispose]()
})

/** What a figure grows by while `act` runs. */
const growth = async (host: TestHost, name: string, label: string, act: () => Promise<unknown>) => {
  const before = await host.figure(name, label)
  await act()
  return (await host.figure(name, label)) - before
}
const statements = (host: TestHost, act: () => Promise<unknown>) => growth(host, 'atelier_statements_total', '', act)
const waiting = (host: TestHost, keys: number) => until(async () => (await host.figure('atelier_keys_waiting')) === keys)

/** Asks for `path` on a thousand connections in one moment; resolves with the status lines that came. */
const crowd = async (host: TestHost, path: string): Promise<Set<string>> => {
  const sockets: { write(text: string): unknown; end(): unknown; status: Promise<string> }[] = []
  const open = async () => {
    const { promise: status, resolve } = Promise.withResolvers<string>()
    const socket = await Bun.connect({
      hostname: '127.0.0.1',
      port: host.server.port,
      socket: { data: (_, chunk) => resolve(chunk.toString('latin1').split('\r\n', 1)[0]!), close: () => resolve('closed') },
    })
    sockets.push({ status, write: (text) => socket.write(text), end: () => socket.end() })
  }
  // Two hundred at a time: the kernel lets only so many wait to be accepted.
  for (let i = 0; i < 5; i++) await Promise.all(ids(200).map(open))
  for (const socket of sockets) socket.write(`GET ${path} HTTP/1.1\r\nhost: shop\r\n\r\n`)
  const statuses = await Promise.all(sockets.map(({ status }) => status))
  for (const socket of sockets) socket.end()
  return new Set(statuses)
}

test('a thousand requests at once for a product nobody has asked for cost one statement', async () => {
  const cost = await statements(shop, async () => {
    expect(await crowd(shop, '/products/7')).toEqual(new Set(['HTTP/1.1 200 OK']))
  })
  expect(cost).toBe(1)
})

test('without memory too, requests that arrive together share a statement', async () => {
  const cost = await statements(without, async () => {
    expect(await crowd(without, '/products/7')).toEqual(new Set(['HTTP/1.1 200 OK']))
  })
  expect(cost).toBeLessThan(200)
})

test('different keys that wait together are answered by a few statements, each with its own answer', async () => {
  const cost = await statements(shop, async () => {
    let answers: Promise<Response>[] = []
    await shop.sql.begin(async (sql) => {
      await sql`lock table products.product_document`
      answers = ids(200, 101).map((id) => shop.get(`/products/${id}`))
      await waiting(shop, 200)
    })
    const landed = await Promise.all(answers.map(async (answer) => (await (await answer).json()) as { id: number; name: string }))
    expect(landed.map(({ id, name }) => [id, name])).toEqual(ids(200, 101).map((id) => [id, `old ${id}`]))
  })
  expect(cost).toBeLessThanOrEqual(4)
})

test('an answer in memory costs no statement', async () => {
  await shop.get('/products/1')
  expect(await statements(shop, () => Promise.all(ids(20).map(() => shop.get('/products/1'))))).toBe(0)
  expect(await growth(shop, 'atelier_memory_hits_total', 'read="product"', () => shop.get('/products/1'))).toBe(1)
  expect(await growth(shop, 'atelier_memory_misses_total', 'read="product"', () => shop.get('/products/1'))).toBe(0)
})

test('with the memory off every answer is read, and nothing is kept', async () => {
  const twice = async () => {
    await without.get('/products/1')
    await without.get('/products/1')
  }
  expect(await statements(without, twice)).toBe(2)
  expect(await without.figure('atelier_memory_bytes')).toBe(0)
})

test('that a product is not there is remembered too', async () => {
  expect((await shop.get('/products/999999')).status).toBe(404)
  expect(await statements(shop, async () => expect((await shop.get('/products/999999')).status).toBe(404))).toBe(0)
})

test('memory stays within its bound; once it is full it takes what is asked for again', async () => {
  const bytesMax = 65_536
  await using small = await openTestHost({ files: catalogue('old'), memoryBytesMax: bytesMax })
  for (const from of [1, 101, 201]) {
    await Promise.all(ids(100, from).flatMap((id) => [small.get(`/products/${id}`), small.get(`/products?page=${id}`)]))
    const bytes = await small.figure('atelier_memory_bytes')
    expect(bytes).toBeLessThanOrEqual(bytesMax)
    expect(bytes).toBeGreaterThan(bytesMax / 2)
  }
  const ask = (times: number) => async () => {
    for (let i = 0; i < times; i++) expect(await (await small.get('/products/290')).json()).toMatchObject({ name: 'old 290' })
  }
  expect(await statements(small, ask(1))).toBe(1)
  await ask(1)()
  expect(await statements(small, ask(5))).toBe(0)
})

test('a page too big to keep is given all the same', async () => {
  await using small = await openTestHost({ files: catalogue('old'), memoryBytesMax: 65_536 })
  const rows = async () => ((await (await small.get('/products?count=5000')).json()) as unknown[]).length
  expect(await statements(small, async () => expect([await rows(), await rows()]).toEqual([productsMax, productsMax]))).toBe(2)
})

test('a big page does not hold up a product', async () => {
  let big: Promise<Response>[] = []
  await without.sql.begin(async (sql) => {
    await sql`lock table products.product_document`
    big = ids(8).map((page) => without.get(`/products?count=1000&page=${page}`))
    await waiting(without, 8)
    // Another table, so only the connections could be missing.
    expect((await without.get('/products/1/related')).status).toBe(200)
  })
  expect((await Promise.all(big)).map(({ status }) => status)).toEqual(ids(8).map(() => 200))
})

test('an answer under way when the data changes is given to those who wait and not remembered', async () => {
  let answer: Promise<Response> | undefined
  await shop.sql.begin(async (sql) => {
    await sql`lock table products.product_document`
    answer = shop.get('/products/60')
    await waiting(shop, 1)
    await notifyAndSee(shop)
  })
  expect((await answer!).status).toBe(200)
  expect(await statements(shop, () => shop.get('/products/60'))).toBe(1)
})

test('when the word of a change could not arrive, everything is dropped as soon as it can again', async () => {
  await shop.get('/products/5')
  const drops = await shop.figure('atelier_memory_drops_total')
  const cut = await shop.sql`
    select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%'`
  expect(cut.length).toBe(1)
  await until(async () => (await shop.figure('atelier_memory_drops_total')) > drops)
  expect(await statements(shop, () => shop.get('/products/5'))).toBe(1)
  await notifyAndSee(shop)
})

/** Says that something changed, and waits until the server has heard it. */
async function notifyAndSee(host: TestHost) {
  const drops = await host.figure('atelier_memory_drops_total')
  await host.sql.notify(changesChannel, 'products')
  await until(async () => (await host.figure('atelier_memory_drops_total')) > drops)
}
