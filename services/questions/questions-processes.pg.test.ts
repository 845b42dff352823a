import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openServer, type AtelierServer } from '../../host/server.ts'
import { openTestHost, until, type TestHost } from '../../host/testing.ts'
import { silentLog } from '../../kit/log.ts'
import { services } from '../index.ts'
import { done, files, made, speakTo } from './questions-fixture.ts'
import { firstPage } from './queries.ts'

let shop: TestHost
let other: AtelierServer
let clients: ReturnType<typeof speakTo>[]
beforeAll(async () => {
  shop = await openTestHost({ files })
  const config = { host: '127.0.0.1', port: 0, reusePort: false, databaseUrl: shop.databaseUrl, memoryBytesMax: 8_388_608, version: 'test' }
  other = await openServer({ config, services, migrated: [], log: silentLog() })
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${other.port}${path}`, init)
  clients = [speakTo(shop), speakTo({ ...shop, get })]
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
})

test('a change made by one process is soon seen by another, though it had the page in memory', async () => {
  const [here, there] = clients
  const body = { body: 'New', name: 'fay', email: 'fay@post.example' }
  expect([(await there!.questions(6)).length, (await there!.answers(50)).length]).toEqual([1, 0])
  expect(await here!.post('/qa/questions', { ...body, product_id: 6 })).toEqual(made)
  expect(await here!.post('/qa/questions/50/answers', body)).toEqual(made)
  await until(async () => (await there!.questions(6)).length === 2 && (await there!.answers(50)).length === 1)
  const [{ answers } = { answers: {} }] = await there!.questions(6)
  expect(Object.values(answers)).toMatchObject([{ body: 'New' }])
})

test('votes, answers and readers of the same things, in any order at two processes: all is counted, and every ready page is right', async () => {
  const targets = ['questions/34', 'questions/35', 'questions/39', 'questions/37', 'answers/68', 'answers/69', 'answers/70', 'answers/80']
  const work = Array.from({ length: 1_600 }, async (_, i) => {
    const client = clients[i % 2]!
    const at = Math.floor(i / 2) % targets.length
    const target = targets[i % 2 ? at : targets.length - 1 - at]!
    expect(await client.put(`/qa/${target}/helpful`, i % 3 ? {} : { 'idempotency-key': 'anna' })).toEqual(done)
    if (i % 10 === 0) await client.questions(5)
    if (i % 100 === 0)
      expect(await client.post('/qa/questions/39/answers', { body: 'b', name: 'n', email: 'a@post.example' })).toEqual(made)
  })
  await Promise.all(work)
  // Of 200 votes for each, those of anna are one.
  const kept = await shop.sql<{ votes: number }[]>`
    select sum(votes)::float8 as votes from (
      select helpfulness as votes from questions.question where product_id = 5 union all select helpfulness from questions.answer where product_id = 5
    ) v`
  const imported = 4 + 1 + 0 + 1 + 99 + 7 + 0 - 1 + (8 + 1 + 1 + 99 + 0 + 3 + 3)
  const annas = Array.from({ length: 1_600 }, (_, i) => i).filter((i) => i % 3 === 0).length
  expect(kept[0]!.votes).toBe(imported + 1_600 - annas + targets.length)

  const ready = () =>
    shop.sql.unsafe<{ ready: string | null; made: string }[]>(`
    select d.results as ready, f.results as made
    from questions.first_page d cross join lateral (${firstPage('questions', 'd.product_id')}) f where d.product_id = 5`)
  await until(async () => (await clients[0]!.questions(5, '&count=5'), (await ready())[0]!.ready !== null))
  expect((await ready())[0]!.ready).toBe((await ready())[0]!.made)
  for (const client of clients)
    await until(async () => (await client.text('/qa/questions?product_id=5')).includes((await ready())[0]!.made))
})
