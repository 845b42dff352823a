import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Value } from 'typebox/value'
import { isFleet, openTestHost, type TestHost } from '../../host/testing.ts'
import { Cart } from './types.ts'

let shop: TestHost
beforeAll(async () => void (shop = await openTestHost()))
afterAll(() => shop[Symbol.asyncDispose]())

type Sender = Record<string, string>
const add = (body: unknown, headers: Sender = {}, path = '/cart') =>
  shop.get(path, { method: 'POST', headers, body: body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body) })
const cart = async (headers: Sender, path = '/cart') => (await shop.get(path, { headers })).text()
const cookieOf = (answer: Response) => answer.headers.getSetCookie().map((one) => one.split(';', 1)[0]!)
/** The headers of a client with a session that has just begun. */
const shopper = async (): Promise<Sender> => ({ cookie: cookieOf(await shop.get('/cart'))[0]! })

const answer = async (asked: Response | Promise<Response>) => {
  const reply = await asked
  return [reply.status, reply.headers.get('content-type'), await reply.text()]
}
const created = [201, 'text/plain; charset=utf-8', 'Created']
const refused = [422, 'text/plain; charset=utf-8', 'Error: Cart body contains invalid entries']
const listed = (text: string) => [200, 'application/json; charset=utf-8', text]
const everywhere = ['/cart', '/cart/', '/api/fec2/hr-rfp/cart', '/api/fec2/xy/cart/', '/api/fec2/x%20y/cart']

test('an empty cart is an empty list', async () => {
  for (const path of everywhere) {
    expect(await answer(shop.get(path))).toEqual(listed('[]'))
    expect(await answer(shop.get(path, { headers: await shopper() }))).toEqual(listed('[]'))
    expect(await answer(shop.get(path, { headers: { authorization: `Bearer ${path}` } }))).toEqual(listed('[]'))
  }
})

test('a POST adds one unit, an extra count that many; the list is by sku id, and its counts are texts', async () => {
  const headers = await shopper()
  for (const path of everywhere) expect(await answer(add({ sku_id: 37 }, headers, path))).toEqual(created)
  expect(await answer(add({ sku_id: 1, count: 2 }, headers))).toEqual(created)
  expect(await answer(add({ sku_id: 1_000, count: 99 }, headers))).toEqual(created)
  expect(await answer(add({ sku_id: 1_000, count: 99, more: [{}] }, headers))).toEqual(created)
  expect(await answer(add({ sku_id: 9_007_199_254_740_990 }, headers))).toEqual(created)
  const text = '[{"sku_id":1,"count":"2"},{"sku_id":37,"count":"5"},{"sku_id":1000,"count":"198"},{"sku_id":9007199254740990,"count":"1"}]'
  for (const path of everywhere) expect(await answer(shop.get(path, { headers }))).toEqual(listed(text))
  expect([...Value.Errors(Cart, JSON.parse(text))]).toEqual([])
})

test('whatever the body calls its type, it is read as JSON', async () => {
  const headers = await shopper()
  for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense'])
    expect(await answer(add({ sku_id: 5 }, { ...headers, 'content-type': type }))).toEqual(created)
  expect(await cart(headers)).toBe('[{"sku_id":5,"count":"4"}]')
})

test('a session begins with the first request, by a cookie with its flags, and with no other', async () => {
  for (const first of [() => shop.get('/cart'), () => add({ sku_id: 8 })]) {
    const begun = await first()
    expect(begun.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^atelier_session=[\w-]{22}; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax$/),
    ])
    const headers = { cookie: `theme=dark; ${cookieOf(begun)[0]!}` }
    for (const further of [await shop.get('/cart', { headers }), await add({ sku_id: 9 }, headers)])
      expect(further.headers.getSetCookie()).toEqual([])
  }
  const begun = await add({ sku_id: 8, count: 3 })
  expect(await cart({ cookie: cookieOf(begun)[0]! })).toBe('[{"sku_id":8,"count":"3"}]')
})

test('a session that begins with a GET is not asked of the database', async () => {
  const before = await shop.figure('atelier_memory_misses_total', 'read="cart"')
  for (let i = 0; i < 10; i++) await shop.get('/cart')
  expect(await shop.figure('atelier_memory_misses_total', 'read="cart"')).toBe(before)
})

test('every session has its own cart', async () => {
  const [anna, ben] = [await shopper(), await shopper()]
  await add({ sku_id: 1 }, anna)
  await add({ sku_id: 2 }, ben)
  expect(await cart(anna)).toBe('[{"sku_id":1,"count":"1"}]')
  expect(await cart(ben)).toBe('[{"sku_id":2,"count":"1"}]')
  expect(await cart({})).toBe('[]')
})

test('a client with Authorization and no cookie has its own cart, and gets no cookie', async () => {
  const anna = { authorization: 'ghp_anna' }
  for (const reply of [await shop.get('/cart', { headers: anna }), await add({ sku_id: 3 }, anna)])
    expect([reply.ok, reply.headers.getSetCookie()]).toEqual([true, []])
  expect(await cart(anna)).toBe('[{"sku_id":3,"count":"1"}]')
  expect(await cart({ authorization: 'ghp_ben' })).toBe('[]')
  expect(await cart({ authorization: 'Bearer ghp_anna' })).toBe('[]')
  const none = await shop.get('/cart', { headers: { authorization: '' } })
  expect([await none.text(), none.headers.getSetCookie().length]).toEqual(['[]', 1])
})

