import { afterAll, beforeAll, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import pino from 'pino'
import { openServer, type AtelierServer } from '../../host/server.ts'
import { openTestHost, until, type TestHost } from '../../host/testing.ts'
import { limits } from '../../kit/limits.ts'
import { metricsText } from '../../kit/metrics.ts'
import { services } from '../index.ts'

/** A server whose every log line is kept, to the finest. */
let shop: TestHost
let server: AtelierServer
const logged: string[] = []
beforeAll(async () => {
  shop = await openTestHost()
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) })
  const config = { host: '127.0.0.1', port: 0, reusePort: false, databaseUrl: shop.databaseUrl, memoryBytesMax: 8_388_608, version: 'test' }
  server = await openServer({ config, services, migrated: services, log })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
})

const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init)
const review = {
  product_id: 1,
  rating: 5,
  summary: '',
  body: '',
  recommend: true,
  name: 'anna',
  email: 'a@post.example',
  photos: [] as string[],
}
const post = async (body: unknown) => {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify({ characteristics: {}, ...(body as object) })
  const reply = await ask('/reviews', { method: 'POST', body: sent })
  return [reply.status, await reply.text()]
}
const refused = [422, 'Error: Review body contains invalid entries']
const created = [201, 'Created']
/** Decoded strictly: nothing that is not UTF-8 may come back. */
const shown = async (product: number) => {
  const bytes = await (await ask(`/reviews?product_id=${product}&count=5000&sort=newest`)).bytes()
  const { results } = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as {
    results: { summary: string; body: string; reviewer_name: string; photos: { url: string }[] }[]
  }
  return results.map(({ summary, body, reviewer_name, photos }) => [summary, body, reviewer_name, ...photos.map(({ url }) => url)])
}

const controls = Array.from({ length: 31 }, (_, i) => String.fromCodePoint(i + 1)).join('')
const hard = [
  '<script>alert("x")</script>',
  '</script><!-- <img src=x onerror=alert(1)>',
  `${controls}\x7F\x80\x9F`,
  '"',
  '\\',
  '\\"\\\\"',
  'C:\\new\\table\\u0041\\u0000',
  '{"review_id":1},"photos":[]',
  "'; drop table reviews.review; --",
  '%s %d ${x} $1 $& {{x}} \\N \\.',
  'emoji 🦖👩‍👩‍👧‍👦 and 𝕬 beyond the first plane',
  'e\u0301 is not é',
  '\u202Eright to left\u202C שלום مرحبا',
  'separators \u2028 and \u2029, \uFEFF inside, \uFFFD and \uFFFE\uFFFF',
  '\u{10FFFF}',
  '  spaces around\n',
  'null',
  '🦖'.repeat(60),
  'constructor',
  '__proto__',
]
const random = fc.sample(
  fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => text !== '' && !text.includes('\0')),
  { seed: 1, numRuns: 300 },
)

test('a text comes back exactly, whatever is in it, as title, words, name and photo', async () => {
  const texts = [...hard, ...random]
  const replies = await Promise.all(texts.map((text) => post({ ...review, summary: text, body: text, name: text, photos: [text, text] })))
  expect(replies.filter(([status]) => status !== 201)).toEqual([])
  expect((await shown(1)).toSorted()).toEqual(texts.map((text) => [text, text, text, text, text]).toSorted())
})

test('of a text only its characters count, not its bytes', async () => {
  const body = '🦖'.repeat(1_000)
  expect(await post({ ...review, product_id: 2, body })).toEqual(created)
  expect(await post({ ...review, product_id: 2, body: `${body}x` })).toEqual(refused)
  expect((await shown(2)).map(([, words]) => words)).toEqual([body])
})

test('what PostgreSQL cannot store is refused, wherever it stands, and what is ignored may be anything', async () => {
  for (const bad of ['\0', 'a\0b', '\uD800', 'a\uDC00', '\uDFFF\uD800'])
    for (const one of [{ summary: bad }, { body: bad }, { name: bad }, { photos: ['fine', bad] }, { email: `a${bad}@post.example` }])
      expect([one, ...(await post({ ...review, product_id: 3, ...one }))]).toEqual([one, ...refused])
  const text = JSON.stringify({ ...review, product_id: 3, characteristics: {} })
  expect(await post(text.replace('"summary":""', String.raw`"summary":"\ud83e"`))).toEqual(refused)
  expect(await post(text.replace('"summary":""', String.raw`"summary":"\u0000"`))).toEqual(refused)
  const deep = `${'['.repeat(300_000)}${']'.repeat(300_000)}`
  for (const ignored of [String.raw`"\u0000\ud83e"`, deep, `[${'1,'.repeat(300_000)}1]`, `{"\\u0000":1}`])
    expect(await post(text.replace('{', `{"ignored":${ignored},`))).toEqual(created)
  expect(await post(deep)).toEqual(refused)
  expect(await shown(3)).toHaveLength(4)
})

