import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTestHost, type TestHost } from '../../host/testing.ts'
import { RawClient } from '../../kit/http-testing.ts'

const reviewHeader = 'id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness'
const files = {
  reviews: `${reviewHeader}\n5,1,3,2019-04-14,First,b,false,false,ben,ben@post.example,null,5\n6,1,4,2019-04-14,Second,b,true,false,eve,null,null,0\n`,
  reviews_photos: 'id,review_id,url\n70,5,https://photos.example/a\n',
  characteristics: 'id,product_id,name\n14,1,Fit\n15,1,Quality\n16,2,Length\n',
}

let shop: TestHost
beforeAll(async () => void (shop = await openTestHost({ files })))
afterAll(() => shop[Symbol.asyncDispose]())

const review = {
  product_id: 1,
  rating: 5,
  summary: 'Just right',
  body: 'It fits.',
  recommend: true,
  name: 'anna',
  email: 'anna@post.example',
  photos: ['https://photos.example/1'],
  characteristics: { 14: 3, 15: 4 } as Record<string, unknown>,
}
const post = async (body: unknown, path = '/reviews') => {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  const reply = await shop.get(path, { method: 'POST', body: sent })
  return [reply.status, reply.headers.get('content-type'), await reply.text()]
}
const put = async (path: string, init: RequestInit = {}) => {
  const reply = await shop.get(path, { method: 'PUT', ...init })
  return [reply.status, await reply.text()]
}
type Shown = { review_id: number; helpfulness: number; photos: { id: number; url: string }[] } & Record<string, unknown>
const shown = async (product: number) =>
  ((await (await shop.get(`/reviews?product_id=${product}&sort=newest&count=5000`)).json()) as { results: Shown[] }).results
const helpfulness = async (id: number) => (await shown(1)).find(({ review_id }) => review_id === id)!.helpfulness
const meta = async (product: number) => (await shop.get(`/reviews/meta?product_id=${product}`)).text()
const created = [201, 'text/plain; charset=utf-8', 'Created']
const refused = [422, 'text/plain; charset=utf-8', 'Error: Review body contains invalid entries']
const done = [204, '']

test('a new review is the first of the newest, is dated now, and counts in meta at once', async () => {
  const startedMs = Date.now()
  expect(await post({ ...review, product_id: 1 })).toEqual(created)
  const [first, ...others] = await shown(1)
  expect(first).toEqual({
    review_id: 7,
    rating: 5,
    summary: 'Just right',
    recommend: true,
    response: null,
    body: 'It fits.',
    date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    reviewer_name: 'anna',
    helpfulness: 0,
    photos: [{ id: 71, url: 'https://photos.example/1' }],
  })
  expect(Math.abs(Date.parse(String(first!['date'])) - startedMs)).toBeLessThan(10_000)
  expect(others.map(({ review_id }) => review_id)).toEqual([6, 5])
  expect(await meta(1)).toBe(
    '{"product_id":"1","ratings":{"3":"1","4":"1","5":"1"},"recommended":{"false":"1","true":"2"},"characteristics":{"Fit":{"id":14,"value":"3.0000000000000000"},"Quality":{"id":15,"value":"4.0000000000000000"}}}',
  )
})

test('the ids of new reviews and photos were given to no other, and photos keep their order', async () => {
  const photos = Array.from({ length: 20 }, (_, i) => `photo ${i % 7}`)
  for (let i = 0; i < 3; i++) expect(await post({ ...review, product_id: 11, characteristics: {}, photos })).toEqual(created)
  const reviews = await shown(11)
  for (const one of reviews) {
    expect(one.photos.map(({ url }) => url)).toEqual(photos)
    expect(one.photos.map(({ id }) => id)).toEqual(one.photos.map((_, i) => one.photos[0]!.id + i))
  }
  const ids = reviews.flatMap((one) => one.photos.map(({ id }) => id))
  expect(new Set(ids).size).toBe(60)
  expect(Math.min(...ids)).toBeGreaterThan(70)
})

test('a review without a body has an empty one; with a body that is no text it is refused', async () => {
  const { body: _, ...without } = review
  expect(await post({ ...without, product_id: 12, characteristics: {} })).toEqual(created)
  expect((await shown(12)).map(({ body }) => body)).toEqual([''])
  for (const body of [null, 5, [], {}, false]) expect(await post({ ...review, body })).toEqual(refused)
})

test('what is missing, of another kind, or out of bounds is refused', async () => {
  const bad: Record<string, unknown[]> = {
    product_id: [undefined, null, '1', 0, -1, 1.5, 9_007_199_254_740_991, 1e300, true],
    rating: [undefined, null, '5', 0, 6, 4.5, -1],
    summary: [undefined, null, 5, 'x'.repeat(61)],
    body: ['x'.repeat(1_001)],
    recommend: [undefined, null, 'true', 1, 0],
    name: [undefined, null, 5, '', 'x'.repeat(61)],
    email: [undefined, null, 5, `${'x'.repeat(250)}@a.example`],
    photos: [undefined, null, 'url', [5], [null], ['x'.repeat(2_049)], {}],
    characteristics: [undefined, null, [], [14], 5, { 14: '5' }, { 14: 0 }, { 14: 6 }, { 14: 1.5 }, { 14: null }, { '014': 5 }, { x: 5 }],
  }
  for (const [name, values] of Object.entries(bad))
    for (const value of values) expect([name, value, ...(await post({ ...review, [name]: value }))]).toEqual([name, value, ...refused])
  for (const body of ['', 'null', '[]', '5', '"x"', '{', '{}', 'product_id=1&rating=5']) expect(await post(body)).toEqual(refused)
})

