import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openTestHost, until, type TestHost } from '../../host/testing.ts'
import { openSql, parseDatabaseUrl } from '../../kit/db.ts'
import { firstPage, meta, reviewQueries } from './queries.ts'
import { reviewWrites } from './write-queries.ts'

setDefaultTimeout(30_000)

const header = 'id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness'
/** Products 1 to 9, each with eight reviews more than the one before: 1 has 2, so that its first page is the whole of it. */
const reviews = Array.from({ length: 9 }, (_, p) => Array.from({ length: 2 + p * 8 }, (_, i) => [p + 1, i] as const)).flat()
const files = {
  reviews: [
    header,
    ...reviews.map(([p, i], n) => `${n + 1},${p},${(i % 5) + 1},2019-04-14,s${n},b,${i % 2},false,n,null,null,${i % 4}`),
  ].join('\n'),
  reviews_photos: ['id,review_id,url', ...reviews.map((_, n) => `${n + 1},${n + 1},u`)].join('\n'),
  characteristics: `id,product_id,name\n${Array.from({ length: 9 }, (_, p) => `${p + 1},${p + 1},Fit`).join('\n')}`,
  characteristic_reviews: [
    'id,characteristic_id,review_id,value',
    ...reviews.map(([p], n) => `${n + 1},${p},${n + 1},${(n % 5) + 1}`),
  ].join('\n'),
}
const reviewsOf = (product: number) => reviews.flatMap(([p], n) => (p === product ? [n + 1] : []))

let shop: TestHost
beforeAll(async () => void (shop = await openTestHost({ files })))
afterAll(() => shop[Symbol.asyncDispose]())

const get = async (path: string) => (await shop.get(path)).text()
const page = async (product: number) => JSON.parse(await get(`/reviews?product_id=${product}`)) as { results: unknown[] }
const done = async (path: string, init: RequestInit) => {
  const { status } = await shop.get(path, init)
  if (status !== 204 && status !== 201) throw new Error(`${path} was answered ${status}`)
}
const vote = (id: number) => done(`/reviews/${id}/helpful`, { method: 'PUT' })
const voteAs = (voter: string, id: number) => done(`/reviews/${id}/helpful`, { method: 'PUT', headers: { 'idempotency-key': voter } })
const report = (id: number) => done(`/reviews/${id}/report`, { method: 'PUT' })
const review = { rating: 5, summary: 'new', recommend: true, name: 'n', email: 'a@post.example', photos: ['u'] }
const post = (product: number) =>
  done('/reviews', { method: 'POST', body: JSON.stringify({ ...review, product_id: product, characteristics: { [product]: 3 } }) })

type Documents = { results: string | null; whole: boolean; version: number; meta: string | null; meta_version: number }
const documents = async (product: number) =>
  (
    await shop.sql<Documents[]>`
      select d.results, d.whole, d.version::float8, s.meta, s.version::float8 as meta_version
      from reviews.first_page d join reviews.summary s using (product_id) where product_id = ${product}`
  )[0]!
/** In one snapshot: the products whose ready documents are not what their rows give. None may ever be. */
const wrong = `
  select d.product_id::float8 from reviews.first_page d cross join lateral (${firstPage('reviews', 'd.product_id')}) f
  where d.results is not null and (d.results, d.whole) is distinct from (f.results, f.whole)
  union all select s.product_id::float8 from reviews.summary s where s.meta is not null and s.meta <> ${meta('reviews')}`
const wrongProducts = async () => (await shop.sql.unsafe<{ product_id: number }[]>(wrong)).map(({ product_id }) => product_id)
const ready = async (product: number) => {
  await get(`/reviews/meta?product_id=${product}`)
  await page(product)
  const { results, meta } = await documents(product)
  return results !== null && meta !== null
}

test('after an import every document is ready, and is what its rows give', async () => {
  for (let product = 1; product <= 9; product++) {
    const { results, whole, meta } = await documents(product)
    expect([results === null, meta === null, whole]).toEqual([false, false, product === 1])
    const rows = JSON.parse(await get(`/reviews?product_id=${product}&count=4`)) as { results: unknown[] }
    expect((JSON.parse(results!) as unknown[]).slice(0, 4)).toEqual(rows.results)
  }
  expect(await wrongProducts()).toEqual([])
})

test('a ready document is answered without a look at the rows', async () => {
  const sql = openSql(parseDatabaseUrl(shop.databaseUrl), { connections: 1, settings: { plan_cache_mode: 'force_generic_plan' } })
  try {
    type Plan = { 'Relation Name'?: string; 'Actual Loops': number; Plans?: Plan[] }
    const scanned = (plan: Plan): string[] => [
      ...(plan['Relation Name'] !== undefined && plan['Actual Loops'] > 0 ? [plan['Relation Name']] : []),
      ...(plan.Plans ?? []).flatMap(scanned),
    ]
    const run = async (statement: string, ...columns: number[][]) => {
      await sql.unsafe(`prepare q (${columns.map(() => 'bigint[]').join(',')}) as ${statement}`)
      const [row] = await sql.unsafe<{ 'QUERY PLAN': { Plan: Plan }[] }[]>(
        `explain (analyze, format json) execute q (${columns.map((column) => `'{${column.join(',')}}'`).join(',')})`,
      )
      await sql.unsafe('deallocate q')
      return [...new Set(scanned(row!['QUERY PLAN'][0]!.Plan))]
    }
    expect(await run(reviewQueries.relevant, [1, 2, 3, 1], [1, 1, 1, 1], [5, 5, 5, 200])).toEqual(['first_page'])
    expect(await run(reviewQueries.meta, [1, 2, 3])).toEqual(['summary'])
    expect(await run(reviewQueries.relevant, [1, 2], [1, 1], [5, 6])).toEqual(['first_page', 'review'])
  } finally {
    await sql.end({ timeout: 1 })
  }
})

