import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openServer, type AtelierServer } from '../../host/server.ts'
import { openTestHost, until, type TestHost } from '../../host/testing.ts'
import { silentLog } from '../../kit/log.ts'
import { services } from '../index.ts'
import { firstPage, meta } from './queries.ts'

setDefaultTimeout(30_000)

const products = 12
const header = 'id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness'
const reviews = Array.from({ length: 240 }, (_, i) => i + 1)
const productOf = (review: number) => (review % products) + 1
/** Two characteristics a product: 2p and 2p + 1. Some reviews are reported; some answer for one of another product, and twice for their own. */
const files = {
  reviews: [
    header,
    ...reviews.map((id) => `${id},${productOf(id)},${(id % 5) + 1},2019-04-14,s,b,${id % 3 === 0},${id % 10 === 0},n,null,null,0`),
  ].join('\n'),
  characteristics: [
    'id,product_id,name',
    ...Array.from({ length: products * 2 }, (_, i) => `${i + 2},${Math.floor((i + 2) / 2)},Name ${i % 2}`),
  ].join('\n'),
  characteristic_reviews: [
    'id,characteristic_id,review_id,value',
    ...reviews.flatMap((id) => [
      `${id * 4},${productOf(id) * 2},${id},${(id % 5) + 1}`,
      `${id * 4 + 1},${productOf(id) * 2 + 1},${id},${(id % 4) + 1}`,
      ...(id % 7 === 0 ? [`${id * 4 + 2},${(productOf(id) % products) * 2 + 2},${id},1`] : []),
      ...(id % 9 === 0 ? [`${id * 4 + 3},${productOf(id) * 2},${id},5`] : []),
    ]),
  ].join('\n'),
}

/** Two servers on one database. */
let shop: TestHost
let other: AtelierServer
beforeAll(async () => {
  shop = await openTestHost({ files })
  const config = { host: '127.0.0.1', port: 0, reusePort: false, databaseUrl: shop.databaseUrl, memoryBytesMax: 8_388_608, version: 'test' }
  other = await openServer({ config, services, migrated: services, log: silentLog() })
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
})

