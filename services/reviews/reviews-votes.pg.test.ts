import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openServer, type AtelierServer } from '../../host/server.ts'
import { openTestHost, until, type TestHost } from '../../host/testing.ts'
import { silentLog } from '../../kit/log.ts'
import { services } from '../index.ts'

setDefaultTimeout(60_000)

const header = 'id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness'
const reviews = Array.from({ length: 40 }, (_, i) => `${i + 1},${(i % 4) + 1},3,2019-04-14,s,b,true,false,n,null,null,0`)

/** Two servers on one database. */
let shop: TestHost
let other: AtelierServer
beforeAll(async () => {
  shop = await openTestHost({ files: { reviews: [header, ...reviews].join('\n') } })
  const config = { host: '127.0.0.1', port: 0, reusePort: false, databaseUrl: shop.databaseUrl, memoryBytesMax: 8_388_608, version: 'test' }
  other = await openServer({ config, services, migrated: services, log: silentLog() })
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
})

const origins = () => [shop.origin, `http://127.0.0.1:${other.port}`]
const vote = async (id: number, headers: Record<string, string> = {}, origin = shop.origin) => {
  const { status } = await fetch(`${origin}/reviews/${id}/helpful`, { method: 'PUT', headers })
  if (status !== 204) throw new Error(`a vote was answered ${status}`)
}
type Vote = { id: number; headers?: Record<string, string> }
/** As many votes as that at once; through both servers by turns, where told. */
const votes = (count: number, of: (i: number) => Vote, through: 'one' | 'both' = 'one') =>
  Promise.all(
    Array.from({ length: count }, (_, i) => {
      const { id, headers } = of(i)
      return vote(id, headers, through === 'both' ? origins()[i % 2]! : shop.origin)
    }),
  )
const helpfulness = async (id: number, origin = shop.origin): Promise<number> => {
  const path = `/reviews?product_id=${((id - 1) % 4) + 1}&count=5000`
  const { results } = (await (await fetch(origin + path)).json()) as { results: { review_id: number; helpfulness: number }[] }
  return results.find(({ review_id }) => review_id === id)!.helpfulness
}
/** The other server hears of a vote some milliseconds later. */
const everywhere = async (id: number, count: number) => {
  for (const origin of origins()) await until(async () => (await helpfulness(id, origin)) === count)
}
const key = (text: string) => ({ 'idempotency-key': text })
const session = (token: string) => ({ cookie: `other=1; atelier_session=${token}; more=2` })
const token = (i: number) => `token-${i}`.padEnd(22, '_')

test('seven thousand identical votes of one voter count once, whatever comes between', async () => {
  await votes(7_000, () => ({ id: 1, headers: key('one voter') }))
  expect(await helpfulness(1)).toBe(1)
  await vote(1)
  await vote(1, key('one voter'))
  expect(await helpfulness(1)).toBe(2)
})

test('seven thousand votes of nobody are seven thousand', async () => {
  await votes(7_000, () => ({ id: 2 }))
  expect(await helpfulness(2)).toBe(7_000)
})

test('through two servers at once one voter counts once, and nobody each time', async () => {
  await votes(2_000, () => ({ id: 3, headers: key('one voter') }), 'both')
  await votes(2_000, () => ({ id: 4 }), 'both')
  await everywhere(3, 1)
  await everywhere(4, 2_000)
})

test('the cookie of a session is a voter, and another one than a key of the same text', async () => {
  await votes(300, () => ({ id: 5, headers: session(token(1)) }), 'both')
  await everywhere(5, 1)
  await vote(5, session(token(2)))
  await vote(5, key(token(1)))
  expect(await helpfulness(5)).toBe(3)
  // With both, the key says who votes.
  await vote(5, { ...session(token(3)), ...key(token(1)) })
  expect(await helpfulness(5)).toBe(3)
})

test('what is no session of ours, and no key, is nobody', async () => {
  for (const cookie of [
    'atelier_session=',
    'atelier_session=short',
    `atelier_session=${'x'.repeat(23)}`,
    `my_atelier_session=${token(1)}`,
    'a=b',
  ])
    for (let i = 0; i < 2; i++) await vote(6, { cookie })
  for (let i = 0; i < 2; i++) await vote(6, { authorization: 'Bearer one' })
  for (let i = 0; i < 2; i++) await vote(6, key(''))
  expect(await helpfulness(6)).toBe(14)
})

test("a voter's vote counts on each review, once, in whatever order and company the votes come", async () => {
  const ids = reviews.map((_, i) => i + 1).filter((id) => id >= 11)
  const voters = 12
  const voter = (i: number) => key(`voter ${Math.floor(i / ids.length) % voters}`)
  await votes(ids.length * voters * 4, (i) => ({ id: ids[(i * 7) % ids.length]!, headers: voter(i) }), 'both')
  for (const id of ids) await everywhere(id, voters)
  await votes(ids.length, (i) => ({ id: ids[i]! }), 'both')
  for (const id of ids) await everywhere(id, voters + 1)
  const [sum] = await shop.sql<{ votes: number; helpfulness: number }[]>`
    select (select count(*)::float8 from reviews.vote where review_id >= 11) as votes,
      (select sum(helpfulness)::float8 from reviews.review where review_id >= 11) as helpfulness`
  expect(sum).toEqual({ votes: ids.length * voters, helpfulness: ids.length * (voters + 1) })
})

test('a vote for what is not there leaves nothing behind, and its voter may vote once it is', async () => {
  const put = (id: number) => shop.get(`/reviews/${id}/helpful`, { method: 'PUT', headers: key('early') })
  expect((await put(41)).status).toBe(404)
  await shop.sql`
    insert into reviews.review (product_id, review_id, rating, recommend, reported, helpfulness, created_at, summary, body, reviewer_name)
    values (1, 41, 3, true, false, 0, now(), 's', 'b', 'n')`
  for (let i = 0; i < 2; i++) expect((await put(41)).status).toBe(204)
  expect(await helpfulness(41)).toBe(1)
})

test('no text of a voter is stored', async () => {
  const rows = await shop.sql<{ row: string }[]>`select v::text as row from reviews.vote v`
  expect(rows.length).toBeGreaterThan(300)
  expect(rows.filter(({ row }) => !/^\(\d+,\d+,\d+,\d+\)$/.test(row))).toEqual([])
})
