import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { until } from '../../host/testing.ts'
import { asAdmin, dayAfter, guest, inDays, momentIn, openHouses, type Houses } from './reservations-fixture.ts'

const zone = 'America/Phoenix'
const at = (date: string, time: string) => momentIn(zone, date, time)
const clocks = (starts: readonly string[]) => starts.map((start) => start.slice(11, 16)).join(' ')
const evening = '17:30 18:00 18:30 19:00 19:30 20:00 20:30 21:00 21:30'
let houses: Houses

beforeAll(async () => {
  houses = await openHouses([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }, { id: 5 }], [], { tidies: true })
})
afterAll(() => houses[Symbol.asyncDispose]())

const wait = (id: number, date: string, from: number, to: number, headers?: Record<string, string>) =>
  houses.send('POST', `/restaurants/${id}/waitlist`, { date, from, to, party: 2, ...guest }, headers)
const week = (opens: number, closes: number) => [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opens, closes }))
const put = (id: number, schedule: object, headers: Record<string, string> = asAdmin) =>
  houses.send('PUT', `/restaurants/${id}/schedule`, schedule, headers)

describe('the waitlist', () => {
  const seen = async (code: string) => (await houses.send('GET', `/waitlist/${code}`)).body as unknown as Place
  type Place = { code: string; state: string; hold: { hold: string; starts_at: string; expires_at: string } | null }

  test('gives the first match a hold when a table frees, which becomes a reservation', async () => {
    const date = inDays(8)
    const { code } = (await houses.book(1, at(date, '19:30'), 4)).body
    const first = await wait(1, date, 1170, 1200)
    const second = await wait(1, date, 1170, 1200)
    expect([first.status, first.headers.get('location'), first.body.state]).toEqual([201, `/waitlist/${first.body.code}`, 'waiting'])
    expect((await seen(first.body.code)).hold).toBeNull()

    expect((await houses.cancel(code, 1)).status).toBe(204)
    const offered = await seen(first.body.code)
    expect([offered.state, clocks([offered.hold!.starts_at])]).toEqual(['offered', '19:30'])
    expect((await seen(second.body.code)).state).toBe('waiting')
    expect((await houses.book(1, at(date, '19:30'), 2)).status).toBe(409)
    expect((await houses.confirm(1, offered.hold!.hold)).status).toBe(201)
    expect((await seen(first.body.code)).state).toBe('booked')
  })

  test('what is free at once is offered at once; times that do not match are left alone', async () => {
    const date = inDays(9)
    const { body } = await wait(2, date, 1080, 1100)
    const offered = await seen(body.code)
    expect([offered.state, clocks([offered.hold!.starts_at])]).toEqual(['offered', '18:00'])
    const later = await wait(2, date, 1080, 1090)
    expect((await houses.book(2, at(date, '20:00'), 2)).status).toBe(201)
    expect((await seen(later.body.code)).state).toBe('waiting')
  })

  test('gets what an expired hold had', async () => {
    await houses.sql.unsafe('update reservations.house set hold_seconds = 3 where restaurant_id = 3')
    const date = inDays(10)
    expect((await houses.hold(3, at(date, '19:30'), 4)).status).toBe(201)
    const { body } = await wait(3, date, 1170, 1170)
    expect(body.state).toBe('waiting')
    await until(async () => (await seen(body.code)).state === 'offered')
  })

  test('takes a key, a real date and a window, and nothing of the past', async () => {
    const key = { 'idempotency-key': 'k' }
    const first = await wait(4, inDays(11), 1100, 1200, key)
    expect((await wait(4, inDays(11), 1100, 1200, key)).text).toBe(first.text)
    expect((await wait(4, inDays(11), 1200, 1100)).body.errors[0]!.field).toBe('to')
    expect((await wait(4, '2027-02-30', 1100, 1200)).body.errors[0]!.field).toBe('date')
    expect((await wait(4, inDays(-2), 1100, 1200)).body.type).toBe('urn:atelier:not-bookable')
    expect((await wait(99, inDays(11), 1100, 1200)).status).toBe(404)
    expect((await houses.send('GET', '/waitlist/4-00000000000000000000')).status).toBe(404)
  })
})

describe('PUT /restaurants/:id/schedule', () => {
  test('sets hours and closures, also past midnight, for who has the token', async () => {
    const [date, closed] = [inDays(20), inDays(21)]
    expect((await put(4, { hours: week(1200, 1560) }, {})).status).toBe(401)
    expect(
      (await put(4, { hours: week(1200, 1560), closures: [{ date: closed }, { date: dayAfter(closed), from: 1200, to: 1290 }] })).body
        .reservations,
    ).toEqual([])
    expect(clocks(await houses.free(4, date, 2))).toBe('20:00 20:30 21:00 21:30 22:00 22:30 23:00 23:30 00:00 00:30 01:00')
    expect(await houses.free(4, closed, 2)).toEqual([])
    expect(clocks(await houses.free(4, dayAfter(closed), 2))).toBe('21:30 22:00 22:30 23:00 23:30 00:00 00:30 01:00')
    expect((await put(4, { hours: week(1050, 1350) })).status).toBe(200)
    expect(clocks(await houses.free(4, closed, 2))).toBe(evening)
  })

  test('where it meets reservations they are listed and nothing is done, until it is confirmed; then they stay', async () => {
    const date = inDays(22)
    const { body } = await houses.book(4, at(date, '17:30'), 2)
    expect((await houses.book(4, at(inDays(23), '20:00'), 2)).status).toBe(201)
    const met = await put(4, { hours: week(1080, 1350) })
    expect([met.status, met.headers.get('content-type')]).toEqual([409, 'application/problem+json'])
    expect(met.body.reservations).toEqual([{ code: body.code, starts_at: body.starts_at, party: 2 }])
    expect(clocks(await houses.free(4, inDays(24), 2))).toBe(evening)

    expect((await put(4, { hours: week(1080, 1350), confirm: true })).body.reservations.length).toBe(1)
    expect(clocks(await houses.free(4, inDays(24), 2))).toBe('18:00 18:30 19:00 19:30 20:00 20:30 21:00 21:30')
    expect(clocks(await houses.free(4, date, 2))).toBe('19:00 19:30 20:00 20:30 21:00 21:30')
    expect((await houses.send('GET', `/reservations/${body.code}`)).body.state).toBe('booked')
  })

  test('what is booked past midnight is taken of the next day too, when that opens earlier', async () => {
    expect((await put(5, { hours: week(1080, 1560) })).status).toBe(200)
    const [date, next] = [inDays(30), inDays(31)]
    expect((await houses.book(5, at(next, '00:30'), 2)).status).toBe(201)
    expect((await put(5, { hours: week(0, 1440), confirm: true })).status).toBe(200)
    expect(clocks(await houses.free(5, next, 2, '00:30'))).toBe('22:30 23:00 02:00 02:30')
    expect(clocks(await houses.free(5, date, 2, '20:00'))).toBe('18:00 18:30 19:00 19:30 20:00 20:30 21:00 21:30 22:00')
  })

  test('names what is wrong, and knows its restaurant', async () => {
    expect((await put(4, { hours: [{ weekday: 1, opens: 600, closes: 600 }] })).body.errors[0]!.field).toBe('hours.0.closes')
    expect((await put(4, { hours: [{ weekday: 8, opens: 600, closes: 700 }] })).body.errors[0]!.field).toBe('hours.0.weekday')
    expect((await put(4, { hours: [], closures: [{ date: '2027-02-30' }] })).body.errors[0]!.field).toBe('closures.0.date')
    expect((await put(99, { hours: [] })).status).toBe(404)
  })
})
