import { tooBusy } from './errors.ts'

/** What a handler answers: status, header lines as they go on the wire, and the bytes of the body. */
export type Reply = {
  readonly status: number
  /** `name: value\r\n` for each. Content-Length, Date and Connection are the server's business. */
  readonly headers: string
  readonly etag: string | undefined
  readonly body: Uint8Array
  /** Everything after the date, as it goes on the wire; for replies that are sent many times. */
  readonly sealed?: Uint8Array | undefined
  /** From memory past its time, because the database is away. */
  readonly stale?: boolean
}

export type Headers = Readonly<Record<string, string>>

export const headerLines = (headers: Headers): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')

/** On every answer. Nothing we send is to be framed, sniffed or run. */
export const strictHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'access-control-allow-origin': '*',
} as const

export const json = (body: Uint8Array): Reply => {
  const etag = etagOf(body)
  return { status: 200, headers: `${jsonHeaders}etag: ${etag}\r\n`, etag, body }
}

/** A page, a script, a style: `headers` say what it is and what it may do. */
export const asset = (body: Uint8Array, headers: Headers): Reply => {
  const etag = etagOf(body)
  return { status: 200, headers: headerLines({ ...strictHeaders, 'cache-control': 'no-cache', ...headers, etag }), etag, body }
}

export const text = (status: number, body: string, headers: Headers = {}): Reply => ({
  status,
  headers: headerLines({ ...strictHeaders, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers }),
  etag: undefined,
  body: Buffer.from(body),
})

export const empty = (status: number, headers: Headers = {}): Reply => ({
  status,
  headers: headerLines({ ...strictHeaders, ...headers }),
  etag: undefined,
  body: new Uint8Array(0),
})

/** What a POST and a PUT answer when all is well. */
export const created = text(201, 'Created')
export const noContent = empty(204)

/** For one client only: no cache between us keeps it. `setCookie` as it goes on the wire. */
export const personal = (reply: Reply, setCookie?: string): Reply => {
  if (reply === overloaded) return reply
  const { status, body } = reply
  return {
    status,
    headers: headerLines({
      ...strictHeaders,
      'content-type': status === 200 ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8',
      'cache-control': 'private, no-store',
      vary: 'Cookie, Authorization',
      ...(setCookie !== undefined && { 'set-cookie': setCookie }),
    }),
    etag: undefined,
    body,
  }
}

/** No page of another origin may read it. */
export const unshared = (reply: Reply): Reply => ({ ...reply, sealed: undefined, headers: reply.headers.replace(sharing, '') })
const sharing = headerLines({ 'access-control-allow-origin': strictHeaders['access-control-allow-origin'] })

/** The same reply, of a status that has a body, in one piece with a copy of its body: made once, sent with no more work than copying it. */
export const sealed = (reply: Reply): Reply => {
  const head = `${reply.headers}${contentLength(reply)}\r\n`
  const whole = Buffer.allocUnsafeSlow(head.length + reply.body.length)
  whole.write(head, 0, 'latin1')
  whole.set(reply.body, head.length)
  return { ...reply, body: whole.subarray(head.length), sealed: whole }
}

export const contentLength = ({ body }: Reply): string => `content-length: ${body.length}\r\n`

/** Says so in the field of RFC 9211. */
export const stale = (reply: Reply): Reply => ({
  ...reply,
  sealed: undefined,
  stale: true,
  headers: `${reply.headers}cache-status: atelier; hit; detail=stale\r\n`,
})

/** `no-cache` lets a cache keep the answer but ask each time, which the ETag makes cheap. */
const jsonHeaders = headerLines({ ...strictHeaders, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache' })

/** A strong validator: length and 32-bit hash of the bytes, so equal bytes have equal tags in every process. */
const etagOf = (body: Uint8Array) => `"${body.length.toString(36)}-${Bun.hash.xxHash32(body).toString(36)}"`

/** The reply of a read that is looked into before it is answered: one that was refused has nothing to look into. */
export const answered = (reply: Reply): Reply => {
  if (reply.status === 503) throw tooBusy(tooMany)
  return reply
}

const tooMany = 'Error: too many requests are waiting, try again'
/** A read that would wait too long. One for all, given and not thrown: this is answered by the ten thousand, and nothing is logged of it. */
export const overloaded = sealed(text(503, tooMany, { 'retry-after': '1' }))
