import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testPostmaster } from '../host/testing-cluster.ts'
import { openTestHost, type TestHost } from '../host/testing.ts'
import type { LoadWrite } from '../kit/load.ts'
import { services } from '../services/index.ts'
import type { Bench } from './bench-house.ts'
import { house, oneCommit } from './bench-write-report.ts'
import { benchWrite } from './bench-writes.ts'

const files = {
  reviews: `id, product_id, rating, date, summary, body, recommend, reported, reviewer_name, reviewer_email, response, helpfulness
5,1,3,2020-01-01,s,b,true,false,n,null,null,5
8,1,4,2020-01-01,s,b,true,false,n,null,null,3
21,4,2,2020-01-01,s,b,true,false,n,null,null,1`,
  reviews_photos: 'id,review_id,url',
  characteristics: 'id, product_id, name\n14,1,Fit\n41,4,Comfort',
  characteristic_reviews: 'id, characteristic_id, review_id, value\n1,14,5,4',
  questions: `id, product_id, body, date_written, asker_name, asker_email, reported, helpful
31,1,Why?,2020-01-01,n,n@post.example,0,2
33,4,How?,2020-01-01,n,n@post.example,0,0`,
  answers: `id, question_id, body, date_written, answerer_name, answerer_email, reported, helpful
71,31,So.,2020-01-01,n,n@post.example,0,1`,
  answers_photos: 'id, answer_id, url',
}

let shop: TestHost
let bench: Bench
beforeAll(async () => {
  shop = await openTestHost({ files })
  bench = {
    sql: shop.sql,
    databaseUrl: shop.databaseUrl,
    postmasterPid: await testPostmaster(),
    dataDir: await mkdtemp(join(tmpdir(), 'atelier-lab-')),
    products: 4,
    restaurants: 0,
    rounds: 1,
    seconds: 0.4,
    connections: 6,
    processes: 1,
    only: '',
    progress: () => {},
  }
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
  await rm(bench.dataDir, { recursive: true })
})

const writes = services.flatMap(({ writeLoad = [] }) => writeLoad)
const measure = (write: LoadWrite) => benchWrite(bench, { port: shop.server.port, pids: [process.pid] }, write)

test.each(writes)('$name is taken by both servers, and counted once', async (write) => {
  const { checked, flushes, variants } = await measure(write)
  expect(checked).toEqual({ grown: checked.taken, taken: expect.any(Number), uncertain: 0 })
  expect(flushes.min).toBeGreaterThan(0)
  for (const { rate, errors, itemsPerCommit, logBytesPerWrite } of [variants[house]!, variants[oneCommit]!]) {
    expect([rate.min > 0, errors, itemsPerCommit > 0.9, logBytesPerWrite > 0]).toEqual([true, {}, true, true])
  }
  // The database may have transactions of its own meanwhile.
  expect(variants[oneCommit]!.itemsPerCommit).toBeCloseTo(1, 1)
})

const vote = writes.find(({ name }) => name === 'PUT /reviews/:id/helpful')!

test('what is refused is an error by its status, and no answer', async () => {
  const { checked, variants } = await measure({ ...vote, keys: { table: 'reviews.review', columns: ['product_id'] } })
  expect([checked.grown, checked.taken]).toEqual([0, 0])
  for (const { rate, errors } of Object.values(variants)) expect([rate.max, Object.keys(errors)]).toEqual([0, ['404']])
})

test('a write that changed nothing is found', async () => {
  await expect(measure({ ...vote, adds: { table: 'reviews.review' } })).rejects.toThrow(
    'the data should have grown by what was acknowledged',
  )
})
