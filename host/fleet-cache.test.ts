import { expect, setDefaultTimeout, test } from 'bun:test'
import { nginxProgram, openStub, openTestNginx, reply, type TestNginx } from './testing-nginx.ts'
import { until } from './testing.ts'

setDefaultTimeout(30_000)
const withNginx = test.skipIf(!nginxProgram)

/** Status, x-cache and body. */
const asked = async (shop: TestNginx, path: string, { method = 'GET', lines = [] as string[] } = {}) => {
  const heard = await shop.say(`${[`${method} ${path} HTTP/1.1`, 'host: shop', ...lines].join('\r\n')}\r\n\r\n`)
  const [head = '', body] = heard.split('\r\n\r\n')
  return [Number(head.slice(9, 12)), /\r\nx-cache: (\w+)/i.exec(head)?.[1], body]
}

withNginx('a burst for one answer is one request; who authorises himself, or has a cookie, is given the same', async () => {
  let bursts = 0
  using stub = openStub(async () => {
    await Bun.sleep(5)
    return reply('here', { etag: '"e"' })
  })
  await using shop = await openTestNginx({ servers: [stub.address], cache: true })
  // On a busy machine the first answer may come too late for those who wait for it.
  for (let n = 1; n <= 100 && bursts === 0; n++) {
    const before = stub.requests.length
    const lines = [['authorization: Bearer x'], ['cookie: atelier_session=AAAAAAAAAAAAAAAAAAAAAA'], [], ['host-independent: yes']]
    const heard = await Promise.all(Array.from({ length: 24 }, (_, i) => asked(shop, `/products/${n}`, { lines: lines[i % 4]! })))
    expect(new Set(heard.map(([status, , body]) => `${status} ${body}`))).toEqual(new Set(['200 here']))
    if (stub.requests.length === before + 1) bursts++
  }
  expect(bursts).toBe(1)
  expect(await asked(shop, '/products/1?x')).toEqual([200, 'MISS', 'here'])
  expect(await asked(shop, '/products/1?x')).toEqual([200, 'HIT', 'here'])
  expect(await asked(shop, '/products/1/?x')).toEqual([200, 'MISS', 'here'])
})

withNginx('HEAD and If-None-Match are answered from what is kept; the headers are those of the server', async () => {
  using stub = openStub(() => reply('here', { etag: '"e-1"', 'x-content-type-options': 'nosniff', 'content-type': 'application/json' }))
  await using shop = await openTestNginx({ servers: [stub.address], cache: true })
  await asked(shop, '/reviews?product_id=1')
  const path = '/reviews?product_id=1'
  expect(await asked(shop, path, { method: 'HEAD' })).toEqual([200, 'HIT', ''])
  expect(await asked(shop, path, { lines: ['if-none-match: "e-1"'] })).toEqual([304, 'HIT', ''])
  expect(await asked(shop, path, { lines: ['if-none-match: "e-2"'] })).toEqual([200, 'HIT', 'here'])
  expect(await asked(shop, path, { lines: ['range: bytes=0-1'] })).toEqual([200, 'HIT', 'here'])
  const heard = await shop.say(`GET ${path} HTTP/1.1\r\nhost: other\r\n\r\n`)
  const lines = heard
    .split('\r\n\r\n')[0]!
    .toLowerCase()
    .split('\r\n')
    .filter((line) => !line.startsWith('date:'))
    .toSorted()
  expect(lines).toEqual([
    'cache-control: no-cache',
    'connection: keep-alive',
    'content-length: 4',
    'content-type: application/json',
    'etag: "e-1"',
    'http/1.1 200 ok',
    'server: nginx',
    'x-cache: hit',
    'x-content-type-options: nosniff',
  ])
  expect(stub.requests).toHaveLength(1)
})

withNginx(
  'after a second one asks anew, the others have the old answer meanwhile; and all, when the server refuses or is gone',
  async () => {
    let version = 1
    let release: (() => void) | undefined
    let status = '200 OK'
    using stub = openStub(async () => {
      if (version === 2) await new Promise<void>((go) => (release = go))
      return reply(`version ${version}`, {}, status)
    })
    await using shop = await openTestNginx({ servers: [stub.address], cache: true })
    const path = '/qa/questions?product_id=1'
    expect(await asked(shop, path)).toEqual([200, 'MISS', 'version 1'])
    version = 2
    await Bun.sleep(2_100) // NGINX counts in whole seconds
    const first = asked(shop, path)
    await until(() => release !== undefined)
    for (let i = 0; i < 3; i++) expect(await asked(shop, path)).toEqual([200, 'STALE', 'version 1'])
    release!()
    expect(await first).toEqual([200, 'MISS', 'version 2'])
    version = 3
    await Bun.sleep(2_100)
    status = '503 Service Unavailable'
    expect(await asked(shop, path)).toEqual([200, 'STALE', 'version 2'])
    status = '200 OK'
    expect(await asked(shop, path)).toEqual([200, 'MISS', 'version 3'])
    stub[Symbol.dispose]()
    await Bun.sleep(2_100)
    expect(await asked(shop, path)).toEqual([200, 'STALE', 'version 3'])
  },
)

withNginx('nothing is kept that is for one, that is no success, that is no read, or that its server does not say is for all', async () => {
  let answered = ''
  using stub = openStub(() => answered)
  await using shop = await openTestNginx({ servers: [stub.address], cache: true })
  const cases: [path: string, answer: string, method?: string][] = [
    ['/cart', reply('[]')],
    ['/api/fec2/x/cart/', reply('[]')],
    ['/docs', reply('page')],
    ['/products/1', reply('mine', { 'cache-control': 'private, no-store' })],
    ['/products/2', reply('mine', { 'set-cookie': 'a=b' })],
    ['/products/3', reply('Not Found', {}, '404 Not Found')],
    ['/products/4', reply('busy', {}, '503 Service Unavailable')],
    ['/reviews', reply('Created', {}, '201 Created'), 'POST'],
    ['/reviews/1/helpful', 'HTTP/1.1 204 No Content\r\n\r\n', 'PUT'],
  ]
  for (const [path, answer, method = 'GET'] of cases) {
    answered = answer
    const before = stub.requests.length
    for (let i = 0; i < 3; i++) {
      const [, kept] = await asked(shop, path, { method, lines: method === 'GET' ? [] : ['content-length: 0'] })
      expect([path, kept ?? 'MISS']).toEqual([path, 'MISS'])
    }
    expect([path, stub.requests.length]).toEqual([path, before + 3])
  }
})