const ask = (turn: number, path: string, init?: RequestInit) =>
  fetch(`${turn % 2 === 0 ? shop.origin : `http://127.0.0.1:${other.port}`}${path}`, init)

const random = (count: number) => Math.floor(Math.random() * count)

/** What differs from a count of the rows as they are: summaries, then characteristics. */
const miscounted = () => shop.sql`
  select s.product_id::text || ' ' || (s.rated_1, s.rated_2, s.rated_3, s.rated_4, s.rated_5, s.recommended, s.not_recommended)::text as counted, c::text as fresh
  from reviews.summary s full join (
    select product_id, count(*) filter (where rating = 1) as r1, count(*) filter (where rating = 2) as r2, count(*) filter (where rating = 3) as r3,
      count(*) filter (where rating = 4) as r4, count(*) filter (where rating = 5) as r5,
      count(*) filter (where recommend) as yes, count(*) filter (where not recommend) as no
    from reviews.review where not reported group by product_id
  ) c using (product_id)
  where (s.rated_1, s.rated_2, s.rated_3, s.rated_4, s.rated_5, s.recommended, s.not_recommended)
    is distinct from (coalesce(r1, 0), coalesce(r2, 0), coalesce(r3, 0), coalesce(r4, 0), coalesce(r5, 0), coalesce(yes, 0), coalesce(no, 0))
  union all
  select c.characteristic_id::text || ' ' || (c.votes, c.total)::text, (count(e.key), coalesce(sum(e.value::bigint), 0))::text
  from reviews.characteristic c
  left join reviews.review r on r.product_id = c.product_id and not r.reported
  left join lateral jsonb_each_text(r.characteristics) e on e.key::bigint = c.characteristic_id
  group by c.product_id, c.characteristic_id having (c.votes, c.total) is distinct from (count(e.key), coalesce(sum(e.value::bigint), 0)::bigint)`
const wrongDocuments = () =>
  shop.sql.unsafe(`
    select d.product_id from reviews.first_page d cross join lateral (${firstPage('reviews', 'd.product_id')}) f
    where d.results is not null and (d.results, d.whole) is distinct from (f.results, f.whole)
    union all select s.product_id from reviews.summary s where s.meta is not null and s.meta <> ${meta('reviews')}`)

test('after an import the counters are what a count of the rows gives, whatever the files hold', async () => {
  expect([...(await miscounted())]).toEqual([])
})

test('after a random mix of writes through two servers they still are, nothing failed and nobody locked anybody out', async () => {
  const deadlocks = async () =>
    Number(
      (await shop.sql<{ deadlocks: string }[]>`select deadlocks from pg_stat_database where datname = current_database()`)[0]!.deadlocks,
    )
  const before = await deadlocks()
  const statuses = new Map<number, number>()
  const act = async (turn: number) => {
    const id = random(300) + 1
    const product = random(products) + 1
    const kind = random(20)
    const characteristics = Object.fromEntries([0, 1].filter(() => random(3) > 0).map((i) => [product * 2 + i, random(5) + 1]))
    const review = {
      product_id: product,
      rating: random(5) + 1,
      summary: 's',
      recommend: random(2) === 0,
      name: 'n',
      email: 'a@post.example',
      photos: ['u'],
    }
    const { status } =
      kind < 5
        ? await ask(turn, '/reviews', { method: 'POST', body: JSON.stringify({ ...review, characteristics }) })
        : kind < 8
          ? await ask(turn, `/reviews/${id}/report`, { method: 'PUT' })
          : kind < 16
            ? await ask(turn, `/reviews/${id}/helpful`, {
                method: 'PUT',
                ...(kind < 12 && { headers: { 'idempotency-key': `voter ${random(9)}` } }),
              })
            : await ask(turn, `/reviews${kind < 18 ? '' : '/meta'}?product_id=${product}`)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  const client = async (i: number) => {
    for (const endMs = Date.now() + 3_000; Date.now() < endMs || !(statuses.get(201)! > 100);) await act(i)
  }
  await Promise.all(Array.from({ length: 60 }, (_, i) => client(i)))

  // A review that is not there yet is 404: ids go further than the reviews.
  expect([...statuses.keys()].filter((status) => ![200, 201, 204, 404].includes(status))).toEqual([])
  expect(statuses.get(201)).toBeGreaterThan(100)
  expect([...(await miscounted())]).toEqual([])
  expect([...(await wrongDocuments())]).toEqual([])
  const [votes] = await shop.sql`
    select count(*) from reviews.review r where r.helpfulness < (select count(*) from reviews.vote v where v.review_id = r.review_id)`
  expect(Number(votes!['count'])).toBe(0)
  // Each backend reports its figures within a second.
  await Bun.sleep(1_100)
  expect((await deadlocks()) - before).toBe(0)
})

test('both servers soon answer the same, and what the rows give', async () => {
  for (let product = 1; product <= products; product++) {
    for (const path of [
      `/reviews?product_id=${product}`,
      `/reviews?product_id=${product}&sort=newest&count=500`,
      `/reviews/meta?product_id=${product}`,
    ]) {
      await until(async () => {
        const [one, two] = await Promise.all([0, 1].map(async (turn) => (await ask(turn, path)).text()))
        return one === two
      })
    }
    const shown = (await (await ask(0, `/reviews?product_id=${product}&count=5000&sort=newest`)).json()) as {
      results: { rating: number }[]
    }
    const { ratings } = (await (await ask(1, `/reviews/meta?product_id=${product}`)).json()) as { ratings: Record<string, string> }
    const counted = Object.entries(ratings).reduce((sum, [, count]) => sum + Number(count), 0)
    expect(counted).toBe(shown.results.length)
  }
})
