import { describe, expect, test } from 'bun:test'
import { violations, type Left } from './bookings-check.ts'
import { History, type Attempt } from './bookings-history.ts'
import { bookedHouses } from './bookings-houses.ts'
import type { Event, Occupant } from './bookings-replay.ts'

/** A house with one table of four, on which nothing happened yet. */
const houses = bookedHouses(1)
const evening = Date.UTC(2030, 0, 1, 23)
const day = Date.UTC(2029, 11, 31)
const minutes = 60_000

const attempt = (n: number, given: Partial<Attempt>): Attempt => {
  const asked = { kind: 'booking', house: 1, starts: evening, party: 2, session: 1, code: '', revision: 0, keyed: true } as const
  const answered = {
    sentMs: day,
    answeredMs: day + 100,
    status: 409,
    type: 'urn:atelier:no-table',
    made: '',
    body: '',
    alternatives: [],
    bytes: 0,
    unsure: false,
  }
  return { n, ...asked, ...answered, ...given }
}
const occupant = (n: number, given: Partial<Occupant>): Occupant => {
  const has = { house: 1, starts: evening, ends: evening + 90 * minutes, tables: [100], party: 2 }
  return { code: `1-${n}`, ...has, state: 'booked', revision: 1, until: undefined, n, ...given }
}
const event = (n: number, at: number, given: Partial<Event> = {}): Event => ({
  ...occupant(n, given),
  seq: at,
  at,
  gone: false,
  made: at,
  ...given,
})
const bookingBody = (n: number, starts = evening) =>
  JSON.stringify({ code: `1-${n}`, restaurant_id: 1, state: 'booked', revision: 1, starts_at: new Date(starts), ends_at: new Date(starts + 90 * minutes), party: 2, notes: `#${n}` }) // prettier-ignore
const booking = (n: number, given: Partial<Attempt> = {}) =>
  attempt(n, { status: 201, type: '', made: `1-${n}`, body: bookingBody(n, given.starts), ...given })

/** What is found when these attempts left these events, and the tables are what the last of them say. */
const found = (attempts: readonly Attempt[], events: readonly Event[], more: Partial<Left> = {}) => {
  const history = new History()
  history.attempts.push(...attempts)
  const last = [...new Map(events.map((one) => [one.code, one])).values()].filter(({ gone }) => !gone)
  const seated = last.filter(({ state }) => state === 'held' || state === 'booked')
  const slots = seated.flatMap(({ code, tables, starts, ends, until }) =>
    tables.flatMap((table) =>
      Array.from({ length: (ends - starts) / (15 * minutes) }, (_, n) => ({ code, table, start: starts + n * 15 * minutes, until })),
    ),
  )
  return violations(houses, history, { events, rows: last, slots, waits: [], nowMs: day + 3_600_000, ...more }).map(({ fault }) => fault)
}

const doubled = (...events: Event[]) => found([booking(2)], events).filter((fault) => fault.endsWith('at once'))

test('a reservation that is there as it was answered is no fault', () => {
  expect(found([booking(1)], [event(1, day + 50)])).toEqual([])
})

