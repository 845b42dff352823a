import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { dayAfter, inDays, momentIn, openHouses, type House, type Houses } from './reservations-fixture.ts'

/** One table, turns of half an hour: each start can be booked once. Open in the night from ten to five, and for lunch. */
const night = (id: number, zone: string): House => ({
  id,
  zone,
  tables: [[1, 2]],
  turns: [30, 30, 30, 30],
  lastBooking: 30,
  hours: [
    ['all', 1320, 1740],
    ['all', 720, 840],
  ],
})
const lunch = ['12:00', '12:30', '13:00', '13:30']

/** The clock as it goes through the night, and the date before it: the next night in which it goes forward, or back. */
const nights: [zone: string, id: number, way: 'forward' | 'back', shown: string][] = [
  ['America/New_York', 1, 'forward', '22:00 22:30 23:00 23:30 00:00 00:30 01:00 01:30 03:00 03:30 04:00 04:30'],
  ['America/New_York', 1, 'back', '22:00 22:30 23:00 23:30 00:00 00:30 01:00 01:30 01:00 01:30 02:00 02:30 03:00 03:30 04:00 04:30'],
  ['Europe/London', 2, 'forward', '22:00 22:30 23:00 23:30 00:00 00:30 02:00 02:30 03:00 03:30 04:00 04:30'],
  ['Europe/London', 2, 'back', '22:00 22:30 23:00 23:30 00:00 00:30 01:00 01:30 01:00 01:30 02:00 02:30 03:00 03:30 04:00 04:30'],
  ['Australia/Sydney', 3, 'forward', '22:00 22:30 23:00 23:30 00:00 00:30 01:00 01:30 03:00 03:30 04:00 04:30'],
  ['Australia/Sydney', 3, 'back', '22:00 22:30 23:00 23:30 00:00 00:30 01:00 01:30 02:00 02:30 02:00 02:30 03:00 03:30 04:00 04:30'],
]
const plain = '22:00 22:30 23:00 23:30 00:00 00:30 01:00 01:30 02:00 02:30 03:00 03:30 04:00 04:30'

let houses: Houses
beforeAll(async () => {
  const zones = ['America/New_York', 'Europe/London', 'Australia/Sydney']
  houses = await openHouses([...zones.flatMap((zone, n) => [night(n + 1, zone), night(n + 11, zone)]), night(4, 'Asia/Kathmandu')])
})
afterAll(() => houses[Symbol.asyncDispose]())

const clockOf = (start: string) => start.slice(11, 16)

describe('the night when clocks change has each of its hours once', () => {
  test.each(nights)('%s: house %d, clocks go %s', async (zone, id, way, shown) => {
    const date = changeNight(zone, way)
    const starts = await houses.free(id, date, 2)
    expect(starts.map(clockOf)).toEqual([...lunch, ...shown.split(' ')])
    const [first = 0, ...moments] = starts.slice(lunch.length).map((start) => Date.parse(start))
    expect(moments.map((at, n) => at - first - (n + 1) * 1_800_000)).toEqual(moments.map(() => 0))
    expect(new Date(first).toISOString()).toBe(momentIn(zone, date, '22:00'))

    for (const start of starts) expect([start, (await houses.book(id, start, 2)).status]).toEqual([start, 201])
    for (const start of starts) expect([start, (await houses.book(id, start, 2)).status]).toEqual([start, 409])
    expect(await houses.free(id, date, 2)).toEqual([])
    const next = await houses.free(id, dayAfter(date), 2)
    expect(next.map(clockOf)).toEqual([...lunch, ...plain.split(' ')])
  })

  test.each(nights)(
    '%s: house %d, clocks go %s: a time that the clock shows twice is both, and one that it does not show is none',
    async (zone, id, way, shown) => {
      const times = shown.split(' ')
      const odd = times.find((time, n) => times.indexOf(time) !== n) ?? plain.split(' ').find((time) => !times.includes(time))!
      const day = dayAfter(changeNight(zone, way))
      const found = (await houses.free(id + 10, day, 2, odd)).map(clockOf)
      expect(found.filter((time) => time === odd).length).toBe(way === 'back' ? 2 : 0)
      expect((await houses.free(id + 10, day, 2, '12:30')).map(clockOf)).toEqual(lunch)
    },
  )
})

describe('hours past midnight', () => {
  const date = inDays(40)

  test('belong to the day they began with, and are found by the date the clock shows', async () => {
    expect((await houses.free(4, date, 2)).map(clockOf)).toEqual([...lunch, ...plain.split(' ')])
    const late = await houses.free(4, dayAfter(date), 2, '00:30')
    expect(late.map(clockOf)).toEqual('22:30 23:00 23:30 00:00 00:30 01:00 01:30 02:00 02:30'.split(' '))
    expect(late[0]!.slice(0, 10)).toBe(date)
    expect(late.at(-1)).toBe(`${dayAfter(date)}T02:30:00+05:45`)
  })

  test('are booked once, whatever offset the start is named with', async () => {
    const start = `${dayAfter(date)}T00:30:00+05:45`
    expect((await houses.book(4, start, 2)).body.starts_at).toBe(start)
    expect((await houses.book(4, new Date(start).toISOString(), 2)).status).toBe(409)
    expect((await houses.free(4, date, 2)).map(clockOf)).not.toContain('00:30')
    const booked = await houses.sql.unsafe('select service_date::text from reservations.reservation where restaurant_id = 4')
    expect(booked.map((row) => row['service_date'])).toEqual([date])
  })

  test('a start that is none is refused: before opening, off the half hour, after the last one, in the past', async () => {
    for (const time of ['21:30', '22:15', '05:00', '11:30']) {
      const day = time === '05:00' ? dayAfter(date) : date
      expect([time, (await houses.book(4, `${day}T${time}:00+05:45`, 2)).status]).toEqual([time, 409])
    }
    const past = await houses.book(4, `${inDays(-2)}T22:00:00+05:45`, 2)
    expect(past.status).toBe(409)
    expect(past.body.alternatives.length).toBe(5)
  })
})

/** The date of the evening before the next night, some days from now, in which clocks go so. */
const changeNight = (zone: string, way: 'forward' | 'back'): string => {
  for (let days = 3; days < 500; days++) {
    const [date, next] = [inDays(days), inDays(days + 1)]
    const hours = (Date.parse(momentIn(zone, inDays(days + 2), '12:00')) - Date.parse(momentIn(zone, next, '12:00'))) / 3_600_000
    const before = (Date.parse(momentIn(zone, next, '12:00')) - Date.parse(momentIn(zone, date, '12:00'))) / 3_600_000
    if (before === (way === 'forward' ? 23 : 25) && hours === 24) return date
  }
  throw new Error(`Clocks of ${zone} do not go ${way}.`)
}
