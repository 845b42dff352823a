import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openServer, type AtelierServer } from '../host/server.ts'
import { figure } from '../host/testing-figures.ts'
import { openTestHost, until, type TestHost } from '../host/testing.ts'
import { silentLog } from '../kit/log.ts'
import { metricsText } from '../kit/metrics.ts'
import { services } from '../services/index.ts'
import { Client } from './crash-client.ts'
import { readShop, type Shop } from './crash-shop.ts'
import { PacedLoad } from './visibility-load.ts'
import { openProbes, see, shareShop, type Probe } from './visibility-probe.ts'
import { cutListeners } from './visibility-queries.ts'

const files = {
  reviews: `id, product_id, rating, date, summary, body, recommend, reported, reviewer_name, reviewer_email, response, helpfulness
5,10,3,2020-01-01,s,b,true,false,n,null,null,5
8,4,4,2020-01-01,s,b,true,false,n,null,null,3`,
  reviews_photos: 'id,review_id,url',
  characteristics: 'id, product_id, name\n14,10,Fit\n41,4,Comfort',
  characteristic_reviews: 'id, characteristic_id, review_id, value\n1,14,5,4',
  questions: `id, product_id, body, date_written, asker_name, asker_email, reported, helpful
31,10,Why?,2020-01-01,n,n@post.example,0,2
33,4,How?,2020-01-01,n,n@post.example,0,0`,
  answers: `id, question_id, body, date_written, answerer_name, answerer_email, reported, helpful
71,31,So.,2020-01-01,n,n@post.example,0,1
73,33,So.,2020-01-01,n,n@post.example,0,1`,
  answers_photos: 'id, answer_id, url',
}

let shop: TestHost
let second: AtelierServer
let held: { probed: Shop; loaded: Shop }
const dropped = () => figure(metricsText(second.snapshot()), 'atelier_memory_drops_total')
const hits = () => figure(metricsText(second.snapshot()), 'atelier_memory_hits_total')
beforeAll(async () => {
  shop = await openTestHost({ files })
  const config = { host: '127.0.0.1', port: 0, reusePort: false, databaseUrl: shop.databaseUrl, memoryBytesMax: 8_388_608, version: 'test' }
  second = await openServer({ config, services, migrated: [], log: silentLog() })
  await until(() => dropped() > 0)
  held = shareShop(await readShop(shop.sql, 10))
})
afterAll(async () => {
  await second[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
})

/** Every kind of probe, by each process in turn, while both are written to. */
const seen = async (before?: () => Promise<void>) => {
  const ports = [shop.server.port, second.port]
  await using load = new PacedLoad({ ports, shop: held.loaded, rate: 100 })
  const next = openProbes(held.probed)
  const all: [Probe['name'], string][] = []
  for (let i = 0; i < 8; i++) {
    using writer = new Client(ports[Number(i > 3)]!)
    using reader = new Client(ports[Number(i < 4)]!)
    const probe = next()
    all.push([probe.name, typeof (await see(probe, { writer, reader, before, msMax: 20_000 }))])
  }
  expect(load.taken).toBeGreaterThan(0)
  return all
}
const kinds = ['a vote for a review', 'a review', 'a question', 'a vote for an answer']
const shown = [...kinds, ...kinds].map((name) => [name, 'number'])

test('what one process acknowledged is soon shown by the other, which had the page in memory', async () => {
  const before = hits()
  expect(await seen()).toEqual(shown as never)
  expect(hits()).toBeGreaterThan(before)
})

test('also when the sessions on which they hear of it are cut just before', async () => {
  const before = dropped()
  expect(await seen(async () => void (await shop.sql.unsafe(cutListeners)))).toEqual(shown as never)
  expect(dropped()).toBeGreaterThan(before)
})