test('at its bounds a review is taken, and an extra property is of no account', async () => {
  const full = { ...review, product_id: 13, characteristics: {}, summary: 's'.repeat(60), body: 'b'.repeat(1_000), name: 'n'.repeat(60) }
  const photos = ['p'.repeat(2_048), '', 'not an address']
  expect(await post({ ...full, photos, email: `${'x'.repeat(244)}@a.example`, review_id: 5, helpfulness: 99, n: 7 })).toEqual(created)
  const [one] = await shown(13)
  expect([one!['summary'], one!['body'], one!['reviewer_name'], one!.helpfulness]).toEqual([full.summary, full.body, full.name, 0])
  expect(one!.photos.map(({ url }) => url)).toEqual(photos)
  const { status } = await shop.get('/reviews', {
    method: 'POST',
    headers: { 'content-type': 'text/plain', authorization: 'ghp_x' },
    body: JSON.stringify({ ...full, product_id: 14 }),
  })
  expect(status).toBe(201)
  expect(await post({ ...full, product_id: 14 }, '/api/fec2/xy/reviews/')).toEqual(created)
  expect(await shown(14)).toHaveLength(2)
})

test("characteristics must be the product's; none at all is well", async () => {
  const before = [await meta(1), await meta(2), await shown(2)]
  for (const characteristics of [{ 16: 3 }, { 14: 3, 16: 3 }, { 99: 1 }, { 9_007_199_254_740_991: 1 }, { '9999999999999999': 1 }])
    expect(await post({ ...review, characteristics })).toEqual(refused)
  expect(await post({ ...review, product_id: 3 })).toEqual(refused)
  expect([await meta(1), await meta(2), await shown(2)]).toEqual(before)
  expect(await post({ ...review, product_id: 2, characteristics: {} })).toEqual(created)
  expect(await post({ ...review, product_id: 2, characteristics: { 16: 2 } })).toEqual(created)
  expect(await meta(2)).toContain('"Length":{"id":16,"value":"2.0000000000000000"}')
})

test('a PUT says all by its path: whatever its body, and whatever it calls it, it is done', async () => {
  const before = await helpfulness(6)
  const types = [undefined, 'application/json', 'application/json; charset=utf-8', 'text/plain', 'x']
  const bodies = [undefined, '', '{}', 'null', '[]', '{"review_id":5}', '{', 'garbage', Buffer.from([0xff, 0, 0xc0])]
  for (const type of types)
    for (const body of bodies) {
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
      expect(await put('/reviews/6/helpful', { headers, ...(body !== undefined && { body }) })).toEqual(done)
    }
  expect(await helpfulness(6)).toBe(before + types.length * bodies.length)
  for (const body of bodies) expect(await put('/reviews/6/report', { ...(body !== undefined && { body }) })).toEqual(done)
})

test('a PUT without a word about a body, or with one in chunks, is answered with nothing after its head', async () => {
  using client = await RawClient.connect(shop.server.port)
  await client.send('PUT /reviews/5/helpful HTTP/1.1\r\nhost: shop\r\n\r\n')
  await client.send('PUT /reviews/5/helpful HTTP/1.1\r\nhost: shop\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n')
  const answers = await client.answers(2)
  expect(answers.map(({ status, body, headers }) => [status, body, headers.get('content-length')])).toEqual([
    [204, '', undefined],
    [204, '', undefined],
  ])
})

test('helpful adds one each time, under any campus and with a slash', async () => {
  const before = await helpfulness(5)
  for (const path of [
    '/reviews/5/helpful',
    '/reviews/5/helpful/',
    '/api/fec2/xy/reviews/5/helpful',
    '/api/fec2/hr-rfp/reviews/05/helpful/',
  ])
    expect(await put(path, { headers: { authorization: 'Basic %' } })).toEqual(done)
  expect(await helpfulness(5)).toBe(before + 4)
})

test('a reported review is hidden and counts no more, however often it is reported; it can still be voted for', async () => {
  const before = await meta(14)
  expect(await post({ ...review, product_id: 14, rating: 1, characteristics: {} })).toEqual(created)
  expect(await meta(14)).toContain('"1":"1"')
  const [{ review_id: id } = { review_id: 0 }] = await shown(14)
  for (const path of [`/reviews/${id}/report`, `/reviews/${id}/report/`, `/api/fec2/xy/reviews/${id}/report`])
    expect(await put(path)).toEqual(done)
  expect((await shown(14)).map(({ review_id }) => review_id)).not.toContain(id)
  expect(await meta(14)).toBe(before)
  expect(await put(`/reviews/${id}/helpful`)).toEqual(done)
})

test('an unknown review is 404, an id that is no positive integer 422', async () => {
  for (const what of ['helpful', 'report']) {
    for (const id of ['999999', '9007199254740991', '9'.repeat(300)])
      expect([id, ...(await put(`/reviews/${id}/${what}`))]).toEqual([id, 404, 'Not Found'])
    for (const id of ['5.55', 'hello', 'null', '0', '-1', '%20', '1e3', '%FF'])
      expect([id, ...(await put(`/reviews/${id}/${what}`))]).toEqual([id, 422, 'Error: invalid review id provided'])
  }
})
