import { expect, test } from 'bun:test'
import { openAnswerHead, readAnswerHead } from './answer-head.ts'

const read = (text: string) => {
  const head = openAnswerHead()
  return readAnswerHead(Buffer.from(text), head) && head
}
const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`

test('status, lengths and whether the connection closes are read, in whatever case', () => {
  const text = lines('HTTP/1.1 200 OK', 'CONTENT-length:  1500', 'Cache-Control: no-cache', 'Connection: Close')
  expect(read(`${text}{}`)).toEqual({ status: 200, headBytes: text.length, bodyBytes: 1_500, closes: true })
  expect(read(lines('HTTP/1.1 503 Service Unavailable', 'content-length: 0'))).toMatchObject({ status: 503, bodyBytes: 0, closes: false })
})

test('204 and 304 have no body, whatever they say', () => {
  expect(read(lines('HTTP/1.1 204 No Content'))).toMatchObject({ status: 204, bodyBytes: 0 })
  expect(read(lines('HTTP/1.1 304 Not Modified', 'Content-Length: 9'))).toMatchObject({ status: 304, bodyBytes: 0 })
})

test('an answer of no told length, and what is none, are told apart', () => {
  expect(read(lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked'))).toMatchObject({ status: 200, bodyBytes: -1 })
  expect(read(lines('SSH-2.0-OpenSSH_9.2', 'Content-Length: 3'))).toMatchObject({ status: 0 })
})

test('a head cut anywhere is not all there', () => {
  const text = lines('HTTP/1.1 200 OK', 'Connection: close', 'Content-Length: 12', 'X: y')
  for (let length = 0; length < text.length; length++) expect(read(text.slice(0, length))).toBe(false)
  expect(read(text)).toMatchObject({ status: 200, bodyBytes: 12 })
})
