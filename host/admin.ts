import { timingSafeEqual } from 'node:crypto'
import { Type } from 'typebox'
import { jsonBody } from '../kit/body.ts'
import { get, post, type Endpoint, type Field } from '../kit/endpoint.ts'
import { invalid, unauthorised } from '../kit/errors.ts'
import type { HttpRequest } from '../kit/http-connection.ts'
import { limits } from '../kit/limits.ts'
import type { Moderator } from '../kit/moderator.ts'
import { text, type Reply } from '../kit/reply.ts'
import { LedgerPage, LedgerRow, newDecision, NewErasure, Receipt, ReportedPage } from './admin-types.ts'

/** For those who answer for what people wrote, and hold the token. */
export const adminEndpoints = ({ moderator, token }: { moderator: Moderator; token: string }): Endpoint[] => {
  const query = { kind: kindField(moderator.kinds), after: afterField, count: countField }
  const decision = jsonBody(newDecision(moderator.kinds), badDecision)
  const endpoints: Endpoint[] = [
    get(
      '/admin/reported',
      { summary: 'What was reported and waits for a decision, oldest id first', tag, query, answer: ReportedPage, refusals: listRefusals },
      async ({ kind, after, count }) => page(await moderator.reported(kind, after, count), count, ({ id }) => id),
    ),
    get(
      '/admin/decisions',
      { summary: 'The ledger: every decision, oldest first', tag, query, answer: LedgerPage, refusals: listRefusals },
      async ({ kind, after, count }) => page(await moderator.ledger(kind, after, count), count, ({ decision_id }) => decision_id),
    ),
    {
      ...post(
        '/admin/decisions',
        {
          summary: 'Restores or rejects what was reported, or sets the response of the seller',
          tag,
          body: decision,
          refusals: { ...refusals, 404: 'Not there', 409: 'Not reported, or decided on already', 422: badDecision },
        },
        async ({ body: { kind, id, decision, reason = '', response } }) =>
          json(201, await moderator.decide(kind, { id, decision, reason, ...(response !== undefined && { response }) })),
      ),
      answer: LedgerRow,
    },
    {
      ...post(
        '/admin/erasures',
        {
          summary: 'Erases all that stands under an e-mail address; a question with all its answers',
          tag,
          body: jsonBody(NewErasure, badErasure),
          refusals: { ...refusals, 422: badErasure },
        },
        async ({ body: { email } }) => json(200, await moderator.erase(email)),
      ),
      answer: Receipt,
      success: 200,
    },
  ]
  const guard = openGuard(token)
  return endpoints.map((endpoint) => ({ ...endpoint, guard }))
}

const tag = 'moderation'
const badDecision = 'Error: Decision body contains invalid entries'
const badErasure = 'Error: Erasure body contains invalid entries'
const refusals = { 401: 'Not the token', 503: 'The database does not answer; Retry-After says when to ask again' }
const listRefusals = { ...refusals, 422: 'Error: invalid kind, after or count provided' }

/** Of equal length whatever was sent, so the comparison takes equally long. */
export const openGuard = (token: string) => {
  const expected = digest(token)
  return (request: HttpRequest) => {
    const given = /^bearer +(\S+)$/i.exec(request.header('authorization') ?? '')?.[1] ?? ''
    if (!timingSafeEqual(digest(given), expected)) throw unauthorised()
  }
}

const digest = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest()

const json = (status: number, value: unknown): Reply =>
  text(status, JSON.stringify(value), { 'content-type': 'application/json; charset=utf-8' })

const page = <Row>(results: readonly Row[], count: number, idOf: (row: Row) => number): Reply =>
  json(200, { results, next: results.length === count ? idOf(results.at(-1)!) : null })

const kindField = (kinds: readonly string[]): Field<string> => ({
  schema: Type.Union(kinds.map((kind) => Type.Literal(kind))),
  required: true,
  parse(text) {
    if (text === undefined || !kinds.includes(text)) throw invalid('Error: invalid kind provided')
    return text
  },
})

const integerField = (name: string, min: number, max: number, otherwise: number): Field<number> => ({
  schema: Type.Integer({ minimum: min, maximum: max, default: otherwise }),
  required: false,
  parse(text) {
    const value = text === undefined ? otherwise : /^\d{1,16}$/.test(text) ? Number(text) : -1
    if (value < min || value > max) throw invalid(`Error: invalid ${name} provided`)
    return value
  },
})
const afterField = integerField('after', 0, Number.MAX_SAFE_INTEGER, 0)
const countField = integerField('count', 1, limits.moderationRowsMax, 50)
