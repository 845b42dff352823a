import { afterAll, beforeAll, expect, test } from 'bun:test'
import { isFleet, openTestHost, type TestHost } from '../../host/testing.ts'

const files = {
  product: 'id,name,slogan,description,category,default_price\n1,Camo Onesie,s,d,Jackets,140\n2,Bright Future,s,d,Accessories,69\n',
  styles: 'id,productId,name,sale_price,original_price,default_style\n1,1,Green,null,140,1\n',
  related: 'id,current_product_id,related_product_id\n1,1,2\n',
}
const good = ['/products', '/products/1', '/products/1/styles', '/products/1/related', '/api/fec2/elsewhere/products/1']
const refused: [string, number][] = [
  ['/products/3', 404],
  ['/nowhere', 404],
  ['/products/abc', 422],
]

let shop: TestHost
beforeAll(async () => void (shop = await openTestHost({ files })))
afterAll(() => shop[Symbol.asyncDispose]())

/** Headers that differ from one answer to the next without meaning. */
const passing = new Set(['date', 'x-request-id', 'connection', 'keep-alive'])
const headers = (answer: Response) => Object.fromEntries([...answer.headers].filter(([name]) => !passing.has(name)))

test('Authorization of any form is accepted and ignored', async () => {
  for (const path of [...good, '/products/abc', '/products/3']) {
    const plain = await shop.get(path)
    const body = await plain.text()
    for (const authorization of ['ghp_0123456789', 'Bearer x', 'Basic eDp5', '', 'null', 'x'.repeat(4_000)]) {
      const answer = await shop.get(path, { headers: { authorization } })
      expect([path, answer.status, headers(answer), await answer.text()]).toEqual([path, plain.status, headers(plain), body])
    }
  }
})

test('any origin may read every answer, a refusal too', async () => {
  for (const path of [...good, ...refused.map(([path]) => path)]) {
    const answer = await shop.get(path, { headers: { origin: 'https://shop.example' } })
    expect([path, answer.headers.get('access-control-allow-origin')]).toEqual([path, '*'])
  }
  const wrong = await shop.get('/products', { method: 'POST', headers: { origin: 'https://shop.example' } })
  expect([wrong.status, wrong.headers.get('access-control-allow-origin')]).toEqual([405, '*'])
})

test.skipIf(isFleet)('a preflight is answered, on every path', async () => {
  const asked = { origin: 'null', 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization,content-type' }
  for (const path of [...good, '/products/abc', '/reviews/5/helpful', '/nowhere', '/']) {
    const answer = await shop.get(path, { method: 'OPTIONS', headers: asked })
    expect([path, answer.status, await answer.text()]).toEqual([path, 204, ''])
    expect(headers(answer)).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, POST, PUT, OPTIONS',
      'access-control-allow-headers': 'Authorization, Content-Type',
      'access-control-max-age': '86400',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    })
  }
})

test.skipIf(isFleet)('nothing we answer is to be sniffed, framed or run', async () => {
  for (const path of [...good, ...refused.map(([path]) => path), '/metrics', '/healthz', '/openapi.json']) {
    const answer = await shop.get(path)
    expect([path, answer.headers.get('x-content-type-options')]).toEqual([path, 'nosniff'])
    expect([path, answer.headers.get('content-security-policy')]).toEqual([path, "default-src 'none'; frame-ancestors 'none'"])
    expect([path, answer.headers.get('server'), answer.headers.get('x-powered-by')]).toEqual([path, null, null])
  }
})

test.skipIf(isFleet)('a refusal is plain text, kept by nobody, with an id for the logs', async () => {
  for (const [path, status] of refused) {
    const answer = await shop.get(path)
    expect([path, answer.status]).toEqual([path, status])
    expect(headers(answer)).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  }
  const given = await shop.get('/products/abc', { headers: { 'x-request-id': 'from.the-caller_1' } })
  expect(given.headers.get('x-request-id')).toBe('from.the-caller_1')
  for (const odd of ['two words', '<b>', 'x'.repeat(65)]) {
    const answer = await shop.get('/products/abc', { headers: { 'x-request-id': odd } })
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  }
})

test('a HEAD is the GET without its body', async () => {
  for (const path of [...good, ...refused.map(([path]) => path), '/products/', '/docs', '/healthz']) {
    const whole = await shop.get(path)
    const head = await shop.get(path, { method: 'HEAD' })
    const length = (await whole.bytes()).length
    expect([path, head.status, headers(head)]).toEqual([path, whole.status, headers(whole)])
    expect([path, head.headers.get('content-length'), (await head.bytes()).length]).toEqual([path, String(length), 0])
  }
})

const tag = async (host: TestHost, path: string) => (await host.get(path)).headers.get('etag')

test('an answer a client still has is 304 without a body', async () => {
  for (const path of good) {
    const first = await shop.get(path)
    const etag = first.headers.get('etag')!
    expect(etag).toMatch(/^"[0-9a-z-]+"$/)
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      for (const method of ['GET', 'HEAD']) {
        const again = await shop.get(path, { method, headers: { 'if-none-match': known } })
        expect([path, known, again.status, again.headers.get('etag'), await again.text()]).toEqual([path, known, 304, etag, ''])
        expect(headers(again)).toMatchObject({ 'cache-control': 'no-cache', 'access-control-allow-origin': '*' })
      }
    }
    for (const other of ['"other"', etag.slice(0, -2) + '"', etag.replaceAll('"', ''), '', 'W/""']) {
      const again = await shop.get(path, { headers: { 'if-none-match': other } })
      expect([path, other, again.status]).toEqual([path, other, 200])
      expect(await again.text()).toBe(await first.clone().text())
    }
  }
})

test('other paths, other campuses and refusals have other tags or none', async () => {
  const tags = await Promise.all(good.map((path) => tag(shop, path)))
  expect(new Set(tags).size).toBe(good.length)
  for (const [path, status] of refused) {
    const answer = await shop.get(path, { headers: { 'if-none-match': '*' } })
    expect([path, answer.status, answer.headers.get('etag')]).toEqual([path, status, null])
  }
})

test('the same data has the same tags on another server, with other data only what differs has another', async () => {
  await using twin = await openTestHost({ files, memoryBytesMax: 0 })
  await using changed = await openTestHost({ files: { ...files, related: `${files.related}2,1,3\n` } })
  for (const path of good) {
    expect([path, await tag(twin, path)]).toEqual([path, await tag(shop, path)])
    expect([path, (await tag(changed, path)) === (await tag(shop, path))]).toEqual([path, path !== '/products/1/related'])
  }
  const etag = (await tag(shop, '/products/1'))!
  expect((await twin.get('/products/1', { headers: { 'if-none-match': etag } })).status).toBe(304)
})
