import { afterAll, describe, expect, test } from 'bun:test'
import { answersIn, openTestDoor } from './http-testing.ts'

const door = openTestDoor()
afterAll(() => door[Symbol.asyncDispose]())

const host = 'Host: shop\r\n'
const bye = `${host}Connection: close\r\n\r\n`
const undated = (received: string) => received.replaceAll(/date: [^\r]*/g, 'date')
const inPieces = (request: string) => request.match(/[^]{1,5000}/g)!
const ask = async (...pieces: (string | Uint8Array)[]) => answersIn(await door.talk(...pieces))
const statusesOf = async (...pieces: string[]) => (await ask(...pieces)).map(({ status }) => status)
const bodiesOf = async (...pieces: string[]) => (await ask(...pieces)).map(({ body }) => body)

describe('one request after the other', () => {
  test('a connection stays open for the next request', async () => {
    using client = await door.connect()
    for (let count = 1; count <= 3; count++) {
      await client.send(`GET /echo/${count} HTTP/1.1\r\n${host}\r\n`)
      const answers = await client.answers(count)
      expect(answers.at(-1)!.body).toBe(`${count} `)
      expect(answers.at(-1)!.headers.has('connection')).toBe(false)
    }
  })

  test('requests in one packet are answered in their order, also behind one whose answer takes time', async () => {
    const paths = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? `/later/${i}` : `/echo/${i}`))
    const bodies = await bodiesOf(paths.map((path) => `GET ${path} HTTP/1.1\r\n${host}\r\n`).join(''))
    expect(bodies.map((body) => Number(body))).toEqual(paths.map((_, i) => i))
  })

  test('bodies and requests without one follow each other in one packet', async () => {
    const sized = `POST /body HTTP/1.1\r\n${host}Content-Length: 4\r\n\r\nGET `
    const chunked = `POST /body HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`
    const get = `GET /echo/x HTTP/1.1\r\n${host}\r\n`
    expect(await bodiesOf(sized + get + chunked + sized + chunked + get)).toEqual(['4 GET ', 'x ', '3 abc', '4 GET ', '3 abc', 'x '])
  })

  test('a request cut in two at any byte is answered as in one piece', async () => {
    const request =
      `POST /body HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: 1\r\n\r\n` +
      `POST /body HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\nworld\r\nGET /echo/a?q=b HTTP/1.1\r\n${host}\r\n`
    const cuts = Array.from({ length: request.length - 1 }, (_, i) => i + 1)
    const answers = await Promise.all(cuts.map((at) => bodiesOf(request.slice(0, at), request.slice(at))))
    for (const bodies of answers) expect(bodies).toEqual(['5 hello', '5 world', 'a b'])
  })

  test('a client that closes its half after sending still gets every answer', async () => {
    expect(await bodiesOf(`GET /later/1 HTTP/1.1\r\n${host}\r\nGET /later/2 HTTP/1.1\r\n${host}\r\n`)).toEqual(['1', '2'])
  })

  test('Connection: close, and HTTP/1.0 unless it asks otherwise, end the connection after the answer', async () => {
    for (const [request, open] of [
      [`GET /echo/1 HTTP/1.1\r\n${bye}`, false],
      [`GET /echo/1 HTTP/1.1\r\n${host}connection: Close\r\n\r\n`, false],
      ['GET /echo/1 HTTP/1.0\r\n\r\n', false],
      ['GET /echo/1 HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n', true],
    ] as const) {
      const answers = await ask(request + request)
      expect(answers.map(({ body }) => body)).toEqual(open ? ['1 ', '1 '] : ['1 '])
      for (const { headers } of answers) expect(headers.get('connection')).toBe(open ? 'keep-alive' : 'close')
    }
  })
})

