import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openTestHost, until, type TestHost } from '../../host/testing.ts'
import { openAuditor } from '../../kit/audit.ts'
import { parseDatabaseUrl } from '../../kit/db.ts'
import { restaurantAudit } from './audit.ts'
import { files } from './restaurants-fixture.ts'

setDefaultTimeout(30_000)

let house: TestHost
beforeAll(async () => void (house = await openTestHost({ files, memoryBytesMax: 0 })))
afterAll(() => house[Symbol.asyncDispose]())

/** What each check finds, by its name: restaurants that drift, and how many were mended and are left. */
const audit = async (mend = false) => {
  const signal = new AbortController().signal
  await using auditor = openAuditor({ database: parseDatabaseUrl(house.databaseUrl), changed: () => {}, signal })
  const found: Record<string, { products: number[]; mended: number; left: number }> = {}
  for (const check of restaurantAudit) {
    const { drift, products, mended, left } = await auditor.audit(check, { mend, at: () => {} })
    if (drift > 0) found[check.name] = { products, mended, left }
  }
  return found
}
const answers = async () =>
  Promise.all(
    [1, 2, 3].flatMap((id) =>
      ['', '/reviews', '/reviews?count=100', '/reviews/summary'].map(async (path) => (await house.get(`/restaurants/${id}${path}`)).text()),
    ),
  )
const put = (path: string) => house.get(path, { method: 'PUT', headers: { 'idempotency-key': String(Math.random()) } })
const review = { overall: 4, food: 5, service: 3, ambience: 4, dined_on: '2026-03-01', name: 'ida', email: 'ida@post.example' }
const post = (restaurant: number) => house.get(`/restaurants/${restaurant}/reviews`, { method: 'POST', body: JSON.stringify(review) })

test('after an import, and after whatever was written, all agrees', async () => {
  expect(await audit()).toEqual({})
  for (let i = 0; i < 30; i++) {
    await Promise.all([post(1 + (i % 3)), put(`/restaurants/1/reviews/${11 + (i % 7)}/helpful`), put('/restaurants/2/reviews/21/helpful')])
    if (i % 10 === 0) await put(`/restaurants/1/reviews/${15 + i / 10}/report`)
    await answers()
  }
  await Bun.sleep(300) // pages that were dropped are made again
  expect(await audit()).toEqual({})
})

const spoiled: [check: string, restaurant: number, statement: string][] = [
  ['summary', 1, 'update restaurants.summary set food_total = food_total + 1 where restaurant_id = 1'],
  ['rank', 3, 'update restaurants.listing set rank = rank + 1 where restaurant_id = 3'],
  ['vote', 2, 'insert into restaurants.vote values (2, 1000, 1, 1)'],
  ['helpfulness', 2, 'insert into restaurants.vote select 2, 21, i, i from generate_series(1000, 1999) i'],
  ['first_reviews', 1, `update restaurants.first_reviews set body = replace(body, '"b"', '"c"') || ' ' where restaurant_id = 1`],
]
test.each(spoiled)('%s: drift of restaurant %d is found and mended', async (check, restaurant, statement) => {
  await until(async () => {
    await answers()
    return (await house.sql`select from restaurants.first_reviews where body is null`).length === 0
  })
  const before = await answers()
  await house.sql.unsafe(statement)
  expect(await audit()).toEqual({ [check]: { products: [restaurant], mended: 0, left: 1 } })
  expect(await audit(true)).toEqual({ [check]: { products: [restaurant], mended: 1, left: 0 } })
  expect(await audit()).toEqual({})
  if (check !== 'helpfulness') expect(await answers()).toEqual(before)
})

test('every check has something that it finds', () => {
  expect(spoiled.map(([check]) => check)).toEqual(restaurantAudit.map(({ name }) => name))
})

test('mending while others write leaves all in agreement', async () => {
  const over = new AbortController()
  const statuses = new Set<number>()
  const writing = Array.from({ length: 12 }, async (_, i) => {
    while (!over.signal.aborted) {
      statuses.add((await post(1 + (i % 3))).status)
      statuses.add((await put(`/restaurants/1/reviews/${11 + (i % 7)}/helpful`)).status)
    }
  })
  for (let round = 0; round < 10; round++) {
    await house.sql`update restaurants.summary set reviews = reviews + 1, rated_1 = rated_1 + 1`
    await audit(true)
  }
  over.abort()
  await Promise.all(writing)
  await Bun.sleep(300)
  await audit(true)
  expect([[...statuses].toSorted(), await audit()]).toEqual([[201, 204], {}])
})
