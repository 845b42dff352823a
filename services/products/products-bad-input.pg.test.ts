import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { isFleet, reaching, openTestHost, type TestHost } from '../../host/testing.ts'

let shop: TestHost
beforeAll(async () => {
  shop = await openTestHost({
    files: {
      product: 'id,name,slogan,description,category,default_price\n1,Camo Onesie,s,d,Jackets,140\n',
      styles: 'id,productId,name,sale_price,original_price,default_style\n1,1,Green,null,140,1\n',
    },
  })
})
afterAll(() => shop[Symbol.asyncDispose]())

const tails = ['', '/styles', '/related']
const answer = async (path: string, init?: RequestInit) => {
  const reply = await shop.get(path, init)
  return { path, status: reply.status, type: reply.headers.get('content-type'), body: await reply.text() }
}
const plain = 'text/plain; charset=utf-8'

/** Sends bytes as they are, which fetch would not, and returns all that comes back. */
const raw = async (head: string, body = ''): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>()
  let received = Buffer.alloc(0)
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: shop.server.port,
    socket: {
      data: (_, chunk) => void (received = Buffer.concat([received, chunk])),
      close: () => resolve(received.toString()),
    },
  })
  socket.write(`${head}\r\nhost: shop\r\nconnection: close\r\n\r\n${body}`)
  return promise
}

describe('an id', () => {
  test.each(
    reaching([
      '0',
      '00',
      '-0',
      '-1',
      '-',
      '+1',
      '%2B1',
      '5.55',
      '1.0',
      '1.',
      '.5',
      '1e9',
      '1e0',
      '0x1',
      '1_000',
      '1,000',
      '1n',
      '%201',
      '1%20',
      '1%0A',
      'abc',
      '1abc',
      'abc1',
      'null',
      'undefined',
      'NaN',
      'Infinity',
      'true',
      'hello',
      '%00',
      '1%00',
      '%',
      '%zz',
      '%C3',
      '%E2%82',
      '١',
      '１',
      "1'--",
      '1;drop%20table',
      '{1}',
      '*',
      '..%2F1',
      '%3Cscript%3E',
      '9'.repeat(300).concat('x'),
    ]),
  )('%s is not valid: 422 with a text that says so', async (id) => {
    for (const tail of tails) {
      const path = `/products/${id}${tail}`
      expect(await answer(path)).toEqual({ path, status: 422, type: plain, body: 'Error: invalid product_id provided' })
      const campus = `/api/fec2/hr-rfp${path}/`
      expect(await answer(campus)).toEqual({ path: campus, status: 422, type: plain, body: 'Error: invalid product_id provided' })
    }
  })

  test.each([
    '2',
    '2147483647',
    '2147483648',
    '9007199254740990',
    '9007199254740991',
    '9007199254740992',
    '9223372036854775807',
    '9223372036854775808',
  ])('%s is valid and unknown: 404', async (id) => {
    for (const tail of tails) expect(await answer(`/products/${id}${tail}`)).toMatchObject({ status: 404, type: plain, body: 'Not Found' })
  })

  test('of any length may be unknown', async () => {
    for (const id of ['9999999999999999999', '1'.repeat(400)])
      for (const tail of tails) expect((await answer(`/products/${id}${tail}`)).status).toBe(404)
  })

  test('is the same number with zeros before it, or percent-encoded', async () => {
    const { body } = await answer('/products/1')
    for (const same of ['/products/01', '/products/0000000000000000000001', '/products/%31'])
      expect(await answer(same)).toMatchObject({ status: 200, body })
  })

  test('may be neither sent as a fragment nor left out', async () => {
    expect(await raw('GET /products/#1 HTTP/1.1')).toStartWith('HTTP/1.1 422 ')
    expect(await raw('GET /products//styles HTTP/1.1')).toStartWith('HTTP/1.1 422 ')
  })
})