describe('forms of a request', () => {
  test('HEAD has the head of GET and no body', async () => {
    const [got, headed] = await Promise.all(['GET', 'HEAD'].map((method) => door.talk(`${method} /document HTTP/1.1\r\n${bye}`)))
    const [get] = answersIn(got!)
    const [head] = answersIn(headed!, { bodiless: true })
    expect(get!.body).toBe('{"kept":true}')
    expect(headed).toBe(head!.whole)
    head!.headers.delete('date')
    get!.headers.delete('date')
    expect(head!.headers).toEqual(get!.headers)
  })

  test('a client that has the document is told so, without a body', async () => {
    const [first] = await ask(`GET /document HTTP/1.1\r\n${bye}`)
    const etag = first!.headers.get('etag')!
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const raw = await door.talk(`GET /document HTTP/1.1\r\nIf-None-Match: ${known}\r\n${bye}`)
      const [answer] = answersIn(raw)
      expect(answer!.status).toBe(304)
      expect(raw).toBe(answer!.whole)
      expect(answer!.headers.get('etag')).toBe(etag)
      expect(answer!.headers.has('content-length')).toBe(false)
    }
    expect(await statusesOf(`GET /document HTTP/1.1\r\nIf-None-Match: "other"\r\n${bye}`)).toEqual([200])
  })

  test('a sealed answer is on the wire what it is unsealed, however it is asked for', async () => {
    const [first] = await ask(`GET /document HTTP/1.1\r\n${bye}`)
    for (const request of [
      `GET / HTTP/1.1\r\n${host}\r\n`,
      `GET / HTTP/1.1\r\n${bye}`,
      `HEAD / HTTP/1.1\r\n${host}\r\n`,
      `GET / HTTP/1.1\r\nIf-None-Match: ${first!.headers.get('etag')}\r\n${host}\r\n`,
      `GET / HTTP/1.1\r\nIf-None-Match: "other"\r\n${host}\r\n`,
      'GET / HTTP/1.0\r\n\r\n',
      'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
      `GET / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n${host}\r\na`,
    ]) {
      const [sealed, unsealed] = await Promise.all(['/sealed', '/document'].map((path) => door.talk(request.replace('/', path))))
      expect(undated(sealed!)).toBe(undated(unsealed!))
      expect(sealed).toMatch(/\r\ndate: [^\r]+ GMT\r\n/)
    }
  })

  test('a sealed answer of any length is whole', async () => {
    for (const length of [0, 1, 65_000, ...Array.from({ length: 12 }, (_, i) => 65_300 + i * 25), 200_000]) {
      expect(await bodiesOf(`GET /sealed/${length} HTTP/1.1\r\n${host}\r\n`.repeat(3))).toEqual(Array(3).fill('s'.repeat(length)))
    }
  })

  test('empty lines before a request are skipped', async () => {
    expect(await bodiesOf(`\r\n\r\nGET /echo/1 HTTP/1.1\r\n${host}\r\n\r\nGET /echo/2 HTTP/1.1\r\n${host}\r\n\r\n`)).toEqual(['1 ', '2 '])
  })

  test('a target may be a whole URL, as proxies send it', async () => {
    expect(await bodiesOf(`GET http://shop:80/echo/1?q=2 HTTP/1.1\r\n${bye}`)).toEqual(['1 2'])
    expect(await bodiesOf(`GET HTTPS://shop HTTP/1.1\r\n${bye}`)).toEqual(['home'])
    expect(await statusesOf(`GET http://shop?x HTTP/1.1\r\n${bye}`)).toEqual([200])
  })

  test('OPTIONS is answered for the server and for any path', async () => {
    expect(await statusesOf(`OPTIONS * HTTP/1.1\r\n${host}\r\nOPTIONS /echo/1 HTTP/1.1\r\n${bye}`)).toEqual([204, 204])
  })

  test('a path nobody serves is 404, a method nobody serves there 405 with those that are', async () => {
    expect(await statusesOf(`GET /nowhere HTTP/1.1\r\n${bye}`)).toEqual([404])
    const [answer] = await ask(`DELETE /echo/1 HTTP/1.1\r\n${bye}`)
    expect(answer!.status).toBe(405)
    expect(answer!.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  })

  test('header names and words are read in any case, values with space around them', async () => {
    expect(await bodiesOf(`POST /body HTTP/1.1\r\nhOST:shop\r\ncontent-LENGTH: \t3 \t\r\n\r\nabc`)).toEqual(['3 abc'])
    expect(await bodiesOf(`POST /body HTTP/1.1\r\n${host}transfer-encoding: CHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n`)).toEqual(['1 a'])
    expect(await bodiesOf(`POST /body HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`)).toEqual(['1 a'])
  })
})

