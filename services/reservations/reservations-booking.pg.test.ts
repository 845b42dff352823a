import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { inDays, momentIn, openHouses, type Houses } from './reservations-fixture.ts'

const zone = 'America/Phoenix'
const at = (date: string, time: string) => momentIn(zone, date, time)
const clocks = (starts: readonly string[]) => starts.map((start) => start.slice(11, 16)).join(' ')
let houses: Houses

beforeAll(async () => {
  houses = await openHouses(
    [
      { id: 1 },
      {
        id: 2,
        tables: [
          [2, 4],
          [2, 4],
          [2, 4],
        ],
        joins: [
          [5, 8, [1, 2]],
          [9, 12, [1, 2, 3]],
        ],
        parties: [1, 12],
      },
      { id: 3, turns: [105, 105, 105, 105] },
      { id: 4, tables: Array.from({ length: 20 }, () => [1, 4] as const) },
      { id: 5 },
    ],
    [
      { id: 1, house: 3, table: 301, starts_at: at(inDays(10), '18:15'), party: 2 },
      { id: 2, house: 2, join: 201, starts_at: at(inDays(30), '19:30'), party: 6 },
    ],
  )
  await houses.sql.unsafe('update reservations.house set hold_seconds = 3 where restaurant_id = 5')
})
afterAll(() => houses[Symbol.asyncDispose]())

describe('tables put together and each of them block each other', () => {
  test('the group takes its tables with it', async () => {
    const date = inDays(8)
    expect((await houses.book(2, at(date, '19:30'), 8)).status).toBe(201)
    expect((await houses.book(2, at(date, '19:30'), 8)).status).toBe(409)
    expect((await houses.book(2, at(date, '20:00'), 12)).status).toBe(409)
    expect((await houses.book(2, at(date, '20:00'), 4)).status).toBe(201)
    expect((await houses.book(2, at(date, '20:00'), 2)).status).toBe(409)
  })

  test('each table takes the group with it, until it is free again', async () => {
    const date = inDays(9)
    const bookings = [await houses.book(2, at(date, '19:30'), 2), await houses.book(2, at(date, '19:30'), 2)]
    expect((await houses.book(2, at(date, '20:30'), 6)).status).toBe(409)
    expect((await houses.hold(2, at(date, '19:00'), 9)).status).toBe(409)
    for (const { body } of bookings) expect((await houses.cancel(body.code, 1)).status).toBe(204)
    expect((await houses.hold(2, at(date, '19:00'), 12)).status).toBe(201)
    expect((await houses.book(2, at(date, '20:30'), 2)).status).toBe(409)
  })

  test('as do those that were imported', async () => {
    const date = inDays(30)
    expect(clocks(await houses.free(2, date, 8))).toBe('21:30')
    expect((await houses.book(2, at(date, '19:30'), 12)).status).toBe(409)
    expect((await houses.book(2, at(date, '19:30'), 4)).status).toBe(201)
    expect((await houses.book(2, at(date, '19:30'), 4)).status).toBe(409)
  })
})

test('a shift by one quarter does not double: a turn ends and begins on a quarter of an hour', async () => {
  // From 18:15 to 20:00.
  const date = inDays(10)
  expect(clocks(await houses.free(3, date, 2))).toBe('20:00 20:30 21:00 21:30')
  for (const time of ['17:30', '18:00', '18:30', '19:00', '19:30'])
    expect([time, (await houses.book(3, at(date, time), 2)).status]).toEqual([time, 409])
  expect((await houses.book(3, at(date, '20:00'), 2)).status).toBe(201)
  // From 20:00 to 21:45.
  expect(clocks(await houses.free(3, date, 2))).toBe('')
})

describe('a hold', () => {
  test('keeps the table for ten minutes and becomes a reservation, once', async () => {
    const start = at(inDays(11), '19:30')
    const { status, body } = await houses.hold(1, start, 2)
    expect([status, clocks([body.starts_at])]).toEqual([201, '19:30'])
    expect(Math.round((Date.parse(body.expires_at) - Date.now()) / 60_000)).toBe(10)
    expect((await houses.send('GET', `/reservations/${body.hold}`)).status).toBe(404)
    expect((await houses.book(1, start, 2)).status).toBe(409)
    const confirmed = await houses.confirm(1, body.hold)
    expect([confirmed.status, confirmed.body.starts_at]).toEqual([201, body.starts_at])
    const again = await houses.confirm(1, body.hold)
    expect([again.status, again.body.type]).toEqual([409, 'urn:atelier:no-hold'])
    expect((await houses.send('GET', `/reservations/${confirmed.body.code}`)).body.state).toBe('booked')
  })

  test('expires by itself, with nobody tidying: the table can be booked within a second, and the hold is none any more', async () => {
    const start = at(inDays(11), '19:30')
    const { body } = await houses.hold(5, start, 2)
    expect((await houses.book(5, start, 2)).status).toBe(409)
    const expiresMs = Date.parse(body.expires_at)
    // One look and one attempt, a second after its end: neither may come too early for it.
    await Bun.sleep(expiresMs + 1_000 - Date.now())
    expect(await houses.free(5, inDays(11), 2)).toContain(body.starts_at)
    const booked = await houses.book(5, start, 2)
    expect(booked.status).toBe(201)
    const late = await houses.confirm(5, body.hold)
    expect([late.status, late.body.type, late.body.alternatives.length]).toEqual([409, 'urn:atelier:no-hold', 5])
    expect((await houses.send('GET', `/reservations/${booked.body.code}`)).body.state).toBe('booked')
  })

  test('an expired one is taken over also by who asks for the same table at another time', async () => {
    const date = inDays(12)
    const { body } = await houses.hold(5, at(date, '19:30'), 4)
    await Bun.sleep(Date.parse(body.expires_at) - Date.now() + 20)
    expect((await houses.book(5, at(date, '18:30'), 4)).status).toBe(201)
    expect((await houses.book(5, at(date, '20:30'), 4)).status).toBe(201)
    expect((await houses.book(5, at(date, '19:30'), 4)).status).toBe(409)
  })

  test('one identity holds ten tables of a house at once', async () => {
    const cookie = { cookie: `atelier_session=${'A'.repeat(22)}` }
    const asked = Array.from({ length: 12 }, () => houses.hold(4, at(inDays(13), '19:30'), 2, cookie))
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([...Array<number>(10).fill(201), 409, 409])
    const refused = await houses.hold(4, at(inDays(14), '19:30'), 2, cookie)
    expect([refused.status, refused.body.type]).toEqual([409, 'urn:atelier:too-many-holds'])
    const first = await houses.hold(4, at(inDays(14), '19:30'), 2)
    expect([first.status, first.headers.get('set-cookie')?.startsWith('atelier_session=')]).toEqual([201, true])
  })
})