test('a path that is none of ours is 404, whatever the method', async () => {
  const paths = ['/product', '/Products', '/products1', '/products/1/style', '/products/1/styles/2', '/products/1/styles/2/3', '/api']
  const campuses = ['/api/fec2', '/api/fec2/', '/api/fec2/hr-rfp', '/api/fec2/hr-rfp/', '/api/fec2/products', '/api/fec3/hr-rfp/products']
  for (const path of [...paths, ...campuses, '/%70roducts', '/products%2F1', '/api/fec2/a/b/products'])
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
      expect(await answer(path, { method })).toEqual({ path, status: 404, type: plain, body: 'Not Found' })
})

test('a path cannot climb out of what is served', async () => {
  for (const path of [
    '/docs/../../../../etc/passwd',
    '/docs/..%2f..%2fpackage.json',
    '//etc/passwd',
    '/./products',
    '/products/../products',
  ])
    expect([path, (await raw(`GET ${path} HTTP/1.1`)).split(' ')[1]]).toEqual([path, '404'])
})

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND'])(
  'a %s is 405 and told what is allowed, wherever only GET is served',
  async (method) => {
    for (const path of [
      '/products',
      '/products/',
      '/products/1',
      '/products/hello',
      '/products/1/styles',
      '/api/fec2/x/products/1/related',
    ])
      expect(await raw(`${method} ${path} HTTP/1.1`)).toMatch(
        /^HTTP\/1\.1 405 Method Not Allowed\r\n[^]*\r\nallow: GET, HEAD, OPTIONS\r\n[^]*\r\n\r\nMethod Not Allowed$/,
      )
  },
)

test('a body with a GET is read and ignored', async () => {
  const head = 'GET /products/1/related HTTP/1.1\r\ncontent-length: 15\r\ncontent-type: application/json'
  const reply = await raw(head, '{"product_id":2')
  expect(reply).toStartWith('HTTP/1.1 200 OK\r\n')
  expect(reply).toEndWith('\r\n\r\n[]')
})

test.skipIf(isFleet)('a campus is any text, however it was encoded, and comes back as it was meant', async () => {
  const campuses: [sent: string, meant: string][] = [
    ['hr-lax', 'hr-lax'],
    ['a%20b', 'a b'],
    ['a+b', 'a+b'],
    ['%22quoted%22', '"quoted"'],
    ["o'neill", "o'neill"],
    ['back%5Cslash', 'back\\slash'],
    ['%3Cscript%3E', '<script>'],
    ['$&$1$$', '$&$1$$'],
    ['m%C3%BCnchen-%F0%9F%A6%96', 'münchen-🦖'],
    ['%E2%80%A8', '\u2028'],
    ['%00%0A%7F', '\0\n\x7F'],
    ['a%2Fb', 'a/b'],
    ['%', '%'],
    ['%zz', '%zz'],
    ['100%', '100%'],
    ['x'.repeat(2_000), 'x'.repeat(2_000)],
    ['', ''],
  ]
  for (const [sent, meant] of campuses) {
    const list = await shop.get(`/api/fec2/${sent}/products`)
    expect([sent, list.status, ((await list.json()) as { campus: string }[])[0]!.campus]).toEqual([sent, 200, meant])
    const one = await answer(`/api/fec2/${sent}/products/1/`)
    expect(one.body).toBe((await answer('/products/1')).body.replace('"campus":"hr-rfp"', () => `"campus":${JSON.stringify(meant)}`))
  }
})

test('a campus sent as bare UTF-8 is understood too', async () => {
  expect(await raw('GET /api/fec2/münchen-🦖/products/1 HTTP/1.1')).toContain('"campus":"münchen-🦖"')
})

test('the campus changes nothing in styles and related', async () => {
  for (const tail of ['/styles', '/related'])
    expect((await answer(`/api/fec2/elsewhere/products/1${tail}`)).body).toBe((await answer(`/products/1${tail}`)).body)
})
