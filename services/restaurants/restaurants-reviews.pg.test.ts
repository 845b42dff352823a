import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { Value } from 'typebox/value'
import { openServer, type AtelierServer } from '../../host/server.ts'
import { openTestHost, until, type TestHost } from '../../host/testing.ts'
import { silentLog } from '../../kit/log.ts'
import { services } from '../index.ts'
import { firstReviews } from './queries.ts'
import { files } from './restaurants-fixture.ts'
import { Review, type Restaurants, type Reviews, type Summary } from './types.ts'
import { restaurantWrites } from './write-queries.ts'

setDefaultTimeout(30_000)

/** Two servers on one database. */
let house: TestHost
let other: AtelierServer
beforeAll(async () => {
  house = await openTestHost({ files })
  const config = {
    host: '127.0.0.1',
    port: 0,
    reusePort: false,
    databaseUrl: house.databaseUrl,
    memoryBytesMax: 8_388_608,
    version: 'test',
  }
  other = await openServer({ config, services, migrated: services, log: silentLog() })
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await house[Symbol.asyncDispose]()
})

const ask = (turn: number, path: string, init?: RequestInit) =>
  fetch(`${turn % 2 === 0 ? house.origin : `http://127.0.0.1:${other.port}`}${path}`, init)
const json = async <T>(path: string) => (await (await house.get(path)).json()) as T
const summary = (restaurant: number) => json<Summary>(`/restaurants/${restaurant}/reviews/summary`)
const reviews = async (restaurant: number, query = 'count=100') =>
  (await json<Reviews>(`/restaurants/${restaurant}/reviews?${query}`)).results
const put = async (path: string, key?: string) =>
  (await house.get(path, { method: 'PUT', ...(key !== undefined && { headers: { 'idempotency-key': key } }) })).status

const review = {
  overall: 4,
  food: 5,
  service: 3,
  ambience: 4,
  text: 'We stayed.',
  dined_on: '2026-03-01',
  name: 'ida',
  email: 'ida@post.example',
}
const post = (restaurant: number | string, body: unknown, { key, turn = 0 }: { key?: string; turn?: number } = {}) =>
  ask(turn, `/restaurants/${restaurant}/reviews`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  })

/** What differs, in one snapshot, from what the rows give. */
const wrong = async () => {
  const rows = await house.sql.unsafe(`
    select s.restaurant_id from restaurants.summary s left join (
      select restaurant_id, count(*) as n, sum(overall) as o, sum(food) as f, sum(service) as s, sum(ambience) as a, count(*) filter (where overall = 5) as five
      from restaurants.review where not reported group by 1) c using (restaurant_id)
    where (s.reviews, s.overall_total, s.food_total, s.service_total, s.ambience_total, s.rated_5)
      is distinct from (coalesce(n, 0), coalesce(o, 0), coalesce(f, 0), coalesce(c.s, 0), coalesce(a, 0), coalesce(five, 0))
    union all select restaurant_id from restaurants.listing l join restaurants.summary s using (restaurant_id)
    where l.rank <> (s.overall_total + 38) * 1000 / (s.reviews + 10)
    union all select d.restaurant_id from restaurants.first_reviews d cross join lateral (${firstReviews('restaurants', 'd.restaurant_id')}) f
    where d.body is not null and d.body <> f.body`)
  return rows.map((row) => Number(row['restaurant_id']))
}

test('a new review is answered as it is listed, is the first of the newest, and counts', async () => {
  const before = await summary(3)
  const reply = await post(3, review)
  expect([reply.status, reply.headers.get('content-type')]).toEqual([201, 'application/json; charset=utf-8'])
  const added = (await reply.json()) as Review
  expect([...Value.Errors(Review, added)]).toEqual([])
  expect(added).toMatchObject({
    overall: 4,
    food: 5,
    service: 3,
    ambience: 4,
    text: 'We stayed.',
    dined_on: '2026-03-01',
    name: 'ida',
    helpful: 0,
    verified: false,
  })
  expect(Date.now() - Date.parse(added.created_at)).toBeLessThan(10_000)
  expect(added.id).toBeGreaterThan(21)
  expect((await reviews(3))[0]).toEqual(added)
  expect((await reviews(3, ''))[0]).toEqual(added)
  expect(await summary(3)).toMatchObject({ count: before.count + 1, averages: { overall: 4, food: 5, service: 3, ambience: 4 } })
  expect(await json<{ rating: Summary }>('/restaurants/3')).toMatchObject({ rating: { count: before.count + 1 } })
  const { text: _, ...silent } = review
  expect(((await (await post(3, silent)).json()) as Review).text).toBe('')
})