describe('a head that two readers could understand differently is refused', () => {
  const refused: Record<number, Record<string, string>> = {
    505: { 'HTTP/2.0': `GET / HTTP/2.0\r\n${host}\r\n`, 'HTTP/1.2': `GET / HTTP/1.2\r\n${host}\r\n` },
    501: {
      'gzip under chunked': `POST /body HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      'chunked twice': `POST /body HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'a coding nobody knows': `POST /body HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
      'an empty coding': `POST /body HTTP/1.1\r\n${host}Transfer-Encoding:\r\n\r\n0\r\n\r\n`,
    },
    400: {
      'no Host': 'GET / HTTP/1.1\r\n\r\n',
      'two Hosts': `GET / HTTP/1.1\r\n${host}${host}\r\n`,
      'no version': `GET /\r\n${host}\r\n`,
      'another protocol': `GET / HTTPS/1.1\r\n${host}\r\n`,
      'a version in lower case': `GET / http/1.1\r\n${host}\r\n`,
      'no target': `GET HTTP/1.1\r\n${host}\r\n`,
      'two spaces': `GET  / HTTP/1.1\r\n${host}\r\n`,
      'a space in the target': `GET /a b HTTP/1.1\r\n${host}\r\n`,
      'a relative target': `GET echo HTTP/1.1\r\n${host}\r\n`,
      'a method that is no word': `G(T / HTTP/1.1\r\n${host}\r\n`,
      'an empty method': ` / HTTP/1.1\r\n${host}\r\n`,
      'a method without end': `${'G'.repeat(33)} / HTTP/1.1\r\n${host}\r\n`,
      'a control character in the target': `GET /a\x01 HTTP/1.1\r\n${host}\r\n`,
      'a NUL in the target': `GET /a\0 HTTP/1.1\r\n${host}\r\n`,
      'a carriage return in the target': `GET /a\rb HTTP/1.1\r\n${host}\r\n`,
      'a line feed in the target': `GET /a\nb HTTP/1.1\r\n${host}\r\n`,
      'bare line feeds': 'GET / HTTP/1.1\nHost: shop\n\n',
      'a bare line feed between headers': `GET / HTTP/1.1\r\n${host}A: 1\nB: 2\r\n\r\n`,
      'a bare line feed at the end': 'GET / HTTP/1.1\r\nHost: shop\n\r\n',
      'a bare carriage return in a value': `GET / HTTP/1.1\r\n${host}A: 1\rB: 2\r\n\r\n`,
      'a NUL in a value': `GET / HTTP/1.1\r\n${host}A: 1\x002\r\n\r\n`,
      'a folded line': `GET / HTTP/1.1\r\n${host}A: 1\r\n 2\r\n\r\n`,
      'a line that is no header': `GET / HTTP/1.1\r\n${host}nonsense\r\n\r\n`,
      'a header without a name': `GET / HTTP/1.1\r\n${host}: 1\r\n\r\n`,
      'a space before the first header': `GET / HTTP/1.1\r\n A: 1\r\n${host}\r\n`,
      'a space before a colon': `GET / HTTP/1.1\r\n${host}A : 1\r\n\r\n`,
      'a space before the colon of Content-Length': `POST /body HTTP/1.1\r\n${host}Content-Length : 5\r\n\r\nhello`,
      'a folded Transfer-Encoding': `POST /body HTTP/1.1\r\n${host}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
      'a length and chunks': `POST /body HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'chunks and a length': `POST /body HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
      'chunks in HTTP/1.0': `POST /body HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'two lengths': `POST /body HTTP/1.1\r\n${host}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
      ...Object.fromEntries(
        ['+5', '-1', '0x5', '5a', '5, 5', '5.0', '', '1e1', '５', '5\x0b', '9999999999999999'].map((length) => [
          `Content-Length: ${JSON.stringify(length)}`,
          `POST /body HTTP/1.1\r\n${host}Content-Length: ${length}\r\n\r\nhello`,
        ]),
      ),
    },
  }
  for (const [status, requests] of Object.entries(refused)) {
    test.each(Object.entries(requests))(`with ${status}: %s`, async (_, request) => {
      // What follows must not be taken for a request.
      const answers = await ask(`${request}GET /echo/smuggled HTTP/1.1\r\n${host}\r\n`)
      expect(answers.map((answer) => answer.status)).toEqual([Number(status)])
      expect(answers[0]!.headers.get('connection')).toBe('close')
    })
  }

  test('a head of bare line feeds is refused though its client waits for an answer', async () => {
    using client = await door.connect()
    await client.send('GET / HTTP/1.1\nHost: shop\n\n')
    expect((await client.answers(1))[0]!.status).toBe(400)
  })

  test('a header of many spaces costs no more than another', async () => {
    const request = `POST /body HTTP/1.1\r\n${host}Content-Length: 1\r\nA: 1${' '.repeat(15_000)}2\r\n\r\na`
    expect(await bodiesOf(request.repeat(50))).toEqual(Array(50).fill('1 a'))
  })

  test('a target of 100 kB is 414, headers of 100 kB are 431, in one piece or many', async () => {
    const long = `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${host}\r\n`
    const wide = `GET / HTTP/1.1\r\n${host}${`A: ${'a'.repeat(100)}\r\n`.repeat(1_000)}\r\n`
    expect(await statusesOf(long)).toEqual([414])
    expect(await statusesOf(...inPieces(long))).toEqual([414])
    expect(await statusesOf(wide)).toEqual([431])
    expect(await statusesOf(...inPieces(wide))).toEqual([431])
  })
})
