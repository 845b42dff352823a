import type { HttpRequest } from './http-connection.ts'

/** Who somebody is to us: 106 bits of the hash of what they sent, as two safe integers. What they sent is stored nowhere. */
export type Identity = { readonly id: number; readonly check: number }

/** `fresh` is the Set-Cookie of a session that begins with this request. */
export type Session = Identity & { readonly fresh?: string }

/** By the session's cookie, else by the text of Authorization, else a new session. */
export const sessionOf = (request: HttpRequest): Session => {
  const cookie = sessionCookie(request)
  if (cookie !== undefined) return identityOf('session', cookie)
  const authorization = request.header('authorization')
  if (authorization) return identityOf('authorization', authorization)
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(tokenBytes))).toString('base64url')
  return { ...identityOf('session', token), fresh: `${cookieName}=${token}; Path=/; Max-Age=${sessionSecondsMax}; HttpOnly; SameSite=Lax` }
}

/** Who votes, so that they count once: by `Idempotency-Key`, else by the session's cookie; nobody without them. */
export const voterOf = (request: HttpRequest): Identity | undefined => {
  const key = request.header('idempotency-key')
  if (key) return identityOf('key', key)
  const cookie = sessionCookie(request)
  return cookie === undefined ? undefined : identityOf('session', cookie)
}

/** What does not look like a token of ours is no session. */
const sessionCookie = (request: HttpRequest): string | undefined => cookiePattern.exec(request.header('cookie') ?? '')?.[1]

export const identityOf = (kind: string, text: string): Identity => {
  const hash = Bun.SHA256.hash(`${kind}\0${text}`) as Uint8Array
  const view = new DataView(hash.buffer, hash.byteOffset)
  const bits53 = (at: number) => (view.getUint32(at) >>> 11) * 4_294_967_296 + view.getUint32(at + 4)
  return { id: bits53(0), check: bits53(8) }
}

const cookieName = 'atelier_session'
const tokenBytes = 16
const cookiePattern = /(?:^|;\s*)atelier_session=([\w-]{22})(?:;|$)/
const sessionSecondsMax = 7_776_000