test('a review of no restaurant, and one that is not as it has to be, is refused and named', async () => {
  expect((await post(99, review)).status).toBe(404)
  const bad: [more: object, field: string][] = [
    [{ overall: 6 }, 'overall'],
    [{ food: 0 }, 'food'],
    [{ service: 2.5 }, 'service'],
    [{ ambience: '4' }, 'ambience'],
    [{ text: 'x'.repeat(2_001) }, 'text'],
    [{ name: '' }, 'name'],
    [{ name: undefined }, 'name'],
    [{ email: 'ida' }, 'email'],
    [{ dined_on: '2026-3-1' }, 'dined_on'],
    [{ dined_on: '0000-01-01' }, 'dined_on'],
    [{ dined_on: '2026-02-30' }, 'dined_on'],
    [{ dined_on: new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10) }, 'dined_on'],
  ]
  const before = await summary(3)
  for (const [more, field] of bad) {
    const reply = await post(3, { ...review, ...more })
    const { status, errors } = (await reply.json()) as { status: number; errors: { field: string }[] }
    expect([more, reply.headers.get('content-type'), status, errors.map((error) => error.field)]).toEqual([
      more,
      'application/problem+json',
      422,
      [field],
    ])
  }
  for (const body of ['', '{', '[]', 'null', '{"overall":4}', JSON.stringify({ ...review, name: 'a\0b' })])
    expect((await post(3, body)).status).toBe(422)
  expect((await post('x', review)).status).toBe(422)
  expect((await post(3, review, { key: 'x'.repeat(256) })).status).toBe(422)
  expect(await summary(3)).toEqual(before)
})

test('today counts wherever it is', async () => {
  expect((await post(3, { ...review, dined_on: new Date().toISOString().slice(0, 10) })).status).toBe(201)
})

test('a key is one review, through both servers: the same body has the same answer, byte for byte, another is refused', async () => {
  const before = await summary(2)
  const first = await post(2, review, { key: 'once' })
  const body = await first.text()
  expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([201, null])
  for (const turn of [0, 1, 0]) {
    const again = await post(2, review, { key: 'once', turn })
    expect([again.status, again.headers.get('idempotent-replayed'), await again.text()]).toEqual([201, 'true', body])
    const differs = await post(2, { ...review, overall: 1 }, { key: 'once', turn })
    expect([differs.status, differs.headers.get('content-type')]).toEqual([422, 'application/problem+json'])
  }
  expect((await summary(2)).count).toBe(before.count + 1)
  // Another restaurant's key of the same name is another key.
  expect((await post(3, review, { key: 'once' })).headers.get('idempotent-replayed')).toBeNull()
})

test('however many send one key at once, through both servers, there is one review, and nobody fails', async () => {
  for (let round = 0; round < 10; round++) {
    const before = await summary(2)
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => post(2, review, { key: `round ${round}`.replace(' ', '-'), turn })),
    )
    const statuses = replies.map(({ status }) => status)
    expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([])
    const bodies = await Promise.all(replies.filter(({ status }) => status === 201).map((reply) => reply.text()))
    expect(new Set(bodies).size).toBe(1)
    await until(async () => (await summary(2)).count === before.count + 1)
  }
})

test('a key counts for a day', async () => {
  const first = (await (await post(1, review, { key: 'daily' })).json()) as Review
  await house.sql`update restaurants.kept_answer set kept_at = kept_at - interval '25 hours' where restaurant_id = 1`
  const second = await post(1, { ...review, overall: 2 }, { key: 'daily' })
  expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([201, null])
  expect(((await second.json()) as Review).id).not.toBe(first.id)
  await house.sql`update restaurants.kept_answer set kept_at = kept_at - interval '25 hours' where restaurant_id = 1`
  await post(1, review)
  expect((await house.sql`select from restaurants.kept_answer where restaurant_id = 1`).length).toBe(0)
})

const helpful = async () => (await reviews(1)).find(({ id }) => id === 12)!.helpful