test('bytes that are not UTF-8 are refused, and the next one is read all the same', async () => {
  const text = Buffer.from(JSON.stringify({ ...review, product_id: 4, summary: 'here', characteristics: {} }))
  const at = text.indexOf('here')
  for (const bytes of [[0xff], [0xc0, 0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0x80]]) {
    expect(await post(Buffer.concat([text.subarray(0, at), Buffer.from(bytes), text.subarray(at)]))).toEqual(refused)
    expect(await post(text.subarray(0, at))).toEqual(refused)
  }
  expect(await post(text)).toEqual(created)
  expect(await post(Buffer.concat([Buffer.from('\uFEFF'), text]))).toEqual(created)
})

test('a body of more than a mebibyte is 413, one of exactly that is read, and refused for its text', async () => {
  const body = (bytes: number) => {
    const empty = JSON.stringify({ ...review, characteristics: {}, body: '' }).length
    return JSON.stringify({ ...review, characteristics: {}, body: 'x'.repeat(bytes - empty) })
  }
  expect(body(limits.bodyBytesMax)).toHaveLength(1_048_576)
  expect(await post(body(1_048_576))).toEqual(refused)
  expect(await post(body(1_048_577))).toEqual([413, 'Content Too Large'])
  const padded = JSON.stringify({ ...review, product_id: 5, characteristics: {} }).padEnd(1_048_576)
  expect(await post(padded)).toEqual(created)
  expect(await post(`${padded} `)).toEqual([413, 'Content Too Large'])
})

const hidden = (texts: string[], word: string) => expect(texts.filter((text) => text.includes(word))).toEqual([])

test('an address is in no answer, no log line and no figure, also when the database refuses the review', async () => {
  const secret = { email: 'secret.person@private.example', name: 'secret-name', summary: 'secret-summary', body: 'secret-body' }
  const said: string[] = []
  const hear = async (path: string, init?: RequestInit) => {
    const reply = await ask(path, init)
    said.push(JSON.stringify([...reply.headers]), await reply.text())
    return reply.status
  }
  const send = (one: object) =>
    hear('/reviews', { method: 'POST', body: JSON.stringify({ ...review, ...secret, characteristics: {}, ...one }) })

  expect(await send({ product_id: 6 })).toBe(201)
  for (const path of ['/reviews?product_id=6', '/reviews?product_id=6&sort=newest&count=500', '/reviews/meta?product_id=6'])
    expect(await hear(path)).toBe(200)
  hidden(said, 'private.example')

  expect(await send({ product_id: 6, characteristics: { 99: 1 } })).toBe(422)
  await shop.sql`alter table reviews.review add constraint a_test check (product_id <> 666)`
  await shop.sql`alter table reviews.review add constraint another check (summary <> 'secret-summary' or product_id <> 667)`
  expect(await Promise.all([send({ product_id: 666 }), send({ product_id: 6 }), send({ product_id: 667 })])).toEqual([500, 201, 500])
  await shop.sql`alter table reviews.review drop constraint a_test, drop constraint another`
  await shop.sql`alter table reviews.review rename column body to words`
  expect(await send({ product_id: 6 })).toBe(500)
  await shop.sql`alter table reviews.review rename column words to body`
  expect(said.at(-1)).toBe('An error occurred.')

  const cut = async () =>
    (await shop.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'atelier-writes'`).count
  await shop.sql.begin(async (sql) => {
    await sql`lock table reviews.summary`
    const waiting = send({ product_id: 6 })
    await until(
      async () =>
        (await shop.sql`select from pg_stat_activity where application_name = 'atelier-writes' and wait_event_type = 'Lock'`).count > 0,
    )
    expect(await cut()).toBeGreaterThan(0)
    expect(await waiting).toBe(503)
  })

  expect(logged.filter((line) => line.includes('a write failed')).length).toBeGreaterThanOrEqual(4)
  expect(logged.join('')).toContain('a_test')
  const figures = metricsText(server.snapshot())
  for (const word of ['private.example', 'secret-']) hidden([...logged, figures], word)
  hidden(said, 'private.example')
})
