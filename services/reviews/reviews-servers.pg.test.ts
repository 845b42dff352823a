import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openServer, type AtelierServer } from '../../host/server.ts'
import { figure } from '../../host/testing-figures.ts'
import { isFleet, openTestHost, until, type TestHost } from '../../host/testing.ts'
import { silentLog } from '../../kit/log.ts'
import { metricsText } from '../../kit/metrics.ts'
import { services } from '../index.ts'

setDefaultTimeout(30_000)

const products = 300
const header = 'id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness'
/** Review n is the only one of product n, but for product 1, which has reviews 1 and 1001 to 1010. */
const ids = [...Array.from({ length: products }, (_, i) => i + 1), ...Array.from({ length: 10 }, (_, i) => 1_001 + i)]
const files = {
  reviews: [header, ...ids.map((id) => `${id},${id > products ? 1 : id},3,2019-04-14,s,b,true,false,n,null,null,0`)].join('\n'),
}

/** Two servers on one database. */
let shop: TestHost
let other: AtelierServer
beforeAll(async () => {
  shop = await openTestHost({ files })
  const config = { host: '127.0.0.1', port: 0, reusePort: false, databaseUrl: shop.databaseUrl, memoryBytesMax: 8_388_608, version: 'test' }
  other = await openServer({ config, services, migrated: services, log: silentLog() })
  await until(() => drops() > 0)
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
})

const there = () => `http://127.0.0.1:${other.port}`
const drops = () => figure(metricsText(other.snapshot()), 'atelier_memory_drops_total')
const hits = () => figure(metricsText(other.snapshot()), 'atelier_memory_hits_total')
const put = async (path: string, origin = shop.origin) => {
  const { status } = await fetch(origin + path, { method: 'PUT' })
  if (status !== 204) throw new Error(`${path} was answered ${status}`)
}
const vote = (id: number, origin?: string) => put(`/reviews/${id}/helpful`, origin)
type Shown = { review_id: number; helpfulness: number }
const shown = async (product: number, query = '', origin = shop.origin) => {
  const reply = await fetch(`${origin}/reviews?product_id=${product}${query}`)
  if (reply.status !== 200) throw new Error(`answered ${reply.status}`)
  return ((await reply.json()) as { results: Shown[] }).results
}
const helpfulness = async (id: number, query = '', origin = shop.origin) =>
  (await shown(id > products ? 1 : id, query, origin)).find(({ review_id }) => review_id === id)?.helpfulness ?? -1

test('what is read after an acknowledged vote has it, however many read the same product meanwhile', async () => {
  const acknowledged = new Map(ids.map((id) => [id, 0]))
  const hot = ids.filter((id) => id > products)
  const queries = ['', '&count=50', '&sort=newest', '&sort=helpful&count=200', '&count=5000']
  const state = { voting: true, reads: 0 }
  const behind: string[] = []
  const check = async (query: string) => {
    const before = new Map(acknowledged)
    for (const { review_id, helpfulness: found } of await shown(1, query))
      if (found < before.get(review_id)!) behind.push(`${review_id}${query}: ${found} after ${before.get(review_id)}`)
    state.reads++
  }
  const reader = async (i: number) => {
    while (state.voting) await check(queries[i % queries.length]!)
  }
  const voter = async (i: number) => {
    for (const endMs = Date.now() + 2_000; Date.now() < endMs || state.reads <= 500;) {
      const id = hot[i]!
      await vote(id)
      acknowledged.set(id, acknowledged.get(id)! + 1)
      await check(queries[i % queries.length]!)
    }
  }
  const readers = Array.from({ length: 15 }, (_, i) => reader(i))
  await Promise.all(hot.map((_, i) => voter(i)))
  state.voting = false
  await Promise.all(readers)
  expect(behind).toEqual([])
  expect(state.reads).toBeGreaterThan(500)
  for (const id of hot) expect(await helpfulness(id, '&count=50')).toBe(acknowledged.get(id)!)
})

test('a review is there and a reported one is gone when its writer asks, every time', async () => {
  const review = {
    product_id: 2,
    rating: 5,
    summary: 's',
    recommend: true,
    name: 'n',
    email: 'a@post.example',
    photos: [],
    characteristics: {},
  }
  for (let count = 2; count <= 40; count++) {
    const { status } = await shop.get('/reviews', { method: 'POST', body: JSON.stringify(review) })
    expect([status, (await shown(2, '&sort=newest&count=100')).length]).toEqual([201, count])
    expect(await (await shop.get('/reviews/meta?product_id=2')).text()).toContain(`"true":"${count}"`)
  }
  const newest = await shown(2, '&sort=newest&count=100')
  for (let left = newest.length; left > 1; left--) {
    await put(`/reviews/${newest[newest.length - left]!.review_id}/report`)
    expect(await shown(2, '&sort=newest&count=100')).toHaveLength(left - 1)
    expect(await (await shop.get('/reviews/meta?product_id=2')).text()).toContain(`"true":"${left - 1}"`)
  }
})

test('another server answers anew within a moment, and only where something changed', async () => {
  for (const id of [10, 11, 12]) await helpfulness(id, '', there())
  for (let votes = 1; votes <= 20; votes++) {
    await vote(10)
    await until(async () => (await helpfulness(10, '', there())) === votes)
  }
  const before = [hits(), drops()]
  for (const id of [11, 12]) await helpfulness(id, '', there())
  expect([hits(), drops()]).toEqual([before[0]! + 2, before[1]!])
})

test('a spike of votes for hundreds of products comes through to the other server, each one', async () => {
  const all = ids.filter((id) => id > 20 && id <= products)
  for (const id of all) await helpfulness(id, '', there())
  await Promise.all([...all, ...all].map((id) => vote(id)))
  for (const id of all) await until(async () => (await helpfulness(id, '', there())) === 2)
})

test.skipIf(isFleet)('a server whose listening connection is cut drops all it knows when it hears again', async () => {
  expect(await helpfulness(15, '', there())).toBe(0)
  const before = drops()
  const cut =
    await shop.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'`
  expect(cut.count).toBe(2)
  // Nobody is told of this one: it is as if the word of it had been lost.
  await shop.sql`update reviews.review set helpfulness = 77 where review_id = 15`
  await shop.sql`update reviews.first_page set results = null, version = version + 1 where product_id = 15`
  await until(() => drops() > before)
  expect(await helpfulness(15, '', there())).toBe(77)
  await vote(15)
  await until(async () => (await helpfulness(15, '', there())) === 78)
  await vote(15, there())
  await until(async () => (await helpfulness(15)) === 79)
})

test('votes through both servers at once are never lost to either', async () => {
  await Promise.all(Array.from({ length: 400 }, (_, i) => vote(16, i % 2 === 0 ? shop.origin : there())))
  for (const origin of [shop.origin, there()]) await until(async () => (await helpfulness(16, '', origin)) === 400)
})