test('a vote counts, that of a voter once; a review of another restaurant is not found', async () => {
  const before = await helpful()
  expect(await put('/restaurants/1/reviews/12/helpful')).toBe(204)
  for (let i = 0; i < 3; i++) expect(await put('/restaurants/1/reviews/12/helpful', 'voter')).toBe(204)
  expect(await helpful()).toBe(before + 2)
  for (const path of ['/restaurants/2/reviews/12/helpful', '/restaurants/1/reviews/999/helpful', '/restaurants/2/reviews/12/report'])
    expect([path, await put(path)]).toEqual([path, 404])
  for (const path of ['/restaurants/1/reviews/x/helpful', '/restaurants/0/reviews/12/report'])
    expect([path, await put(path)]).toEqual([path, 422])
})

test('a reported review is shown no more and counts no more, however often it is reported', async () => {
  const before = await summary(1)
  for (let i = 0; i < 2; i++) expect(await put('/restaurants/1/reviews/13/report')).toBe(204)
  expect((await reviews(1)).map(({ id }) => id)).not.toContain(13)
  expect(await summary(1)).toMatchObject({ count: before.count - 1, histogram: { '1': before.histogram['1'] - 1 } })
})

test('a rating moves a restaurant in the lists', async () => {
  await using quick = await openTestHost({ files, memoryBytesMax: 0 })
  const first = async () => ((await (await quick.get('/restaurants?city=lisbon')).json()) as Restaurants).results[0]!
  expect((await first()).id).toBe(3)
  const body = JSON.stringify({ ...review, overall: 1 })
  for (let i = 0; i < 8; i++) await quick.get('/restaurants/3/reviews', { method: 'POST', body })
  expect((await first()).id).toBe(1)
  for (let i = 0; i < 40; i++)
    await quick.get('/restaurants/3/reviews', { method: 'POST', body: JSON.stringify({ ...review, overall: 5 }) })
  expect(await first()).toMatchObject({ id: 3, rating: { count: 48, average: 4.33 } })
})

test('a rank that another process moved away and this one moves back is where the counters put it', async () => {
  const { id } = (await (await post(2, { ...review, overall: 1 })).json()) as Review
  const reply = await house.sql.begin(async (tx) => {
    await tx.unsafe(restaurantWrites.report, [JSON.stringify([{ n: 0, restaurant_id: 2, review_id: id }])])
    const added = post(2, { ...review, overall: 1 })
    await until(
      async () =>
        (await house.sql`select from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'atelier-writes'`).count > 0,
    )
    return { added }
  })
  expect((await reply.added).status).toBe(201)
  expect(await wrong()).toEqual([])
})

const random = (count: number) => Math.floor(Math.random() * count)
const ready = async () => {
  for (let id = 1; id <= 3; id++) await house.get(`/restaurants/${id}/reviews`)
  return (await house.sql`select from restaurants.first_reviews where body is null`).length === 0
}

test('after a random mix of writes through two servers nothing is wrong, nothing failed, and dropped pages are put back', async () => {
  const statuses = new Set<number>()
  const act = async (turn: number) => {
    const restaurant = 1 + random(3)
    const id = 11 + random(60)
    const kind = random(10)
    const { status } =
      kind < 4
        ? await post(
            restaurant,
            { ...review, overall: 1 + random(5), food: 1 + random(5) },
            { turn, ...(kind < 2 && { key: `mix-${random(40)}` }) },
          )
        : kind < 7
          ? await ask(turn, `/restaurants/${restaurant}/reviews/${id}/helpful`, { method: 'PUT' })
          : kind < 8
            ? await ask(turn, `/restaurants/${restaurant}/reviews/${id}/report`, { method: 'PUT' })
            : await ask(turn, `/restaurants/${restaurant}/reviews`)
    statuses.add(status)
  }
  const client = async (i: number) => {
    for (const endMs = Date.now() + 2_000; Date.now() < endMs;) await act(i)
  }
  await Promise.all(Array.from({ length: 40 }, (_, i) => client(i)))
  expect([...statuses].filter((status) => ![200, 201, 204, 404, 409, 422].includes(status))).toEqual([])
  expect(await wrong()).toEqual([])
  await until(ready)
  expect(await wrong()).toEqual([])
  for (let id = 1; id <= 3; id++)
    await until(async () => {
      const [one, two] = await Promise.all([0, 1].map(async (turn) => (await ask(turn, `/restaurants/${id}/reviews`)).text()))
      return one === two
    })
})

test('addresses are in no answer', async () => {
  for (const path of [
    '/restaurants',
    '/restaurants/1',
    '/restaurants/1/reviews?count=100',
    '/restaurants/3/reviews?sort=highest&count=100',
  ])
    expect(await (await house.get(path)).text()).not.toContain('@')
})