test('the cookie goes before Authorization', async () => {
  const [session, authorization] = [await shopper(), { authorization: 'both' }]
  await add({ sku_id: 4 }, { ...session, ...authorization })
  expect(await cart(session)).toBe('[{"sku_id":4,"count":"1"}]')
  expect(await cart(authorization)).toBe('[]')
})

test('a cookie that is not ours begins a new session', async () => {
  for (const cookie of [
    'atelier_session=',
    'atelier_session=1',
    "atelier_session=' or 1=1",
    `atelier_session=${'x'.repeat(4_000)}`,
    'session=1',
  ]) {
    const begun = await add({ sku_id: 6 }, { cookie })
    expect([begun.status, begun.headers.getSetCookie().length]).toEqual([201, 1])
    expect(await cart({ cookie: cookieOf(begun)[0]! })).toBe('[{"sku_id":6,"count":"1"}]')
    expect((await shop.get('/cart', { headers: { cookie } })).headers.getSetCookie().length).toBe(1)
  }
})

const malformed = [
  '',
  ' ',
  '{}',
  'null',
  '1',
  '"sku_id"',
  '[]',
  '[{"sku_id":1}]',
  '{"sku":1}',
  '{"SKU_ID":1}',
  'sku_id=1',
  '{"sku_id":1',
  '{"sku_id":1}}',
  "{'sku_id':1}",
  '{"sku_id":NaN}',
  '{"sku_id":1}\0',
  Buffer.from([0x7b, 0x22, 0x73, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.concat([Buffer.from('{"sku_id":1,"x":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
  Buffer.from('{"sku_id":1}', 'utf16le'),
]

test('a body with an invalid entry is refused and changes nothing', async () => {
  const headers = await shopper()
  const bodies = [
    ...['"1"', '0', '-1', '1.5', 'null', 'true', '[1]', '{}', '9007199254740991', '9007199254740993', '1e400', '-0', '""'].map(
      (sku) => `{"sku_id":${sku}}`,
    ),
    ...['0', '100', '-1', '"2"', '1.5', 'null', 'true', '[]', '9007199254740993'].map((count) => `{"sku_id":1,"count":${count}}`),
    ...malformed,
  ]
  for (const body of bodies) expect([String(body), await answer(add(body, headers))]).toEqual([String(body), refused])
  expect(await answer(shop.get('/cart', { method: 'POST', headers }))).toEqual(refused)
  for (const path of everywhere) expect(await answer(add({ sku_id: 0 }, {}, path))).toEqual(refused)
  expect((await add({ sku_id: 0 })).headers.getSetCookie()).toEqual([])
  expect(await cart(headers)).toBe('[]')
})

test('what is valid JSON in odd clothes is taken', async () => {
  const headers = await shopper()
  for (const body of [
    '\n{ "sku_id" : 1 }\t',
    '\ufeff{"sku_id":1}',
    '{"sku_id":1.0}',
    '{"sku_id":1e0}',
    '{"sku_id":2,"sku_id":1}',
    '{"\\u0073ku_id":1}',
  ])
    expect([body, await answer(add(body, headers))]).toEqual([body, created])
  expect(await cart(headers)).toBe('[{"sku_id":1,"count":"6"}]')
})

test('a cart can only be read and added to', async () => {
  for (const method of ['PUT', 'DELETE', 'PATCH']) {
    const reply = await shop.get('/cart', { method })
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
  }
  expect((await shop.get('/cart/1')).status).toBe(404)
})

test.skipIf(isFleet)('an answer is for its session only: no cache keeps it', async () => {
  const headers = await shopper()
  await add({ sku_id: 1 }, headers)
  const replies = [
    await shop.get('/cart'),
    await shop.get('/cart', { headers }),
    await shop.get('/cart', { headers }),
    await add({ sku_id: 1 }, headers),
    await add({ sku_id: 1 }),
  ]
  for (const { status, headers: sent } of replies) {
    expect(Object.fromEntries([...sent].filter(([name]) => !['date', 'set-cookie', 'content-length'].includes(name)))).toEqual({
      'cache-control': 'private, no-store',
      vary: 'Cookie, Authorization',
      'content-type': status === 200 ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
    })
  }
  expect((await add({ sku_id: 0 }, headers)).headers.get('cache-control')).toBe('no-store')
  const again = await shop.get('/cart', { headers: { ...headers, 'if-none-match': '*' } })
  expect([again.status, await again.text()]).toEqual([200, '[{"sku_id":1,"count":"2"}]'])
  const head = await shop.get('/cart', { method: 'HEAD', headers })
  expect([head.status, head.headers.get('content-length'), head.headers.get('cache-control')]).toEqual([200, '26', 'private, no-store'])
})
