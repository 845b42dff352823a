import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { bearer, openAdminHost, token, type AdminHost } from './admin-fixture.ts'

let admin: AdminHost
beforeAll(async () => {
  admin = await openAdminHost()
})
afterAll(() => admin[Symbol.asyncDispose]())

const routes: [method: string, path: string, body?: unknown][] = [
  ['GET', '/admin/reported?kind=review'],
  ['GET', '/admin/decisions?kind=review'],
  ['POST', '/admin/decisions', { kind: 'review', id: 9, decision: 'restore' }],
  ['POST', '/admin/erasures', { email: 'nobody@post.example' }],
]

describe('without a token', () => {
  test('there are no such routes, and the description has none', async () => {
    for (const [method, path] of routes) {
      const answer = await admin.shop.get(path, { method, headers: bearer })
      expect([path, answer.status, await answer.text()]).toEqual([path, 404, 'Not Found'])
    }
    const description = await (await admin.shop.get('/openapi.json')).text()
    expect(description).not.toContain('/admin')
    expect(description).not.toContain('securitySchemes')
  })
})

describe('with a token', () => {
  const wrong: [name: string, headers: Record<string, string>][] = [
    ['none', {}],
    ['another', { authorization: `Bearer ${token.slice(0, -1)}7` }],
    ['a longer one', { authorization: `Bearer ${token}0` }],
    ['a shorter one', { authorization: `Bearer ${token.slice(0, -1)}` }],
    ['nothing', { authorization: 'Bearer ' }],
    ['it without a scheme', { authorization: token }],
    ['it under another scheme', { authorization: `Basic ${token}` }],
    ['it in another case', { authorization: `Bearer ${token.toUpperCase()}` }],
    ['it and more', { authorization: `Bearer ${token} ${token}` }],
  ]
  test.each(wrong)('who sends %s is refused before anything else of the request is looked at', async (_, headers) => {
    const others: [string, string][] = [
      ['GET', '/admin/reported?kind=hat'],
      ['HEAD', '/admin/reported'],
      ['POST', '/admin/decisions'],
    ]
    for (const [method, path, body] of [...routes, ...others]) {
      const answer = await admin.ask(method, path, body, headers)
      expect([path, answer.status, answer.headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer'])
      expect(await answer.text()).toBe(method === 'HEAD' ? '' : 'Unauthorized')
      expect([answer.headers.get('access-control-allow-origin'), answer.headers.get('cache-control')]).toEqual([null, 'no-store'])
    }
    expect(await admin.ledger('review')).toEqual([])
  })

  test('the scheme is taken in any case, and a slash at the end', async () => {
    for (const authorization of [`bearer ${token}`, `BEARER  ${token}`])
      expect((await admin.ask('GET', '/admin/reported/?kind=review', undefined, { authorization })).status).toBe(200)
  })

  test('no answer may be kept, or read by a page of another origin, whatever was asked', async () => {
    const asked: [method: string, path: string, status: number, body?: unknown][] = [
      ['GET', '/admin/reported?kind=review', 200],
      ['GET', '/admin/reported?kind=hat', 422],
      ['PUT', '/admin/reported?kind=review', 405],
      ['OPTIONS', '/admin/decisions', 204],
      ['POST', '/admin/decisions', 422, {}],
      ['POST', '/admin/decisions', 404, { kind: 'review', id: 1_000, decision: 'restore' }],
      ['POST', '/admin/decisions', 409, { kind: 'review', id: 5, decision: 'restore' }],
      ['POST', '/admin/erasures', 200, { email: 'nobody@post.example' }],
    ]
    for (const [method, path, status, body] of asked) {
      const answer = await admin.ask(method, path, body)
      expect([path, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([path, status, null])
      if (method !== 'OPTIONS') expect(answer.headers.get('cache-control')).toBe('no-store')
    }
    const open = await fetch(`${admin.origin}/products`)
    expect(open.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('they are at no other path', async () => {
    for (const path of ['/api/fec2/hr-rfp/admin/reported?kind=review', '/Admin/reported?kind=review', '/admin'])
      expect([path, (await admin.ask('GET', path)).status]).toEqual([path, 404])
  })

  test('the description has them, says that they need a token, and says it of no other', async () => {
    type Operation = { security?: unknown; responses: object; requestBody?: unknown }
    const { paths, components } = (await (await fetch(`${admin.origin}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, Operation>>
      components: { securitySchemes: object }
    }
    const guarded = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { security }]) => (security ? [`${method} ${path}`] : [])),
    )
    expect(guarded.filter((one) => one.includes(' /admin/'))).toEqual([
      'get /admin/reported',
      'get /admin/decisions',
      'post /admin/decisions',
      'post /admin/erasures',
    ])
    expect(components.securitySchemes).toEqual({ token: { type: 'http', scheme: 'bearer' } })
    expect(Object.keys(paths['/admin/decisions']!['post']!.responses)).toEqual(['201', '401', '404', '409', '422', '500', '503'])
    expect(Object.keys(paths['/admin/erasures']!['post']!.responses)).toEqual(['200', '401', '422', '500', '503'])
  })

  test('the token is in no log and no figure', async () => {
    await admin.ask('GET', '/admin/reported?kind=review')
    const figures = await (await fetch(`${admin.origin}/metrics`)).text()
    expect(figures).toContain('route="/admin/reported"')
    for (const place of [figures, admin.lines.join('')]) expect(place).not.toContain(token)
  })
})

describe('what is malformed is refused', () => {
  const queries = ['', '?kind=', '?kind=reviews', '?kind=review&after=-1', '?kind=review&after=x', '?kind=review&after=9007199254740992']
  queries.push('?kind=review&count=0', '?kind=review&count=501', '?kind=review&count=1.5', '?kind=review&count=')
  test.each(queries)('a list %j', async (query) => {
    for (const path of ['/admin/reported', '/admin/decisions']) {
      const answer = await admin.ask('GET', `${path}${query}`)
      expect([path, answer.status]).toEqual([path, 422])
      expect(await answer.text()).toMatch(/^Error: invalid (kind|after|count) provided$/)
    }
  })

  const decision = { kind: 'review', id: 9, decision: 'reject', reason: 'spam' }
  const decisions: [body: unknown, message: string][] = [
    [{}, 'Error: Decision body contains invalid entries'],
    [[decision], 'Error: Decision body contains invalid entries'],
    [{ ...decision, kind: 'product' }, 'Error: Decision body contains invalid entries'],
    [{ ...decision, id: '9' }, 'Error: Decision body contains invalid entries'],
    [{ ...decision, id: 0 }, 'Error: Decision body contains invalid entries'],
    [{ ...decision, decision: 'erase' }, 'Error: Decision body contains invalid entries'],
    [{ ...decision, reason: 'carl@post.example wrote spam' }, 'Error: Decision body contains invalid entries'],
    [{ ...decision, reason: 'x'.repeat(1_001) }, 'Error: Decision body contains invalid entries'],
    [{ ...decision, reason: 'a\0b' }, 'Error: Decision body contains invalid entries'],
    [{ ...decision, reason: undefined }, 'Error: a rejection needs a reason'],
    [{ ...decision, reason: ' \n' }, 'Error: a rejection needs a reason'],
    [{ ...decision, response: 'Thanks' }, 'Error: a response is needed to respond, and only then'],
    [{ ...decision, decision: 'respond' }, 'Error: a response is needed to respond, and only then'],
    [{ ...decision, decision: 'respond', response: 'x'.repeat(1_001) }, 'Error: Decision body contains invalid entries'],
    [{ ...decision, decision: 'respond', response: 7 }, 'Error: Decision body contains invalid entries'],
    [{ ...decision, kind: 'answer', id: 71, decision: 'respond', response: 'x' }, 'Error: answer 71 cannot be responded to'],
  ]
  test.each(decisions)('a decision %j', async (body, message) => {
    const answer = await admin.ask('POST', '/admin/decisions', body)
    expect([answer.status, await answer.text()]).toEqual([422, message])
  })

  test('an erasure', async () => {
    for (const body of [{}, { email: 7 }, { email: '' }, { email: 'a\0b' }, { email: 'x'.repeat(1_001) }]) {
      const answer = await admin.ask('POST', '/admin/erasures', body)
      expect([body, answer.status, await answer.text()]).toEqual([body, 422, 'Error: Erasure body contains invalid entries'])
    }
    const blank = await admin.ask('POST', '/admin/erasures', { email: ' \t' })
    expect([blank.status, await blank.text()]).toEqual([422, 'Error: an e-mail address is needed'])
  })

  test('and nothing has happened', async () => {
    for (const kind of ['review', 'question', 'answer']) expect(await admin.ledger(kind)).toEqual([])
    expect((await admin.reported('review')).map(({ id }) => id)).toEqual([7, 9])
  })
})