describe('a refusal', () => {
  const held = event(1, day, { state: 'held', until: day + 1_000, n: 0 })
  const hold = attempt(1, {
    kind: 'hold',
    status: 201,
    type: '',
    made: '1-1',
    sentMs: day - 10,
    answeredMs: day + 10,
    body: JSON.stringify({ hold: '1-1', restaurant_id: 1, starts_at: new Date(evening), party: 2, expires_at: new Date(day + 1_000) }),
  })
  const refused = (sentMs: number, answeredMs: number, given: Partial<Attempt> = {}) =>
    found([hold, attempt(2, { sentMs, answeredMs, ...given })], [held], { rows: [], slots: [] }).filter((fault) =>
      fault.includes('refusal'),
    )
  const unjustified = ['nothing justifies the refusal of #2']

  test('is right while somebody has the table, and when that began or ended meanwhile', () => {
    expect(refused(day + 100, day + 200)).toEqual([])
    expect(refused(day - 100, day + 20)).toEqual([])
    expect(refused(day + 900, day + 2_000)).toEqual([])
  })
  test('is wrong before that and after it, at another time of the evening, and of a hold that lives', () => {
    expect(refused(day - 200, day - 100)).toEqual(unjustified)
    expect(refused(day + 1_001, day + 2_000)).toEqual(unjustified)
    expect(refused(day + 100, day + 200, { starts: evening + 90 * minutes })).toEqual(unjustified)
    expect(refused(day + 100, day + 200, { kind: 'confirmation', code: '1-1', type: 'urn:atelier:no-hold' })).toEqual(unjustified)
    expect(refused(day + 100, day + 200, { kind: 'hold', type: 'urn:atelier:too-many-holds' })).toEqual(unjustified)
    expect(refused(day + 100, day + 200, { type: 'urn:atelier:of-no-kind' })).toEqual(unjustified)
  })
  test('of a change is wrong when only the reservation itself is in the way, or its revision was the one that was meant', () => {
    const change = { kind: 'change', code: '1-1', revision: 1, sentMs: day + 100, answeredMs: day + 200 } as const
    const refusals = (given: Partial<Attempt>) => found([booking(1), attempt(2, { ...change, ...given })], [event(1, day + 50)])
    expect(refusals({ starts: evening + 30 * minutes })).toEqual(unjustified)
    expect(refusals({ status: 412, type: 'about:blank' })).toEqual(unjustified)
    expect(refusals({ status: 412, type: 'about:blank', revision: 2 })).toEqual([])
  })
})

describe('without a key', () => {
  const cancelled = event(1, day + 80, { state: 'cancelled', revision: 2 })
  const cancellation = attempt(3, {
    kind: 'cancellation',
    code: '1-1',
    revision: 1,
    status: 204,
    type: '',
    sentMs: day + 60,
    answeredMs: day + 95,
  })
  const refused = (sentMs: number, keyed: boolean) =>
    found([booking(1), cancellation, attempt(2, { keyed, sentMs, answeredMs: sentMs + 10 })], [event(1, day + 50), cancelled])

  test('a refusal need not know of what is being given back', () => {
    expect(refused(day + 90, false)).toEqual([])
    expect(refused(day + 90, true)).toEqual(['nothing justifies the refusal of #2'])
    expect(refused(day + 96, false)).toEqual(['nothing justifies the refusal of #2'])
  })
  test('a booking that was not answered may be there, once', () => {
    const unknown = booking(1, { keyed: false, status: 0, unsure: true, made: '', body: '' })
    const second = event(1, day + 60, { code: '1-9', starts: evening + 90 * minutes, ends: evening + 180 * minutes })
    expect(found([unknown], [])).toEqual([])
    expect(found([unknown], [event(1, day + 50)])).toEqual([])
    expect(found([unknown], [event(1, day + 50), second])).toEqual(['1-9 was changed twice by one attempt'])
    expect(found([{ ...unknown, keyed: true }], [])).toEqual(['#1 was never answered'])
  })
})

test('another start that was named and was not free is found', () => {
  const named = (minute: number) =>
    found(
      [booking(1), attempt(2, { sentMs: day + 60, answeredMs: day + 70, alternatives: [evening + minute * minutes] })],
      [event(1, day + 50)],
    )
  expect(named(90)).toEqual([])
  expect(named(60)).toEqual([`#2 was told of ${new Date(evening + 60 * minutes).toISOString()}, which was not free`])
})

