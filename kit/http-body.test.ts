import { afterAll, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { answersIn, heldBytes, openTestDoor } from './http-testing.ts'
import { limits } from './limits.ts'

const door = openTestDoor()
afterAll(() => door[Symbol.asyncDispose]())

const host = 'Host: shop\r\n'
const post = `POST /body HTTP/1.1\r\n${host}`
const sizedPost = (bytes: number) => `${post}Content-Length: ${bytes}\r\n\r\n`
const chunkedPost = `${post}Transfer-Encoding: chunked\r\n\r\n`
const next = `GET /echo/next HTTP/1.1\r\n${host}\r\n`
const ask = async (...pieces: (string | Uint8Array)[]) => answersIn(await door.talk(...pieces))
const mebibyte = Buffer.alloc(1_048_576, 'a')

test.each([
  [
    'sizes in both cases of hexadecimal, with zeros before them',
    'A\r\n0123456789\r\n00a\r\n0123456789\r\n0\r\n\r\n',
    '20 01234567890123456789',
  ],
  ['no chunk but the last', '0\r\n\r\n', '0 '],
  ['a last size of many zeros', '1\r\na\r\n00000\r\n\r\n', '1 a'],
  ['an extension', '1;name=value\r\na\r\n1 ; q="a;b"\r\nb\r\n0;last\r\n\r\n', '2 ab'],
  ['a trailer', '1\r\na\r\n0\r\nChecksum: 1\r\nOther:\r\n\r\n', '1 a'],
  ['line breaks in its data', '6\r\n\r\n0\r\n\r\r\n0\r\n\r\n', '6 \r\n0\r\n\r'],
])('a chunked body may have %s', async (_, body, seen) => {
  expect((await ask(`${chunkedPost}${body}${next}`)).map((answer) => answer.body)).toEqual([seen, 'next '])
})

test.each([
  ['without a size', '\r\na\r\n0\r\n\r\n'],
  ['with a size that is no number', 'g\r\na\r\n0\r\n\r\n'],
  ['with a negative size', '-1\r\na\r\n0\r\n\r\n'],
  ['with a size in the manner of C', '0x1\r\na\r\n0\r\n\r\n'],
  ['with a size of nine digits', '000000001\r\na\r\n0\r\n\r\n'],
  ['with a space before the size', ' 1\r\na\r\n0\r\n\r\n'],
  ['with a space after the size', '1 \r\na\r\n0\r\n\r\n'],
  ['with a chunk longer than its size', '1\r\nab\r\n0\r\n\r\n'],
  ['with a chunk shorter than its size', '3\r\na\r\n0\r\n\r\n\r\n'],
  ['with bare line feeds', '1\na\n0\n\n'],
  ['with a bare line feed after the data', '1\r\na\n0\r\n\r\n'],
  ['with a carriage return in an extension', '1;a\rb\r\na\r\n0\r\n\r\n'],
  ['with an extension of 10 kB', `1;${'a'.repeat(10_000)}\r\na\r\n0\r\n\r\n`],
  ['with a trailer that is no header', '0\r\nGET / HTTP/1.1\r\n\r\n'],
  ['with a folded trailer', '0\r\nA: 1\r\n 2\r\n\r\n'],
  ['with a trailer of 10 kB', `0\r\n${'A: 1\r\n'.repeat(2_000)}\r\n`],
])('a chunked body %s is refused', async (_, body) => {
  expect((await ask(`${chunkedPost}${body}${next}`)).map(({ status }) => status)).toEqual([400])
})

test('a body of exactly the limit is taken, sized and chunked, one byte more is 413', async () => {
  const whole = await ask(sizedPost(limits.bodyBytesMax), mebibyte, `${chunkedPost}80000\r\n`, mebibyte.subarray(524_288))
  expect(whole.map(({ body }) => body.split(' ')[0])).toEqual(['1048576'])
  const half = `80000\r\n${mebibyte.toString('latin1', 0, 524_288)}\r\n`
  expect((await ask(`${chunkedPost}${half}${half}0\r\n\r\n`)).map(({ body }) => body.split(' ')[0])).toEqual(['1048576'])
  expect((await ask(sizedPost(limits.bodyBytesMax + 1))).map(({ status }) => status)).toEqual([413])
  expect((await ask(`${chunkedPost}${half}${half}1\r\na\r\n0\r\n\r\n`)).map(({ status }) => status)).toEqual([413])
})

test('a client that waits to be told to go on is told, once, and refused at once when its body is too big', async () => {
  using client = await door.connect()
  await client.send(`${post}Content-Length: 5\r\nExpect: 100-Continue\r\n\r\n`)
  expect(await client.until((received) => received.endsWith('\r\n\r\n'))).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  await client.send('hel')
  await client.send('lo')
  expect((await client.answers(2)).map(({ status, body }) => [status, body])).toEqual([
    [100, ''],
    [200, '5 hello'],
  ])
  expect((await ask(`${post}Content-Length: 10000000000\r\nExpect: 100-continue\r\n\r\n`)).map(({ status }) => status)).toEqual([413])
})

test.each([
  ['announces 10 GB', sizedPost(10_737_418_240), mebibyte],
  ['sends chunks without end', chunkedPost, Buffer.concat([Buffer.from('100000\r\n'), mebibyte, Buffer.from('\r\n')])],
])('a client that %s and goes on sending sees 413, and costs no memory', async (_, head, piece) => {
  using client = await door.connect()
  await client.send(head)
  const before = heldBytes()
  for (let i = 0; i < 200 && !client.isClosed; i++) {
    await client.send(piece)
    await Bun.sleep(0)
  }
  expect((await client.answers(1))[0]!.status).toBe(413)
  expect(heldBytes() - before).toBeLessThan(20_000_000)
})

test('bodies that are announced and never sent, or sent in chunks of one byte, cost what was sent', async () => {
  const before = heldBytes()
  const clients = await Promise.all(Array.from({ length: 200 }, () => door.connect()))
  for (const client of clients) await client.send(`${sizedPost(limits.bodyBytesMax)}a`)
  for (const client of clients.slice(0, 20)) client.vanish()
  const bytes = '1\r\na\r\n'.repeat(limits.bodyBytesMax / 2)
  using client = await door.connect()
  await client.send(`${chunkedPost}${bytes}`)
  await client.send('0\r\n\r\n')
  expect((await client.answers(1))[0]!.body.split(' ')[0]).toBe('524288')
  expect(heldBytes() - before).toBeLessThan(20_000_000)
  for (const client of clients) client[Symbol.dispose]()
})

test('any body arrives as it was sent, in any chunks and any packets', async () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 })
  const cuts = fc.array(fc.nat(400), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(chunks, cuts, fc.boolean(), async (chunks, cuts, chunked) => {
      const body = Buffer.concat(chunks)
      const stream = Buffer.concat(
        chunked
          ? [
              Buffer.from(chunkedPost),
              ...chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
              Buffer.from(`0\r\n\r\n${next}`),
            ]
          : [Buffer.from(sizedPost(body.length)), body, Buffer.from(next)],
      )
      const places = [0, ...cuts.map((cut) => Math.min(cut, stream.length)).toSorted((a, b) => a - b), stream.length]
      const pieces = places.slice(1).map((to, i) => stream.subarray(places[i], to))
      const bodies = (await ask(...pieces.filter(({ length }) => length > 0))).map((answer) => answer.body)
      expect(bodies).toEqual([`${body.length} ${body.toString('latin1', 0, 64)}`, 'next '])
    }),
    { numRuns: 150 },
  )
})
