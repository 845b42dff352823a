import { afterAll, describe, expect, test } from 'bun:test'
import { answersIn, bigBytes, eventually, heldBytes, openTestDoor } from './http-testing.ts'
import { limits } from './limits.ts'

const door = openTestDoor()
const realNow = performance.now.bind(performance)
let passedMs = 0
performance.now = () => realNow() + passedMs
afterAll(async () => {
  performance.now = realNow
  await door[Symbol.asyncDispose]()
})

const host = 'Host: shop\r\n'
const get = (path: string) => `GET ${path} HTTP/1.1\r\n${host}\r\n`
const ask = async (...pieces: (string | Uint8Array)[]) => answersIn(await door.talk(...pieces))
const works = async () => expect((await ask(get('/echo/fine')))[0]?.body).toBe('fine ')
/** The server looks at its clock twice a second. */
const passTime = async (ms: number) => {
  passedMs += ms
  await Bun.sleep(600)
}

const refusalOf = async (path: string, headers = '') => {
  door.logged.length = 0
  const [answer] = await ask(`GET ${path} HTTP/1.1\r\n${headers}${host}\r\n`)
  return answer!
}

describe('time limits', () => {
  test('a client that trickles byte by byte is disconnected, moving as it is', async () => {
    const begun = [
      'GET / HTTP/1.1\r\nA: ',
      `POST /body HTTP/1.1\r\n${host}Content-Length: 1000\r\n\r\n`,
      `POST /body HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`,
    ]
    const clients = await Promise.all(begun.map(() => door.connect()))
    for (const [i, client] of clients.entries()) await client.send(begun[i]!)
    for (let half = 0; half < 2; half++) {
      for (const client of clients) await client.send('1')
      await passTime(limits.idleMsMax / 2 + 1)
    }
    await Promise.all(clients.map(({ ended }) => ended))
    expect(clients.map(({ received }) => received)).toEqual(['', '', ''])
    for (const client of clients) client[Symbol.dispose]()
  })

  test('a request has the whole time from its first byte on, however long the connection was idle before', async () => {
    using client = await door.connect()
    await passTime(limits.idleMsMax - 5_000)
    await client.send('GET /echo/1 HTTP/1.1\r\n')
    await passTime(limits.idleMsMax - 5_000)
    await client.send(`${host}\r\n`)
    expect((await client.answers(1))[0]!.body).toBe('1 ')
  })

  test('a client that waits for its answer is not disconnected', async () => {
    using client = await door.connect()
    await client.send(get('/held'))
    await eventually(() => door.held === 1)
    await passTime(limits.idleMsMax * 2)
    door.release()
    expect((await client.answers(1))[0]!.body).toBe('released')
  })

  test('a client that goes on sending after it was refused, or never closes, is disconnected', async () => {
    using endless = await door.connect()
    using silent = await door.connect()
    await endless.send(`POST /body HTTP/1.1\r\n${host}Content-Length: 10737418240\r\n\r\n`)
    await silent.send(`GET /echo/1 HTTP/1.1\r\nConnection: close\r\n${host}\r\n`)
    const flood = (async () => {
      while (!endless.isClosed) await Promise.all([endless.send('more'), Bun.sleep(5)])
    })()
    expect((await endless.answers(1))[0]!.status).toBe(413)
    expect((await silent.answers(1))[0]!.status).toBe(200)
    await passTime(limits.lingerMsMax + 1)
    await eventually(() => door.connections() === 0)
    await flood
  })
})

describe('a client that does not read', () => {
  test('is not read from, holds up nobody, and is disconnected in time', async () => {
    using client = await door.connect()
    client.pause()
    const before = heldBytes()
    const requests = get('/big').repeat(200_000)
    let taken = false
    void client.send(requests).then(() => (taken = true))
    await Bun.sleep(300)
    await works()
    expect(taken).toBe(false)
    expect(heldBytes() - before).toBeLessThan(20_000_000)
    await passTime(limits.idleMsMax + 1)
    await eventually(() => door.connections() === 0)
  })

  test('for a while gets everything in order when it reads again', async () => {
    using client = await door.connect()
    client.pause()
    await client.send(get('/big') + get('/echo/1') + get('/big') + get('/later/2'))
    await Bun.sleep(100)
    await passTime(limits.lingerMsMax + 1)
    client.resume()
    await eventually(() => client.receivedBytes > bigBytes * 2)
    const answers = await client.answers(4)
    expect(answers.map(({ body }) => (body.length === bigBytes ? 'big' : body))).toEqual(['big', '1 ', 'big', '2'])
  })

  test('to the end of an answer after which its connection is closed gets it all, however slowly', async () => {
    using client = await door.connect()
    client.pause()
    await client.send('GET /big HTTP/1.0\r\n\r\n')
    await passTime(limits.lingerMsMax * 2)
    client.resume()
    await eventually(() => client.receivedBytes > bigBytes)
    expect((await client.answers(1))[0]!.body.length).toBe(bigBytes)
  })
})

