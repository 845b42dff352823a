/** What a handler answers. It is its own `ResponseInit`, so a ready-made one costs nothing to send again. */
export type Reply = {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array | string | null
}

/** On every answer. Nothing we send is to be framed, sniffed or run. */
export const strictHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'access-control-allow-origin': '*',
} as const

/** `no-cache` lets a cache keep the answer but ask each time, which the ETag makes cheap. */
const jsonHeaders = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache', ...strictHeaders } as const
const textHeaders = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...strictHeaders } as const

export const json = (body: Uint8Array | string): Reply => ({ status: 200, headers: { ...jsonHeaders, etag: etagOf(body) }, body })

export const text = (status: number, body: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { ...textHeaders, ...headers },
  body,
})

/** RFC 9211: served from memory past its time because the database is away. */
export const stale = (reply: Reply): Reply => ({ ...reply, headers: { ...reply.headers, 'cache-status': 'atelier; hit; detail=stale' } })

/** A strong validator: a 64-bit hash of the bytes (wyhash), so equal bytes have equal tags in every process. */
const etagOf = (body: Uint8Array | string) => `"${Bun.hash(body).toString(36)}"`
