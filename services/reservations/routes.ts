import { problemBody } from '../../kit/body.ts'
import { del, get, idField, patch, post } from '../../kit/endpoint.ts'
import { invalid, invalidField, notFound } from '../../kit/errors.ts'
import { integerField } from '../../kit/fields.ts'
import { answerReply, idempotencyKeyField, openIdempotent } from '../../kit/idempotency.ts'
import { sessionOf } from '../../kit/identity.ts'
import { anyIfMatchField, ifMatchField } from '../../kit/if-match.ts'
import { answered, noContent, type Reply } from '../../kit/reply.ts'
import type { Service } from '../../kit/service.ts'
import { daysOf } from './days.ts'
import { parseCode } from './code.ts'
import { coded, openDecisions, placed, tagged, type Named } from './decisions.ts'
import { codeField, dateField, minuteField, momentOf } from './fields.ts'
import { houseRoutes } from './house-routes.ts'
import { reservationQueries } from './queries.ts'
import { Availability, Hold, NewHold, NewReservation, Reservation, ReservationChange } from './types.ts'
import { waitlistRoutes } from './waitlist-routes.ts'

type Day = { id: number; days: number; minute: number; party: number }

const tag = 'reservations'
const problems = true
const busy = { 503: 'The database does not answer; Retry-After says when to ask again' }
const noTable = '`alternatives` has up to five starts that are free'
const keyed = { headers: { idempotency_key: idempotencyKeyField }, problems } as const
const refusals = { 404: 'No such restaurant', 409: noTable, 422: 'What is wrong, by field; or the key came with another body', ...busy }
const byCode = { 404: 'No such code', 422: 'A value that is none', ...busy }
const changedSince = 'The reservation was changed since'
const revised = { ...byCode, 412: changedSince, 428: 'If-Match with its revision is needed' }

export const reservationRoutes: Service['routes'] = ({ reads, writes, guard }) => {
  const decisions = openDecisions(writes)
  const { book, amend } = decisions
  const once = openIdempotent()
  const availability = reads.open<Day>({
    name: 'availability',
    statement: reservationQueries.availability,
    columns: [({ id }) => id, ({ days }) => days, ({ minute }) => minute, ({ party }) => party],
    id: ({ id, days, minute, party }) => `${id} ${days} ${minute} ${party}`,
    group: { name: 'reservations of restaurant', of: ({ id }) => id },
    ageMsMax: availabilityAgeMsMax,
  })
  const reservation = reads.open<Named>({
    name: 'reservation',
    statement: reservationQueries.reservation,
    columns: [({ restaurant_id }) => restaurant_id, ({ high }) => high, ({ low }) => low],
    texts: [({ code }) => code],
    id: ({ code }) => code,
    group: { name: 'reservations of restaurant', of: ({ restaurant_id }) => restaurant_id },
    personal: true,
  })

  return [
    get(
      '/restaurants/:id/availability',
      {
        summary: 'Free starts of a day, on the restaurant’s clock; with a time those at most two hours from it',
        tag,
        params: { id: idField('id') },
        query: { date: dateField, time: minuteField, party: integerField('party', 1, 20) },
        answer: Availability,
        problems,
        refusals: { 404: 'No such restaurant', 422: 'A value that is none', ...busy },
      },
      ({ id, date, time, party }) => availability({ id, days: daysOf(date), minute: time ?? -1, party }),
    ),
    post(
      '/restaurants/:id/holds',
      {
        summary: 'A table kept for ten minutes',
        tag,
        params: { id: idField('id') },
        body: problemBody(NewHold),
        answer: Hold,
        ...keyed,
        refusals,
      },
      async ({ id, idempotency_key, body: { starts_at, party } }, { request }) => {
        const session = sessionOf(request)
        const start = momentOf('starts_at', starts_at)
        const outcome = await once(`hold ${id}`, idempotency_key, request.body, (key) =>
          book({
            kind: 'hold',
            restaurant_id: id,
            starts_at: start,
            party,
            ...coded(id),
            identity_id: session.id,
            identity_check: session.check,
            ...key,
          }),
        )
        return answerReply(outcome, outcome.status === 201 && session.fresh !== undefined ? { 'set-cookie': session.fresh } : {})
      },
    ),
    post(
      '/restaurants/:id/reservations',
      {
        summary: 'A reservation, of a hold or at once; its code is the only way to it',
        tag,
        params: { id: idField('id') },
        body: problemBody(NewReservation),
        answer: Reservation,
        ...keyed,
        refusals,
      },
      async ({ id, idempotency_key, body: { hold, starts_at, party, ...guest } }, { request }) => {
        const wish = wishOf(id, hold, starts_at, party)
        return tagged(
          await once(`reservation ${id}`, idempotency_key, request.body, (key) => book({ restaurant_id: id, ...wish, ...guest, ...key })),
        )
      },
    ),
    get(
      '/reservations/:code',
      { summary: 'A reservation, for who has its code', tag, params: { code: codeField }, answer: Reservation, problems, refusals: byCode },
      async ({ code }) => ownersOnly(await reservation(code)),
    ),
    patch(
      '/reservations/:code',
      {
        summary: 'Another time, party, name or word; all of it or nothing',
        tag,
        params: { code: codeField },
        headers: { if_match: ifMatchField },
        body: problemBody(ReservationChange),
        answer: Reservation,
        problems,
        refusals: { ...revised, 409: `${noTable}; or it is over` },
      },
      async ({ code, if_match, body }) => {
        if (Object.keys(body).length === 0) throw invalid('Error: the body names nothing to change')
        const start = body.starts_at === undefined ? {} : { starts_at: momentOf('starts_at', body.starts_at) }
        return tagged(await amend({ kind: 'change', ...placed(code), seen: if_match ?? null, given: Object.keys(body), ...body, ...start }))
      },
    ),
    del(
      '/reservations/:code',
      {
        summary: 'Cancels; the table is free at once',
        tag,
        params: { code: codeField },
        headers: { if_match: anyIfMatchField },
        problems,
        refusals: { ...byCode, 409: 'It is over, or cancelled already', 412: changedSince },
      },
      async ({ code, if_match }) => {
        const outcome = await amend({ kind: 'cancellation', ...placed(code), seen: if_match ?? null, state: 'cancelled' })
        return outcome.status === 200 ? noContent : answerReply(outcome)
      },
    ),
    ...waitlistRoutes(decisions, reads),
    ...(guard ? houseRoutes(decisions, guard) : []),
  ]
}

/** A hold to be confirmed, or a start and a party. */
const wishOf = (id: number, hold: string | undefined, starts_at: string | undefined, party: number | undefined) => {
  if (hold === undefined) {
    if (starts_at === undefined) throw invalidField('starts_at')
    if (party === undefined) throw invalidField('party')
    return { kind: 'booking', starts_at: momentOf('starts_at', starts_at), party, ...coded(id) }
  }
  const code = parseCode(hold)
  if (code?.restaurant_id !== id) throw invalidField('hold')
  if (starts_at !== undefined) throw invalidField('starts_at', 'Error: a hold has its start already')
  return { kind: 'confirmation', code: hold, code_high: code.high, code_low: code.low }
}

/** What somebody's reservation says is kept nowhere between us. */
const ownersOnly = (reply: Reply): Reply => {
  if (answered(reply).status !== 200) throw notFound()
  return tagged({ status: 200, body: Buffer.from(reply.body).toString() })
}

/** A moment passes, and a hold ends, without a word to memory. */
const availabilityAgeMsMax = 500
