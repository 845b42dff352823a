import type { Socket } from 'bun'
import { afterAll, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { Connection, type Shared } from './http-connection.ts'
import { answersIn, eventually, openTestDoor } from './http-testing.ts'
import { json, sealed, text } from './reply.ts'

const door = openTestDoor()
afterAll(() => door[Symbol.asyncDispose]())

const host = 'Host: shop\r\n'
const get = (path: string) => `GET ${path} HTTP/1.1\r\n${host}\r\n`
const undated = (received: string) => received.replaceAll(/date: [^\r]*/g, 'date')

const fragment = fc.constantFrom(
  'GET /',
  'POST /body',
  'HEAD',
  ' ',
  '/later/1',
  '/broken',
  '?q=%',
  '/%ff',
  'http://',
  '*',
  ' HTTP/1.1\r\n',
  ' HTTP/1.0\r\n',
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  '\0',
  ':',
  ';',
  host,
  'Content-Length: ',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  'Expect: 100-continue\r\n',
  '0',
  '3',
  'ffffffff',
  get('/document'),
)
const bytes = fc.oneof(
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 3, arbitrary: fc.array(fragment, { maxLength: 30 }).map((parts) => Buffer.from(parts.join(''), 'latin1')) },
)

test('every answer is whole, and the next client is served', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 4 }), async (pieces) => {
      const received = await door.talk(...pieces)
      const bodiless = pieces.some((piece) => Buffer.from(piece).includes('HEAD'))
      if (!bodiless)
        expect(
          answersIn(received)
            .map(({ whole }) => whole)
            .join(''),
        ).toBe(received)
      expect(answersIn(await door.talk(get('/echo/fine')))[0]?.body).toBe('fine ')
    }),
    { numRuns: 400 },
  )
  door.logged.length = 0
  await eventually(() => door.connections() === 0)
})

test('a stream of requests gives the same bytes in any packets', async () => {
  const request = fc.constantFrom(
    get('/echo/1?q=2'),
    get('/later/3'),
    get('/document'),
    get('/nowhere'),
    `HEAD /document HTTP/1.1\r\n${host}\r\n`,
    `POST /body HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\nhello\r\n`,
    `POST /body HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    `GET /document HTTP/1.1\r\nIf-None-Match: *\r\n${host}\r\n`,
    'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 8 }), fc.array(fc.nat(600), { maxLength: 8 }), async (requests, cuts) => {
      const stream = requests.join('')
      const places = [...cuts.filter((cut) => cut < stream.length).toSorted((a, b) => a - b), stream.length]
      const pieces = places.map((to, i) => stream.slice(places[i - 1] ?? 0, to)).filter((piece) => piece !== '')
      expect(undated(await door.talk(...pieces))).toBe(undated(await door.talk(stream)))
    }),
    { numRuns: 200 },
  )
})

test('a socket that takes few bytes at a time, or none, is given the same bytes', async () => {
  const expecting = `Expect: 100-continue\r\nContent-Length: 1\r\n\r\na`
  const request = fc.constantFrom(
    get('/0'),
    get('/1'),
    get('/2'),
    `GET /1 HTTP/1.1\r\n${host}${expecting}`,
    `POST /0 HTTP/1.1\r\n${host}${expecting}`,
  )
  const document = json(Buffer.from('{"some":"answer"}'))
  const replies = [document, sealed(document), Promise.resolve(sealed(document))]
  const date = 'date: Thu, 01 Jan 1970 00:00:00 GMT\r\n'
  const shared: Shared = {
    handle: ({ path }) => replies[Number(path.slice(1))]!,
    refuse: ({ status, message }) => text(status, message),
    failed: (error) => expect(error).toBeUndefined(),
    refused: () => {},
    nowMs: 0,
    draining: false,
    date,
    beginnings: new Map(),
  }
  const written = async (stream: string, sizes: number[]) => {
    let turn = 0
    let text = ''
    const write = (bytes: Buffer, at: number, length: number) => {
      const size = Math.min(length, sizes[turn++ % sizes.length]!)
      text += bytes.toString('latin1', at, at + size)
      return size
    }
    const connection = new Connection({ write } as unknown as Socket<Connection | undefined>, shared)
    connection.receive(Buffer.from(stream))
    for (; connection.busy; await Promise.resolve()) connection.flush()
    return text
  }
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 6 }), fc.array(fc.nat(200), { maxLength: 8 }), async (requests, sizes) => {
      const stream = requests.join('')
      expect(await written(stream, [...sizes, 1])).toBe(await written(stream, [1_000_000]))
    }),
    { numRuns: 300 },
  )
})