const key = (name: string) => ({ 'idempotency-key': name })

describe('an Idempotency-Key', () => {
  test('with the same body is answered as the first time, byte for byte, with one effect', async () => {
    const start = at(inDays(20), '19:30')
    const first = await houses.book(4, start, 2, key('a'))
    const again = await houses.book(4, start, 2, key('a'))
    expect([again.status, again.text, again.headers.get('location')]).toEqual([201, first.text, first.headers.get('location')])
    expect([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')]).toEqual([null, 'true'])
    const [booked] = await houses.sql.unsafe(
      'select count(*)::int as n from reservations.reservation where restaurant_id = 4 and starts_at = $1',
      [start],
    )
    expect(booked!['n']).toBe(1)
  })

  test('with another body is refused, in another restaurant or route it is another key', async () => {
    const start = at(inDays(21), '19:30')
    expect((await houses.book(4, start, 2, key('b'))).status).toBe(201)
    const other = await houses.book(4, start, 3, key('b'))
    expect([other.status, other.body.type]).toEqual([422, 'urn:atelier:key-reused'])
    expect((await houses.hold(4, start, 2, key('b'))).status).toBe(201)
    expect((await houses.book(1, start, 2, key('b'))).status).toBe(201)
  })

  test('keeps a refusal too: what was refused once is refused with the same words', async () => {
    const start = at(inDays(22), '19:30')
    const { body } = await houses.book(1, start, 2)
    const refused = await houses.book(1, start, 2, key('c'))
    expect((await houses.cancel(body.code, 1)).status).toBe(204)
    const again = await houses.book(1, start, 2, key('c'))
    expect([refused.status, again.status, again.text]).toEqual([409, 409, refused.text])
    expect((await houses.book(1, start, 2, key('d'))).status).toBe(201)
  })

  test('sent many times at once has one effect: the others are told that it is under way, or replayed', async () => {
    const start = at(inDays(23), '19:30')
    const answers = await Promise.all(Array.from({ length: 16 }, () => houses.book(4, start, 2, key('e'))))
    const made = new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text))
    expect(made.size).toBe(1)
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true)
  })

  test('is visible ASCII of at most 255 characters', async () => {
    for (const bad of ['x'.repeat(256), 'a b', 'é']) {
      const answer = await houses.book(4, at(inDays(24), '19:30'), 2, key(bad))
      expect([answer.status, answer.body.errors[0]!.field]).toEqual([422, 'idempotency-key'])
    }
  })
})

describe('a storm', () => {
  test('of 64 clients for the last table: one has it, the others are told of five other times', async () => {
    const start = at(inDays(26), '19:30')
    const answers = await Promise.all(Array.from({ length: 64 }, () => houses.book(1, start, 2)))
    expect(answers.filter(({ status }) => status === 201).length).toBe(1)
    const refused = answers.filter(({ status }) => status === 409)
    expect(refused.length).toBe(63)
    for (const { headers, body } of refused) {
      expect(headers.get('content-type')).toBe('application/problem+json')
      expect(body.alternatives.length).toBe(5)
      expect(body.alternatives).not.toContain(answers.find(({ status }) => status === 201)!.body.starts_at)
    }
    const free = await houses.free(1, inDays(26), 2)
    for (const start of refused[0]!.body.alternatives.filter((one) => one.startsWith(inDays(26)))) expect(free).toContain(start)
  })

  test('for twenty tables gives out all twenty', async () => {
    const start = at(inDays(27), '19:30')
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => houses.book(4, start, 1 + (n % 4))))
    expect(answers.filter(({ status }) => status === 201).length).toBe(20)
    expect(answers.filter(({ status }) => status === 409).length).toBe(80)
    expect(await houses.sound()).toBe(true)
  })
})