test('what is sent while an answer is awaited, however much, is answered in order', async () => {
  using client = await door.connect()
  const count = 10_000
  await client.send(get('/held'))
  await eventually(() => door.held === 1)
  const requests = Array.from({ length: count }, (_, i) => get(i % 1_000 === 0 ? `/later/${i}` : `/echo/${i}`)).join('')
  expect(requests.length).toBeGreaterThan(limits.pipelinedBytesMax * 4)
  const sent = client.send(requests)
  await Bun.sleep(50)
  door.release()
  await sent
  await eventually(() => client.received.endsWith(`${count - 1} `))
  const bodies = (await client.answers(count + 1)).map(({ body }) => body.trim())
  expect(bodies).toEqual(['released', ...Array.from({ length: count }, (_, i) => String(i))])
})

describe('a client that goes away', () => {
  const moments: [string, string][] = [
    ['before its first word', ''],
    ['in the middle of a head', 'GET /echo/1 HT'],
    ['in the middle of a body', `POST /body HTTP/1.1\r\n${host}Content-Length: 9\r\n\r\nabc`],
    ['in the middle of a chunk', `POST /body HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n9\r\nabc`],
    ['while it is to be told to go on', `POST /body HTTP/1.1\r\n${host}Content-Length: 9\r\nExpect: 100-continue\r\n\r\n`],
    ['while its answer is made', get('/later/1').repeat(3)],
    ['while a big answer goes out', get('/big').repeat(3)],
    ['after it was refused', 'nonsense\r\n\r\n'],
  ]
  test.each(moments)('%s leaves nothing behind', async (_, said) => {
    for (const leave of ['close', 'vanish'] as const) {
      const client = await door.connect()
      if (said) await client.send(said)
      await Bun.sleep(3)
      if (leave === 'vanish') client.vanish()
      else client[Symbol.dispose]()
    }
    await eventually(() => door.connections() === 0)
    await works()
    expect(door.logged).toEqual([])
  })
})

describe('draining', () => {
  test('answers what has arrived and says it closes, closes what is idle, takes nothing new', async () => {
    const door = openTestDoor()
    const [idle, waiting, sending, refused] = await Promise.all(Array.from({ length: 4 }, () => door.connect()))
    await idle!.send(get('/echo/1'))
    await idle!.answers(1)
    await waiting!.send(get('/held') + get('/echo/never'))
    await sending!.send(`POST /body HTTP/1.1\r\n${host}Content-Length: 4\r\n\r\nab`)
    await refused!.send('nonsense\r\n\r\n')
    await eventually(() => door.held === 1)
    const drained = door.server.drain()
    await idle!.ended
    await expect(door.connect()).rejects.toThrow()
    await sending!.send('cd')
    const [sent] = await sending!.answers(1)
    expect([sent!.body, sent!.headers.get('connection')]).toEqual(['4 abcd', 'close'])
    expect(waiting!.received).toBe('')
    door.release()
    await drained
    await waiting!.ended
    const answers = answersIn(waiting!.received)
    expect(answers.map(({ body }) => body)).toEqual(['released'])
    expect(answers[0]!.headers.get('connection')).toBe('close')
    await refused!.ended
    expect(door.connections()).toBe(0)
  })

  test('with nobody there ends at once, and again', async () => {
    const door = openTestDoor()
    await door.server.drain()
    await door.server.drain()
  })
})

describe('a handler that fails', () => {
  test.each(['/broken', '/broken-later'])('at %s is answered without internals, and logged with the id the client got', async (path) => {
    const answer = await refusalOf(path)
    expect([answer.status, answer.body]).toEqual([500, 'An error occurred.'])
    expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
    expect(answer.whole).not.toContain('secret')
    expect(door.logged).toHaveLength(1)
    expect(JSON.parse(door.logged[0]!)).toMatchObject({ requestId: answer.headers.get('x-request-id'), method: 'GET', path })
    expect(door.logged[0]).toContain('secret')
    door.logged.length = 0
  })

  test('leaves the connection open', async () => {
    expect((await ask(get('/broken') + get('/broken-later') + get('/echo/1'))).map(({ status }) => status)).toEqual([500, 500, 200])
    door.logged.length = 0
  })

  test('because too many wait says when to come back, and is no bug', async () => {
    const answer = await refusalOf('/busy')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(door.logged).toEqual([])
  })

  test('repeats the request id it was given when it is a plain one', async () => {
    for (const id of ['abc', '8d5c3bd0aa2e.4a0f_8c4d-1', 'a'.repeat(64)]) {
      expect((await refusalOf('/busy', `X-Request-Id: ${id}\r\n`)).headers.get('x-request-id')).toBe(id)
    }
  })

  test.each(['', 'a'.repeat(65), 'a b', 'a%0d%0aSet-Cookie: x', 'a\tb', '<script>', 'é', 'a\x85Set-Cookie: x', 'a\x0bb', '"'])(
    'does not repeat the id %j',
    async (id) => {
      const answer = await refusalOf('/busy', `X-Request-Id: ${id}\r\n`)
      expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
      expect(answer.whole).not.toContain('Set-Cookie')
    },
  )

  test.each(['a\rSet-Cookie: x', 'a\nSet-Cookie: x', 'a\r\n Set-Cookie: x', 'a\0b'])('is not asked when the id is %j', async (id) => {
    const answer = await refusalOf('/busy', `X-Request-Id: ${id}\r\n`)
    expect(answer.status).toBe(400)
    expect(answer.whole).not.toContain('Set-Cookie')
  })
})
