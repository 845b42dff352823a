import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTestHost, type TestHost } from '../../host/testing.ts'

let shop: TestHost
beforeAll(async () => void (shop = await openTestHost()))
afterAll(() => shop[Symbol.asyncDispose]())

const click = { element: 'button.buy', widget: 'Product Overview', time: 'Tue Jan 01 2019 12:00:00 GMT+0100' }
const post = (body: unknown, headers: Record<string, string> = {}, path = '/interactions') =>
  shop.get(path, { method: 'POST', headers, body: body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body) })
const answer = async (asked: Response | Promise<Response>) => {
  const reply = await asked
  return [reply.status, reply.headers.get('content-type'), await reply.text()]
}
const created = [201, 'text/plain; charset=utf-8', 'Created']
const refused = [422, 'text/plain; charset=utf-8', 'Error: Interaction body contains invalid entries']
const everywhere = ['/interactions', '/interactions/', '/api/fec2/hr-rfp/interactions', '/api/fec2/xy/interactions/']

type Row = { session_id: string; element: string; widget: string; time: string }
const rows = () =>
  shop.sql<Row[]>`select session_id, element, widget, time from interactions.interaction order by interaction_id`.then((all) => [...all])
/** The rows that came while it lasted. */
const during = async (act: () => Promise<void>) => {
  const before = (await rows()).length
  await act()
  return (await rows()).slice(before)
}

test('an interaction is written down as it was sent', async () => {
  const added = await during(async () => {
    for (const path of everywhere) expect(await answer(post(click, {}, path))).toEqual(created)
  })
  expect(added).toMatchObject(everywhere.map(() => click))
})

test('texts of any kind are taken, to their limits and with them; what else is in the body means nothing', async () => {
  const bodies = [
    { element: ' ', widget: '\n', time: 'half past nine' },
    { element: '<a href="x">\u{1f6d2} 購入</a>\\', widget: "'; drop table x --", time: '1546300800000' },
    { element: '\u{1f6d2}'.repeat(2_048), widget: '\u{1f6d2}'.repeat(500), time: '\u{1f6d2}'.repeat(100) },
  ]
  const added = await during(async () => {
    for (const body of bodies)
      expect(await answer(post({ ...body, session_id: 5, n: 7, received_at: 'x', page: { deep: [null] } }))).toEqual(created)
  })
  expect(added).toMatchObject(bodies)
})

const without = (name: string) => Object.fromEntries(Object.entries(click).filter(([known]) => known !== name))
const malformed = [
  '',
  '{}',
  'null',
  '1',
  '"element"',
  '[]',
  JSON.stringify([click]),
  'element=a&widget=b&time=c',
  JSON.stringify(click).slice(0, -1),
  `${JSON.stringify(click)}\0`,
  Buffer.from(JSON.stringify(click), 'utf16le'),
  Buffer.concat([Buffer.from('{"element":"'), Buffer.from([0xff]), Buffer.from('","widget":"b","time":"c"}')]),
]

test('a body with an invalid entry is refused and written nowhere', async () => {
  const wrong = ['', null, 0, 1_546_300_800_000, true, [], ['a'], {}, 'nul \0', 'half \ud800 pair', '\udc00']
  const tooLong = { element: 2_049, widget: 501, time: 101 }
  const bodies = Object.keys(click).flatMap((name) => [
    without(name),
    ...wrong.map((value) => ({ ...click, [name]: value })),
    { ...click, [name]: 'x'.repeat(tooLong[name as keyof typeof tooLong]) },
  ])
  const added = await during(async () => {
    for (const body of [...bodies, ...malformed]) expect([body, await answer(post(body))]).toEqual([body, refused])
    for (const path of everywhere) expect(await answer(post({}, {}, path))).toEqual(refused)
    expect(await answer(shop.get('/interactions', { method: 'POST' }))).toEqual(refused)
  })
  expect(added).toEqual([])
  expect((await post({})).headers.getSetCookie()).toEqual([])
})

test('the first interaction begins a session, the cart has the same one', async () => {
  const added = await during(async () => {
    const first = await post(click)
    expect(first.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^atelier_session=[\w-]{22}; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax$/),
    ])
    const headers = { cookie: first.headers.getSetCookie()[0]!.split(';', 1)[0]!, authorization: 'ignored' }
    expect((await post(click, headers)).headers.getSetCookie()).toEqual([])
    await shop.get('/cart', { method: 'POST', headers, body: '{"sku_id":1}' })
  })
  const [cart] = await shop.sql`select session_id from carts.cart`
  expect(added.map(({ session_id }) => session_id)).toEqual([cart!['session_id'], cart!['session_id']])
})

test('without a cookie it is Authorization that says whose an interaction is, and no cookie is set', async () => {
  const added = await during(async () => {
    for (const authorization of ['anna', 'ben', 'anna']) expect((await post(click, { authorization })).headers.getSetCookie()).toEqual([])
  })
  const [anna, ben, again] = added.map(({ session_id }) => session_id)
  expect([anna === again, anna === ben]).toEqual([true, false])
})

test('1,000 interactions at once are each written once, in few commits', async () => {
  const before = await shop.figure('atelier_commits_total', 'write="interaction"')
  const added = await during(async () => {
    const sent = Array.from({ length: 1_000 }, (_, i) => post({ ...click, time: String(i) }, { authorization: `client ${i % 50}` }))
    for (const reply of await Promise.all(sent)) expect(reply.status).toBe(201)
  })
  expect(added.map(({ time }) => Number(time)).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, i) => i))
  expect(new Set(added.map(({ session_id }) => session_id)).size).toBe(50)
  expect((await shop.figure('atelier_commits_total', 'write="interaction"')) - before).toBeLessThan(500)
})

test('the answer is for its session only, and there is nothing to read', async () => {
  const { headers } = await post(click)
  expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['private, no-store', 'Cookie, Authorization'])
  expect((await post({})).headers.get('cache-control')).toBe('no-store')
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
    const reply = await shop.get('/interactions', { method })
    expect([method, reply.status, reply.headers.get('allow')]).toEqual([method, 405, 'POST, OPTIONS'])
  }
})
