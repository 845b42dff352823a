import { Type, type Static } from 'typebox'

const id = Type.Integer({ minimum: 1 })
const local = Type.String({
  format: 'date-time',
  description: "The restaurant's clock with its offset",
  examples: ['2027-01-08T19:30:00-05:00'],
})
const moment = Type.String({ format: 'date-time', description: 'UTC', examples: ['2027-01-02T09:00:00.000Z'] })
const party = Type.Integer({ minimum: 1, maximum: 20 })
const date = Type.String({ pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$', examples: ['2027-01-08'] })
const minute = (maximum: number) => Type.Integer({ minimum: 0, maximum, description: 'Of the local day; above 1440 it is past midnight' })
const startsAt = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,6})?)?(Z|[+-]\\d\\d:\\d\\d)$',
  description: 'A moment, with its offset',
  examples: ['2027-01-08T19:30:00-05:00'],
})
const token = Type.String({ pattern: '^[0-9a-z]{1,11}-[0-9A-HJKMNP-TV-Z]{20}$', examples: ['1kj-9QH2T0V5WC7M4R8XJ3BK'] })
const guest = {
  name: Type.String({ minLength: 1, maxLength: 60 }),
  email: Type.String({ maxLength: 254, pattern: '^[^\\s@]+@[^\\s@.]+(\\.[^\\s@.]+)+$' }),
  phone: Type.String({ minLength: 1, maxLength: 40 }),
  notes: Type.String({ minLength: 1, maxLength: 1_000 }),
}
const nullable = <T extends ReturnType<typeof Type.String>>(schema: T) => Type.Union([schema, Type.Null()])

export const Availability = Type.Object({
  restaurant_id: id,
  date,
  party,
  zone: Type.String({ examples: ['America/New_York'] }),
  starts: Type.Array(local, {
    description: 'At most two hours from the time, where one is given; a start past midnight is of the day before',
  }),
})
export type Availability = Static<typeof Availability>

export const NewHold = Type.Object({ starts_at: startsAt, party })
export type NewHold = Static<typeof NewHold>

export const Hold = Type.Object({ hold: token, restaurant_id: id, starts_at: local, party, expires_at: moment })
export type Hold = Static<typeof Hold>

const contact = {
  name: guest.name,
  email: guest.email,
  phone: Type.Optional(nullable(guest.phone)),
  notes: Type.Optional(nullable(guest.notes)),
}
export const NewReservation = Type.Object(
  { hold: Type.Optional(token), starts_at: Type.Optional(startsAt), party: Type.Optional(party), ...contact },
  { description: 'Either a hold, or a start and a party' },
)
export type NewReservation = Static<typeof NewReservation>

const State = Type.Union([
  Type.Literal('booked'),
  Type.Literal('seated'),
  Type.Literal('finished'),
  Type.Literal('no_show'),
  Type.Literal('cancelled'),
])

export const Reservation = Type.Object({
  code: token,
  restaurant_id: id,
  state: State,
  revision: Type.Integer({ minimum: 1, description: 'As in the ETag, which a change or a cancellation sends as If-Match' }),
  starts_at: local,
  ends_at: local,
  party,
  name: nullable(guest.name),
  phone: nullable(guest.phone),
  notes: nullable(guest.notes),
  created_at: moment,
})
export type Reservation = Static<typeof Reservation>

/** What is not given stays; null takes a phone or notes away. */
export const ReservationChange = Type.Object(
  {
    starts_at: Type.Optional(startsAt),
    party: Type.Optional(party),
    name: Type.Optional(guest.name),
    email: Type.Optional(guest.email),
    phone: Type.Optional(nullable(guest.phone)),
    notes: Type.Optional(nullable(guest.notes)),
  },
  { minProperties: 1 },
)
export type ReservationChange = Static<typeof ReservationChange>

export const NewState = Type.Object({
  state: Type.Union([Type.Literal('seated'), Type.Literal('finished'), Type.Literal('no_show'), Type.Literal('cancelled')]),
})
export type NewState = Static<typeof NewState>

export const NewWaiting = Type.Object({
  date,
  from: Type.Integer({ minimum: 0, maximum: 1800, description: 'Starts from this minute of the local day' }),
  to: Type.Integer({ minimum: 0, maximum: 1800, description: 'to this one; above 1440 it is past midnight' }),
  party,
  name: guest.name,
  email: guest.email,
})
export type NewWaiting = Static<typeof NewWaiting>

export const Waiting = Type.Object({
  code: token,
  restaurant_id: id,
  date,
  from_at: local,
  to_at: local,
  party,
  state: Type.Union([Type.Literal('waiting'), Type.Literal('offered'), Type.Literal('expired'), Type.Literal('booked')]),
  hold: Type.Union([Type.Object({ hold: token, starts_at: local, expires_at: moment }), Type.Null()]),
})
export type Waiting = Static<typeof Waiting>

export const NewSchedule = Type.Object({
  hours: Type.Array(
    Type.Object({ weekday: Type.Integer({ minimum: 1, maximum: 7, description: 'ISO' }), opens: minute(1440), closes: minute(1800) }),
    {
      maxItems: 50,
    },
  ),
  closures: Type.Optional(
    Type.Array(Type.Object({ date, from: Type.Optional(minute(1800)), to: Type.Optional(minute(1800)) }), { maxItems: 400 }),
  ),
  confirm: Type.Optional(Type.Boolean({ description: 'Also when reservations are met, which stay' })),
})
export type NewSchedule = Static<typeof NewSchedule>

export const Schedule = Type.Object({
  reservations: Type.Array(Type.Object({ code: token, starts_at: local, party }), { description: 'Booked where it is closed now' }),
})
export type Schedule = Static<typeof Schedule>
