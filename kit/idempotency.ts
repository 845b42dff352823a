import { Type } from 'typebox'
import type { Field } from './endpoint.ts'
import { conflict, invalidField } from './errors.ts'
import { identityOf, type Identity } from './identity.ts'
import { headerLines, strictHeaders, type Reply } from './reply.ts'

export const idempotencyKeyField: Field<string | undefined> = {
  schema: Type.String({
    minLength: 1,
    maxLength: 255,
    pattern: '^[\\x21-\\x7e]+$',
    description: 'What is sent again with it and the same body is answered as the first time, for 24 hours',
  }),
  required: false,
  parse(text) {
    if (text === undefined) return undefined
    if (!/^[\x21-\x7e]{1,255}$/.test(text)) throw invalidField('idempotency-key')
    return text
  },
}

/** What a statement is told of a key: 106 bits of its hash with its scope, and 53 of the body that came with it. */
export type Keyed = { readonly key_id: number; readonly key_check: number; readonly key_body: number }

/** An answer as it is kept, or as it was; `replayed` is true of one that was kept before. */
export type Answer = {
  readonly status: number
  readonly body: string
  readonly location?: string | null
  readonly replayed?: boolean | null
}

/**
 * What is done once for each key in a scope (a route and a restaurant). The statement keeps the answer with its effect, and finds one
 * that is kept; whoever sends a key again here while its first request is still under way is told so.
 */
export const openIdempotent = () => {
  const running = new Set<string>()
  return async <T>(scope: string, key: string | undefined, body: Uint8Array, run: (keyed: Keyed | undefined) => Promise<T>): Promise<T> => {
    if (key === undefined) return run(undefined)
    const { id, check } = identityOf(`idempotency ${scope}`, key)
    const name = `${id} ${check}`
    if (running.has(name)) throw conflict('Error: a request with this key is still under way')
    running.add(name)
    try {
      return await run({ key_id: id, key_check: check, key_body: bodyOf(body) })
    } finally {
      running.delete(name)
    }
  }
}

/** The reply to who sent it: no cache between us keeps it. */
export const answerReply = ({ status, body, location, replayed }: Answer, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: headerLines({
    ...strictHeaders,
    'content-type': status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json',
    'cache-control': 'private, no-store',
    ...(typeof location === 'string' && { location }),
    ...(replayed && { 'idempotent-replayed': 'true' }),
    ...headers,
  }),
  etag: undefined,
  body: Buffer.from(body),
})

/** Equal bodies are equal bytes. */
const bodyOf = (body: Uint8Array): number => {
  const one: Identity = identityOf('body', Buffer.from(body).toString('latin1'))
  return one.id
}
