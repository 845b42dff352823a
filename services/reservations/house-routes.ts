import { problemBody } from '../../kit/body.ts'
import { idField, post, put, type Endpoint } from '../../kit/endpoint.ts'
import { AtelierError, invalidField } from '../../kit/errors.ts'
import { answerReply, idempotencyKeyField, openIdempotent } from '../../kit/idempotency.ts'
import { codeText } from './code.ts'
import { placed, tagged, type Decisions } from './decisions.ts'
import { codeField, realDate } from './fields.ts'
import { NewSchedule, NewState, Reservation, Schedule } from './types.ts'

const tag = 'reservations'
const problems = true
const refusals = { 401: 'Not the token', 503: 'The database does not answer; Retry-After says when to ask again' }

/** For the house itself, which holds the token. */
export const houseRoutes = ({ amend, reschedule }: Decisions, guard: NonNullable<Endpoint['guard']>): Endpoint[] => {
  const once = openIdempotent()
  return [
    post(
      '/reservations/:code/state',
      {
        summary: 'The party is seated, has finished, or did not come; or the house cancels',
        tag,
        params: { code: codeField },
        body: problemBody(NewState),
        answer: Reservation,
        success: 200,
        headers: { idempotency_key: idempotencyKeyField },
        problems,
        guard,
        refusals: { ...refusals, 404: 'No such code', 422: 'A value that is none', 409: 'It cannot become that' },
      },
      async ({ code, idempotency_key, body: { state } }, { request }) =>
        tagged(
          await once(`state ${code.code}`, idempotency_key, request.body, (key) =>
            amend({ kind: 'state', ...placed(code), state, ...key }),
          ),
        ),
    ),
    put(
      '/restaurants/:id/schedule',
      {
        summary: 'Hours and closures anew; where they meet reservations those are listed and nothing is done, unless confirmed',
        tag,
        params: { id: idField('id') },
        body: problemBody(NewSchedule),
        answer: Schedule,
        success: 200,
        problems,
        guard,
        refusals: {
          401: 'Not the token',
          404: 'No such restaurant',
          409: '`reservations` that are met',
          422: 'What is wrong, by field',
        },
      },
      async ({ id, body: { hours, closures = [], confirm = false } }) => {
        hours.forEach(({ opens, closes }, n) => {
          if (closes <= opens) throw invalidField(`hours.${n}.closes`)
        })
        closures.forEach(({ date }, n) => realDate(`closures.${n}.date`, date))
        const { status, body } = await reschedule({ restaurant_id: id, hours, closures, confirm })
        const reservations = metOf(id, body)
        if (status === 409)
          throw new AtelierError('conflict', 'Error: reservations are met', { type: 'urn:atelier:reservations-met', reservations })
        return answerReply({ status: 200, body: JSON.stringify({ reservations }) })
      },
    ),
  ]
}

type Met = { code_high: string; code_low: string; starts_at: string; party: number }
const metOf = (restaurant_id: number, body: string) =>
  (JSON.parse(body) as Met[]).map(({ code_high, code_low, starts_at, party }) => ({
    code: codeText({ restaurant_id, high: Number(code_high), low: Number(code_low) }),
    starts_at,
    party,
  }))