test('two parties at a table at once are found, however short the time was', () => {
  const later = evening + 75 * minutes
  const both = [event(1, day + 50), event(2, day + 60, { starts: later, ends: later + 90 * minutes })]
  const cancelled = event(1, day + 80, { state: 'cancelled', revision: 2 })
  const cancellation = attempt(3, { kind: 'cancellation', code: '1-1', revision: 1, status: 204, type: '' })
  const bookings = [booking(1), booking(2, { starts: later })]
  expect(found(bookings, both)).toContain('1-2 and 1-1 have a table at once')
  expect(found([...bookings, cancellation], [...both, cancelled])).toEqual(['1-2 and 1-1 have a table at once'])
  expect(found([...bookings, cancellation], [both[0]!, cancelled, { ...both[1]!, at: day + 90, made: day + 90 }])).toEqual([])
})

test('a hold that ended makes room, and cannot be confirmed after somebody has taken it', () => {
  const held = event(1, day, { state: 'held', until: day + 40, n: 0 })
  const taken = event(2, day + 50)
  expect(doubled(held, taken)).toEqual([])
  expect(doubled({ ...held, until: day + 51 }, taken)).toEqual(['1-2 and 1-1 have a table at once'])
  expect(doubled(held, taken, event(1, day + 60, { n: 3 }))).toEqual(['1-1 and 1-2 have a table at once'])
})

test('a 201 that is not there, or not as it was answered, is found', () => {
  expect(found([booking(1)], [])).toEqual(['the 201 of #1 is lost'])
  expect(found([booking(1)], [event(1, day + 50, { party: 3 })])).toEqual(['the 201 of #1 is lost'])
  expect(found([booking(1)], [event(1, day + 50)], { rows: [], slots: [] })).toEqual(['1-1 is lost'])
})

test('a key with two effects, and a key with two answers, are found', () => {
  const second = event(1, day + 60, { code: '1-9', starts: evening + 90 * minutes, ends: evening + 180 * minutes })
  expect(found([booking(1)], [event(1, day + 50), second])).toEqual(['1-9 was changed by nobody who may'])
  const history = new History()
  const twice = attempt(1, { status: 0 })
  expect(history.settle(twice, { status: 201, body: bookingBody(1) })).toBe(true)
  history.settle(twice, { status: 201, body: bookingBody(1) })
  expect(history.violations).toEqual([])
  history.settle(twice, { status: 201, body: bookingBody(2) })
  expect(history.violations[0]!.fault).toStartWith('key 1 was answered 201, then 201: ')
})

test('what an old revision changed is found, and a cancellation that nobody asked for', () => {
  const changed = event(1, day + 70, { revision: 2, n: 2 })
  const body = bookingBody(2).replace('"1-2"', '"1-1"').replace('"revision":1', '"revision":2')
  const change = (revision: number) => attempt(2, { kind: 'change', code: '1-1', revision, status: 200, type: '', made: '1-1', body })
  expect(found([booking(1), change(1)], [event(1, day + 50), changed])).toEqual([])
  expect(found([booking(1), change(0)], [event(1, day + 50), changed])).toContain('1-1 was changed by nobody who may')
  expect(found([booking(1)], [event(1, day + 50), event(1, day + 70, { state: 'cancelled', revision: 2 })])).toEqual([
    '1-1 was changed by nobody who may',
  ])
})

test('a 500 is found, a 503 is no answer, and another body under a key is refused', () => {
  const history = new History()
  const one = attempt(1, { status: 0 })
  expect(history.settle(one, { status: 503, body: '' })).toBe(false)
  expect(history.settle(one, { status: 409, body: '{"type":"about:blank"}' })).toBe(false)
  expect(history.misused(one, { status: 422, body: '{"type":"urn:atelier:key-reused"}' })).toBe(true)
  expect(history.violations).toEqual([])
  history.misused(one, { status: 201, body: '' })
  history.settle(one, { status: 500, body: 'Error' })
  expect(history.violations.map(({ fault }) => fault)).toEqual([
    'key 1 with another body was answered 201 ',
    'nobody may be answered 500 here: Error',
  ])
})