test('a vote drops the first page and nothing else; the next reader has it made again, and it is right', async () => {
  const before = await documents(4)
  const [first] = JSON.parse(before.results!) as { review_id: number }[]
  await vote(first!.review_id)
  const dropped = await documents(4)
  expect(dropped).toEqual({ ...before, results: null, version: before.version + 1 })
  const read = await page(4)
  await until(() => ready(4))
  const after = await documents(4)
  expect(after).toEqual({ ...dropped, results: JSON.stringify(read.results) })
  expect(after.results).not.toBe(before.results)
  expect(await wrongProducts()).toEqual([])
})

test('a review and a report drop both documents, and so does the first review of a product', async () => {
  for (const change of [() => post(3), () => report(reviewsOf(3)[2]!)]) {
    await until(() => ready(3))
    const before = await documents(3)
    await change()
    const { results, version, meta, meta_version } = await documents(3)
    expect([results, version, meta, meta_version]).toEqual([null, before.version + 1, null, before.meta_version + 1])
  }
  await done('/reviews', { method: 'POST', body: JSON.stringify({ ...review, product_id: 99, characteristics: {} }) })
  expect(await documents(99)).toMatchObject({ results: null, meta: null })
  await until(() => ready(99))
  expect(await documents(99)).toMatchObject({ whole: true, meta: await get('/reviews/meta?product_id=99') })
  expect(await wrongProducts()).toEqual([])
})

test('what changes nothing drops nothing', async () => {
  const [first, second] = reviewsOf(5)
  await voteAs('one', first!)
  await report(second!)
  await until(() => ready(5))
  const before = await documents(5)
  await voteAs('one', first!)
  await report(second!)
  expect(await documents(5)).toEqual(before)
})

test('a first page that was the whole of it is no more, once there are six', async () => {
  for (let reviews = 3; reviews <= 7; reviews++) {
    await post(1)
    for (const count of [5, 6, 200]) {
      const { results } = JSON.parse(await get(`/reviews?product_id=1&count=${count}`)) as { results: unknown[] }
      expect([reviews, count, results.length]).toEqual([reviews, count, Math.min(count, reviews)])
    }
    await until(() => ready(1))
    expect((await documents(1)).whole).toBe(reviews <= 5)
  }
})

test('however votes, reports, reviews and readers race with documents put back, none is ever wrong, in any snapshot', async () => {
  const products = [2, 6, 9]
  const state = { racing: true }
  // Planned as the servers' own are: the order of locks is the plan's.
  const settings = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' }
  const sqls = [1, 2].map(() => openSql(parseDatabaseUrl(shop.databaseUrl), { connections: 1, settings }))
  const counts = { putBack: 0, made: 0, checks: 0, votes: 0 }
  const putBack = async (sql: (typeof sqls)[number]) => {
    const items = JSON.stringify(products.map((id, n) => ({ n, id })))
    for (; state.racing; counts.putBack++) {
      counts.made += (await sql.unsafe(reviewWrites.putBackFirstPage, [items], { prepare: true })).count
      counts.made += (await sql.unsafe(reviewWrites.putBackMeta, [items], { prepare: true })).count
    }
  }
  const voter = async (i: number) => {
    for (let turn = i; state.racing; turn++, counts.votes++) {
      const ids = reviewsOf(products[turn % products.length]!)
      await vote(ids[(turn * 7) % ids.length]!)
      if (turn % 40 === 0) await post(products[turn % products.length]!)
      if (turn % 100 === 50) await report(ids[turn % ids.length]!)
      if (turn % 3 === 0) await page(products[turn % products.length]!)
    }
  }
  const checker = async () => {
    for (; state.racing; counts.checks++) expect(await wrongProducts()).toEqual([])
  }
  const all = [...sqls.map(putBack), ...Array.from({ length: 8 }, (_, i) => voter(i)), checker()]
  const often = () => Object.values(counts).every((count) => count > 20)
  await Promise.race([Bun.sleep(2_500).then(() => until(often)), ...all])
  state.racing = false
  await Promise.all(all)
  for (const sql of sqls) await sql.end({ timeout: 1 })
  for (const product of products) await until(() => ready(product))
  expect(await wrongProducts()).toEqual([])
  for (const product of products) {
    const { results, meta } = await documents(product)
    expect(JSON.stringify((await page(product)).results)).toBe(results!)
    expect(await get(`/reviews/meta?product_id=${product}`)).toBe(meta!)
  }
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(20)
})
