import { problemBody } from '../../kit/body.ts'
import { get, idField, post, type Endpoint } from '../../kit/endpoint.ts'
import { invalidField } from '../../kit/errors.ts'
import { answerReply, idempotencyKeyField, openIdempotent } from '../../kit/idempotency.ts'
import { personal } from '../../kit/reply.ts'
import type { Reads } from '../../kit/reads.ts'
import { codeText, newCode } from './code.ts'
import { coded, type Decisions, type Named } from './decisions.ts'
import { codeField, realDate } from './fields.ts'
import { reservationQueries } from './queries.ts'
import { NewWaiting, Waiting } from './types.ts'

const tag = 'reservations'
const problems = true
const busy = { 503: 'The database does not answer; Retry-After says when to ask again' }

/** For who found no table. */
export const waitlistRoutes = ({ wait }: Decisions, reads: Reads): Endpoint[] => {
  const once = openIdempotent()
  const waiting = reads.open<Named>({
    name: 'waiting',
    statement: reservationQueries.waiting,
    columns: [({ restaurant_id }) => restaurant_id, ({ high }) => high, ({ low }) => low],
    texts: [({ code }) => code],
    id: ({ code }) => code,
    group: { name: 'reservations of restaurant', of: ({ restaurant_id }) => restaurant_id },
    personal: true,
  })
  return [
    post(
      '/restaurants/:id/waitlist',
      {
        summary: 'Who waits is given a hold, first come, first served, when a table is free',
        tag,
        params: { id: idField('id') },
        body: problemBody(NewWaiting),
        answer: Waiting,
        headers: { idempotency_key: idempotencyKeyField },
        problems,
        refusals: { 404: 'No such restaurant', 422: 'What is wrong, by field; or the key came with another body', ...busy },
      },
      async ({ id, idempotency_key, body: { date, from, to, ...guest } }, { request }) => {
        if (to < from) throw invalidField('to')
        const [place, hold] = [coded(id), newCode(id)]
        const item = {
          restaurant_id: id,
          ...place,
          hold: codeText(hold),
          hold_high: hold.high,
          hold_low: hold.low,
          service_date: realDate('date', date),
        }
        const minutes = { from_minute: from, to_minute: to }
        return answerReply(
          await once(`waitlist ${id}`, idempotency_key, request.body, (key) => wait({ ...item, ...minutes, ...guest, ...key })),
        )
      },
    ),
    get(
      '/waitlist/:code',
      {
        summary: 'A place in a waitlist, with its hold',
        tag,
        params: { code: codeField },
        answer: Waiting,
        problems,
        refusals: { 404: 'No such code', 422: 'A value that is none', ...busy },
      },
      async ({ code }) => personal(await waiting(code)),
    ),
  ]
}
