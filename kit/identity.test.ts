import { expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { parseHead } from './http-head.ts'
import { sessionOf, voterOf } from './identity.ts'

const request = (headers: Record<string, string> = {}) =>
  parseHead(
    `POST /cart HTTP/1.1\r\nhost: x${Object.entries(headers)
      .map(([name, value]) => `\r\n${name}: ${value}`)
      .join('')}`,
  )
const tokenOf = (fresh: string | undefined) => /^atelier_session=([^;]*)/.exec(fresh ?? '')![1]!
const token = 'AAECAwQFBgcICQoLDA0ODw'
const cookie = `atelier_session=${token}`

test('a new session is 128 random bits in a cookie that scripts cannot read and other sites cannot send', () => {
  const sessions = Array.from({ length: 1_000 }, () => sessionOf(request()))
  for (const { fresh } of sessions) expect(fresh).toMatch(/^atelier_session=[\w-]{22}; Path=\/; Max-Age=7776000; HttpOnly; SameSite=Lax$/)
  expect(new Set(sessions.map(({ fresh }) => fresh)).size).toBe(1_000)
  expect(new Set(sessions.map(({ id }) => id)).size).toBe(1_000)
  const bits = Buffer.concat(sessions.map(({ fresh }) => Buffer.from(tokenOf(fresh), 'base64url')))
  expect(bits.length).toBe(16_000)
  const ones = bits.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
  expect(Math.abs(ones / bits.length - 4)).toBeLessThan(0.1)
})

test('the session that was given is the session that comes back', () => {
  for (let i = 0; i < 100; i++) {
    const { fresh, ...begun } = sessionOf(request())
    expect(sessionOf(request({ cookie: `atelier_session=${tokenOf(fresh)}` }))).toEqual(begun)
  }
})

const expected = (text: string) => {
  const hash = createHash('sha256').update(text).digest()
  const bits53 = (at: number) => (BigInt(hash.readUInt32BE(at) >>> 11) << 32n) + BigInt(hash.readUInt32BE(at + 4))
  return { id: Number(bits53(0)), check: Number(bits53(8)) }
}

test('who somebody is, is 106 bits of a SHA-256, in two safe integers', () => {
  expect(sessionOf(request({ cookie }))).toEqual(expected(`session\0${token}`))
  expect(sessionOf(request({ authorization: 'ghp_0123' }))).toEqual(expected('authorization\0ghp_0123'))
  expect(voterOf(request({ 'idempotency-key': 'one' }))).toEqual(expected('key\0one'))
  const halves = Array.from({ length: 2_000 }, () => sessionOf(request())).flatMap(({ id, check }) => [id, check])
  for (const half of halves) expect(Number.isSafeInteger(half) && half >= 0).toBe(true)
  // Every bit is in use.
  for (let bit = 0n; bit < 53n; bit++) {
    const ones = halves.filter((half) => (BigInt(half) >> bit) & 1n).length
    expect(Math.abs(ones / halves.length - 0.5)).toBeLessThan(0.06)
  }
})

test('the cookie is found among others, wherever it stands', () => {
  const known = sessionOf(request({ cookie }))
  for (const sent of [`a=b; ${cookie}`, `${cookie}; a=b`, `a=b;${cookie};c=d`, `a="x;y"; ${cookie}`, `atelier_session=old; ${cookie}`])
    expect([sent, sessionOf(request({ cookie: sent }))]).toEqual([sent, known])
  expect(sessionOf(request({ Cookie: cookie }))).toEqual(known)
})

test('what does not look like a session of ours is none', () => {
  const others = [
    '',
    'short',
    `${token}x`,
    token.slice(1),
    `${token.slice(1)}.`,
    `"${token}"`,
    `${token}%20`,
    '../../etc/passwd-----',
    `${token} x`,
  ]
  const names = [
    `other=${token}`,
    `xatelier_session=${token}`,
    `x-atelier_session=${token}`,
    `Atelier_Session=${token}`,
    `atelier_session ${token}`,
  ]
  for (const sent of [...others.map((one) => `atelier_session=${one}`), ...names, 'atelier_session', ';;;', '=']) {
    expect([sent, sessionOf(request({ cookie: sent })).fresh]).toEqual([sent, expect.stringContaining('atelier_session=')])
    expect([sent, voterOf(request({ cookie: sent }))]).toEqual([sent, undefined])
  }
})

test('the cookie goes before Authorization, and Authorization before a new session', () => {
  const authorization = 'Bearer x'
  expect(sessionOf(request({ cookie, authorization }))).toEqual(sessionOf(request({ cookie })))
  expect(sessionOf(request({ cookie: 'atelier_session=bad', authorization }))).toEqual(sessionOf(request({ authorization })))
  expect(sessionOf(request({ authorization })).fresh).toBeUndefined()
  expect(sessionOf(request({ authorization: 'Bearer X' }))).not.toEqual(sessionOf(request({ authorization })))
  expect(sessionOf(request({ authorization: '' })).fresh).toBeString()
})

test('a voter is named by Idempotency-Key, else by the session; Authorization is no voter', () => {
  expect(voterOf(request({ 'idempotency-key': 'one', cookie }))).toEqual(voterOf(request({ 'idempotency-key': 'one' })))
  expect(voterOf(request({ cookie }))).toEqual(sessionOf(request({ cookie })))
  expect(voterOf(request({ authorization: 'Bearer x' }))).toBeUndefined()
  expect(voterOf(request({ 'idempotency-key': '' }))).toBeUndefined()
  expect(voterOf(request())).toBeUndefined()
})

test('the same text sent in another place is somebody else', () => {
  const all = [sessionOf(request({ cookie })), sessionOf(request({ authorization: token })), voterOf(request({ 'idempotency-key': token }))]
  expect(new Set(all.map((one) => one?.id)).size).toBe(3)
})
