import { expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { RawClient } from '../kit/http-testing.ts'
import { limits } from '../kit/limits.ts'
import { findNginx } from './fleet-nginx.ts'
import { isRunning, signal } from './processes.ts'
import { nginxProgram, openStub, openTestNginx, reply } from './testing-nginx.ts'
import { until } from './testing.ts'

setDefaultTimeout(30_000)
const withNginx = test.skipIf(!nginxProgram)

const get = (path: string, ...lines: string[]) => `GET ${path} HTTP/1.1\r\n${['host: shop', ...lines].join('\r\n')}\r\n\r\n`
const post = (path: string, body = 'null') => `POST ${path} HTTP/1.1\r\nhost: shop\r\ncontent-length: ${body.length}\r\n\r\n${body}`
const headOf = (heard: string) => heard.split('\r\n\r\n', 1)[0]!
const bodyOf = (heard: string) => heard.slice(headOf(heard).length + 4)

test('without NGINX one sentence says how to get it', () => {
  expect(() => findNginx('/nowhere', '/nowhere')).toThrow(
    /^NGINX was not found; install it \(Debian, Ubuntu: apt-get install nginx\), or [^.]*\.$/,
  )
})

withNginx('a path reaches the server as it was sent', async () => {
  using stub = openStub(() => reply('here'))
  await using nginx = await openTestNginx({ servers: [stub.address], cache: true })
  const paths = [
    '/products/1',
    '/products/1/',
    '//products//1',
    '/products/1//styles/?a=1&b=%20+/../x',
    '/products/%2F1%2f/styles',
    '/products/%c3%a9?q=%C3%A9',
    '/api/fec2/a%2Fb/products',
    '/api/fec2/x/../y/./products/1',
    '/products/a;b=c,d:e@f!$&*()',
    '/read',
    '/write?x',
    '/',
    `/${'long/'.repeat(1_000)}`,
  ]
  for (const path of paths) expect(bodyOf(await nginx.say(get(path)))).toBe('here')
  expect(stub.requests.map((request) => request.split(' ')[1])).toEqual(paths)
  await nginx.say(get('http://other/products/9?z'))
  expect(stub.requests.at(-1)).toStartWith('GET /products/9?z HTTP/1.1\r\nHost: other\r\n')
})

withNginx('the server is told who asks by the connection alone; what is between NGINX and a client stays there', async () => {
  using stub = openStub(() => reply(''))
  await using nginx = await openTestNginx({ servers: [stub.address] })
  await nginx.say(
    get(
      '/products/1',
      'x-forwarded-for: 1.2.3.4, 5.6.7.8',
      'x-real-ip: 1.2.3.4',
      'forwarded: for=1.2.3.4',
      'x-forwarded-host: evil',
      'connection: keep-alive, te',
      'te: trailers',
      'keep-alive: 5',
      'proxy-connection: keep-alive',
      'upgrade: h2c',
      'x-request-id: abc.DEF-1',
      'authorization: whatever',
      'cookie: a=b',
      'if-none-match: "x"',
      'x-other: kept',
    ),
  )
  const [first, ...lines] = stub.requests[0]!.trimEnd().split('\r\n')
  expect(first).toBe('GET /products/1 HTTP/1.1')
  expect(lines.map((line) => line.toLowerCase()).toSorted()).toEqual([
    'authorization: whatever',
    'cookie: a=b',
    'host: shop',
    'if-none-match: "x"',
    'x-forwarded-for: 127.0.0.1',
    'x-forwarded-proto: http',
    'x-other: kept',
    'x-request-id: abc.def-1',
  ])
  await nginx.say(get('/products/1', 'x-request-id: "quoted"'))
  expect(/\r\nx-request-id: (.*)\r\n/i.exec(stub.requests[1]!)?.[1]).toMatch(/^[0-9a-f]{32}$/)
})

withNginx('what is for the operator is not there, however the path is written, unless it is asked for', async () => {
  using stub = openStub(() => reply('secret'))
  const hidden = ['/metrics', '/metrics/', '/metrics?x', '/admin', '/admin/erasures?a', '/api/fec2/x/metrics', '/api/fec2/../metrics']
  hidden.push('/api/fec2//metrics', '/api/fec2/a%2Fb/metrics/', '/api/fec2/x#/metrics', '/api/fec2/%3F/admin/x')
  {
    await using nginx = await openTestNginx({ servers: [stub.address], cache: true })
    for (const path of hidden) {
      for (const method of ['GET', 'POST']) {
        const heard = await nginx.say(`${method} ${path} HTTP/1.1\r\nhost: shop\r\ncontent-length: 0\r\n\r\n`)
        expect([path, headOf(heard).split('\r\n', 1)[0], bodyOf(heard)]).toEqual([path, 'HTTP/1.1 404 Not Found', 'Not Found'])
        expect(headOf(heard)).toContain('\r\ncache-control: no-store')
      }
    }
    expect(stub.requests).toEqual([])
    for (const path of ['/metricsx', '/x/metrics', '/readyz', '/healthz', '/docs'])
      expect(bodyOf(await nginx.say(get(path)))).toBe('secret')
  }
  await using open = await openTestNginx({ servers: [stub.address], open: ['metrics', 'admin'] })
  for (const path of ['/metrics', '/admin/x']) expect(bodyOf(await open.say(get(path)))).toBe('secret')
})

withNginx('what NGINX refuses itself it refuses in our words', async () => {
  using stub = openStub((request) => (request.startsWith('POST') ? reply('here') : undefined))
  await using nginx = await openTestNginx({ servers: [stub.address] })
  const long = 'x'.repeat(limits.headBytesMax + 2_100)
  const refused: [request: string, status: string, text: string][] = [
    [
      `POST /reviews HTTP/1.1\r\nhost: shop\r\ncontent-length: ${limits.bodyBytesMax + 1}\r\n\r\n`,
      '413 Request Entity Too Large',
      'Content Too Large',
    ],
    [get('/', `x-long: ${long}`), '431', 'Request Header Fields Too Large'],
    [get('/products/1'), '502 Bad Gateway', 'Bad Gateway'],
    [get('/products/%00'), '400 Bad Request', 'Bad Request'],
    ['GET /products/1 HTTP/1.1\r\n\r\n', '400 Bad Request', 'Bad Request'],
    ['what?\r\n\r\n', '400 Bad Request', 'Bad Request'],
    [get(`/${long}`), '414 Request-URI Too Large', 'URI Too Long'],
  ]
  for (const [request, status, text] of refused) {
    const heard = await nginx.say(request)
    expect([headOf(heard).split('\r\n', 1)[0]!.trim(), bodyOf(heard)]).toEqual([`HTTP/1.1 ${status}`, text])
    expect(headOf(heard)).toContain('\r\nContent-Type: text/plain; charset=utf-8\r\n')
    expect(headOf(heard)).toContain('\r\naccess-control-allow-origin: *')
  }
  const body = 'x'.repeat(limits.bodyBytesMax)
  expect(bodyOf(await nginx.say(post('/reviews', body)))).toBe('here')
  expect(stub.requests.at(-1)!.endsWith(`\r\n\r\n${body}`)).toBe(true)
})

withNginx('what NGINX refuses below the paths of restaurants is a problem', async () => {
  using stub = openStub(() => undefined)
  await using nginx = await openTestNginx({ servers: [stub.address] })
  const tooMuch = `content-length: ${limits.bodyBytesMax + 1}`
  const refused: [request: string, status: number, title: string][] = [
    [`POST /restaurants/7/holds HTTP/1.1\r\nhost: shop\r\n${tooMuch}\r\n\r\n`, 413, 'Content Too Large'],
    [get('/reservations?x', `x-long: ${'x'.repeat(limits.headBytesMax + 2_100)}`), 431, 'Request Header Fields Too Large'],
    [get('/restaurants'), 502, 'Bad Gateway'],
    [get('/api/fec2/hr-rfp/restaurants/%00/reviews'), 400, 'Bad Request'],
    ['GET /restaurants HTTP/1.1\r\n\r\n', 400, 'Bad Request'],
  ]
  for (const [request, status, title] of refused) {
    const heard = await nginx.say(request)
    expect([Number(heard.split(' ', 2)[1]), JSON.parse(bodyOf(heard))]).toEqual([
      status,
      { type: 'about:blank', title, status, detail: title },
    ])
    expect(headOf(heard)).toContain('\r\nContent-Type: application/problem+json\r\n')
    expect(headOf(heard)).toContain('\r\nx-content-type-options: nosniff')
  }
  await nginx.say(get('/restaurants/%00/reviews'))
  expect(stub.requests.map((request) => request.split(' ', 2)[1])).toEqual(['/restaurants'])
})

withNginx('a request lost with its server is sent once more, to another, unless it would say something new', async () => {
  using cut = openStub(() => undefined)
  using fine = openStub(() => reply('here'))
  await using nginx = await openTestNginx({ servers: [cut.address, fine.address] })
  const seen = new Set<string>()
  for (let n = 0; n < 40; n++) {
    const text = n % 3 === 0 ? get(`/products/${n}`) : post(`/interactions?${n}`)
    seen.add(`${text.slice(0, 4).trim()} ${headOf(await nginx.say(text)).split('\r\n', 1)[0]}`)
    await Bun.sleep(n % 4 === 3 ? 150 : 0) // one that failed is left alone for a second
  }
  expect([...seen].toSorted()).toEqual(['GET HTTP/1.1 200 OK', 'POST HTTP/1.1 200 OK', 'POST HTTP/1.1 502 Bad Gateway'])
  // Never twice where it was lost, and never more than once elsewhere.
  const lines = fine.requests.map((request) => request.split('\r\n', 1)[0])
  expect(new Set(lines).size).toBe(lines.length)
  expect(cut.requests.length).toBeGreaterThan(2)
})

withNginx('nothing is sent to a server that is out, and to none that is not there', async () => {
  using one = openStub(() => reply('one'))
  using two = openStub(() => reply('two'))
  using spare = openStub(() => reply('spare'))
  await using shop = await openTestNginx({ servers: [one.address, two.address], spare: spare.address })
  const [tier] = shop.topology.tiers
  const answering = async () => {
    const bodies = await Promise.all(Array.from({ length: 40 }, async () => bodyOf(await shop.say(get('/products/1')))))
    return [...new Set(bodies)].toSorted()
  }
  expect(await answering()).toEqual(['one', 'two'])
  await shop.nginx.setOut(tier!, 2, true)
  expect(await answering()).toEqual(['one', 'spare'])
  await shop.nginx.setOut(tier!, 2, false)
  await shop.nginx.setOut(tier!, 1, true)
  expect(await answering()).toEqual(['spare', 'two'])
  await shop.nginx.setOut(tier!, 1, false)
  two[Symbol.dispose]()
  const posted = await Promise.all(Array.from({ length: 40 }, async () => bodyOf(await shop.say(post('/reviews')))))
  expect(new Set(posted)).toEqual(new Set(['one']))
})

withNginx('a second tier has its own servers for its own paths', async () => {
  using rest = openStub(() => reply('rest'))
  using reviews = openStub(() => reply('reviews'))
  await using shop = await openTestNginx({ servers: [rest.address] }, ({ door, tiers }) => ({
    door,
    tiers: [{ ...tiers[0]!, name: 'reviews', paths: ['reviews'], servers: [reviews.address] }, ...tiers],
  }))
  const asked = ['/reviews?product_id=1', '/reviews/meta', '/api/fec2/x/reviews/', '/products/1', '/reviewsx', '/x/reviews']
  expect(await Promise.all(asked.map(async (path) => bodyOf(await shop.say(get(path)))))).toEqual([
    'reviews',
    'reviews',
    'reviews',
    'rest',
    'rest',
    'rest',
  ])
})

withNginx('it ends with its last answer and leaves nothing; killed, it is there again', async () => {
  const held = Promise.withResolvers<void>()
  using stub = openStub(async (request) => {
    if (request.startsWith('GET /held')) await held.promise
    return reply('here')
  })
  const shop = await openTestNginx({ servers: [stub.address] })
  const pid = async () => Number(await Bun.file(`${shop.folder}/nginx.pid`).text())
  const first = await pid()
  signal(first, 'SIGKILL')
  await until(async () => existsSync(`${shop.folder}/nginx.pid`) && (await pid()) !== first)
  expect(bodyOf(await shop.say(get('/products/1')))).toBe('here')

  const last = await pid()
  using client = await RawClient.connect(shop.port)
  await client.send(get('/held'))
  await until(() => stub.requests.some((request) => request.startsWith('GET /held')))
  const ended = shop[Symbol.asyncDispose]()
  const isOpen = async () => {
    using other = await RawClient.connect(shop.port).catch(() => undefined)
    return other !== undefined
  }
  await until(async () => !(await isOpen()))
  held.resolve()
  expect(await client.until((heard) => heard.endsWith('here'))).toContain('200 OK')
  await ended
  expect([isRunning(first), isRunning(last), existsSync(shop.folder)]).toEqual([false, false, false])
})
