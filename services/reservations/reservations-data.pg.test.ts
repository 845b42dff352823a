import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openAuditor } from '../../kit/audit.ts'
import { parseDatabaseUrl } from '../../kit/db.ts'
import { silentLog } from '../../kit/log.ts'
import { openMetrics } from '../../kit/metrics.ts'
import { Reads } from '../../kit/reads.ts'
import { reservationsApi, type ReservationsApi } from './api.ts'
import { reservationAudit } from './audit.ts'
import { codeText, newCode, parseCode } from './code.ts'
import type { OpeningsQuery } from './openings.ts'
import { dayAfter, inDays, momentIn, openHouses, type Booked, type House, type Houses } from './reservations-fixture.ts'

const zone = 'America/Phoenix'
const at = (date: string, time: string, of = zone) => momentIn(of, date, time)
const clocks = (starts: readonly string[]) => starts.map((start) => start.slice(11, 16)).join(' ')
const date = inDays(12)

const given: House[] = [
  {
    id: 1,
    tables: [
      [1, 2],
      [2, 4],
    ],
    joins: [[5, 6, [1, 2]]],
  },
  { id: 2, hours: [['all', 1200, 1620]], closures: [inDays(14)] },
  { id: 3, city: 2, zone: 'Africa/Abidjan', hours: [['all', 0, 1440]] },
  { id: 4, city: 2, zone: 'No/Where' },
  { id: 5, city: 3, zone: 'America/New_York', hours: [['all', 1200, 1620]] },
  { id: 6, city: 3, zone: 'Europe/London', hours: [['all', 0, 1440]] },
]
const booked: Booked[] = [
  { id: 1, house: 1, join: 101, starts_at: at(date, '19:30'), party: 6 },
  { id: 2, house: 1, table: 101, starts_at: at(date, '20:00'), party: 2 },
  { id: 3, house: 1, table: 102, starts_at: at(date, '17:30'), party: 4, state: 'cancelled' },
  { id: 4, house: 2, table: 201, starts_at: at(dayAfter(date), '00:30'), party: 2 },
  { id: 5, house: 3, table: 301, starts_at: at(date, '23:00', 'Africa/Abidjan'), party: 2 },
  { id: 6, house: 1, table: 102, starts_at: at(inDays(13), '17:30'), party: 4, state: 'seated' },
]

const ofCity = (city: number) => given.filter((house) => (house.city ?? 1) === city).map(({ id }) => id)

let houses: Houses
let reads: Reads
let api: ReservationsApi
beforeAll(async () => {
  houses = await openHouses(given, booked)
  reads = new Reads({ database: parseDatabaseUrl(houses.databaseUrl), memoryBytesMax: 0, metrics: openMetrics(), log: silentLog() })
  api = reservationsApi({ reads })
})
afterAll(async () => {
  reads[Symbol.dispose]()
  await houses[Symbol.asyncDispose]()
})

const audit = async (mend: boolean) => {
  await using auditor = openAuditor({
    database: parseDatabaseUrl(houses.databaseUrl),
    changed: () => {},
    signal: new AbortController().signal,
  })
  const drifts: Record<string, number> = {}
  for (const check of reservationAudit) drifts[check.name] = (await auditor.audit(check, { mend, at: () => {} })).drift
  return drifts
}
const none = { owner: 0, slot: 0, day: 0, free: 0 }

describe('an import', () => {
  test('brings houses and what is booked in them; of two parties at a table the later one is left out, as is an unknown zone', async () => {
    const rows = await houses.sql.unsafe(
      'select restaurant_id::int as id, count(*)::int as n from reservations.reservation group by 1 order by 1',
    )
    expect(rows.map((row) => [row['id'], row['n']])).toEqual([
      [1, 3],
      [2, 1],
      [3, 1],
    ])
    expect(clocks(await houses.free(1, date, 2))).toBe('17:30 18:00 21:30')
    expect((await houses.send('GET', `/restaurants/4/availability?date=${date}&party=2`)).status).toBe(404)
    expect(await houses.free(2, inDays(14), 2)).toEqual([])
  })

  test('a reservation after midnight is of the day before', async () => {
    expect(clocks(await houses.free(2, date, 2))).toBe('20:00 20:30 21:00 21:30 22:00 22:30 23:00 02:00')
  })

  test('its summaries and slots are what an audit expects, and stay so under bookings', async () => {
    expect(await audit(false)).toEqual(none)
    await houses.book(3, at(dayAfter(date), '00:30', 'Africa/Abidjan'), 2)
    await houses.book(3, at(date, '21:30', 'Africa/Abidjan'), 2)
    await houses.hold(1, at(date, '17:30'), 2)
    const { code } = (await houses.book(1, at(inDays(15), '19:30'), 5)).body
    await houses.change(code, 1, { starts_at: at(inDays(16), '19:30'), party: 2 })
    await houses.cancel(code, 2)
    expect(await audit(false)).toEqual(none)
  })
})

test('an audit finds what does not agree, and mends it', async () => {
  await houses.sql.unsafe('delete from reservations.slot where restaurant_id = 2')
  await houses.sql.unsafe('update reservations.day set free = array_fill(0::bigint, array[20]) where restaurant_id = 3')
  await houses.sql.unsafe('insert into reservations.slot values (1, 102, now(), 1, 1, null)')
  expect(await audit(false)).toEqual({ owner: 1, slot: 1, day: 0, free: 2 })
  await audit(true)
  expect(await audit(false)).toEqual(none)
})

/** By the summaries of a city's day and, restaurant by restaurant, by the rows: both say the same. */
const openings = async (of: Omit<OpeningsQuery, 'city_id' | 'restaurant_ids'>, cities = [1, 2]) => {
  const exact = await api.openings({ ...of, city_id: 0, restaurant_ids: cities.flatMap(ofCity) })
  const ofCities = await Promise.all(cities.map((city_id) => api.openings({ ...of, city_id, restaurant_ids: ofCity(city_id) })))
  const both = new Map(ofCities.flatMap((of) => [...of]))
  expect([...both].sort(([a], [b]) => a - b)).toEqual([...exact])
  return { ids: [...both.keys()], starts: (id: number) => [...(both.get(id) ?? [])] }
}

describe('what a neighbour asks', () => {
  const restaurant_ids = [1, 2, 3, 4]
  test('openings: who has a table within an hour of the time, on its own clock', async () => {
    const some = await openings({ date, minute: 1_140, party: 2 })
    expect(some.ids).toEqual([1, 2, 3])
    expect([clocks(some.starts(1)), clocks(some.starts(2))]).toEqual(['18:00', '20:00'])
    const all = await openings({ date: inDays(18), minute: 1_170, party: 4 })
    expect(all.ids).toEqual([1, 2, 3])
    expect(all.starts(3)[0]).toBe(`${inDays(18)}T18:30:00${all.starts(3)[0]!.slice(19)}`)
    expect(clocks(all.starts(3))).toBe('18:30 19:00 19:30 20:00 20:30')
    expect((await openings({ date: inDays(18), minute: 1_170, party: 6 })).ids).toEqual([1])
    expect((await api.openings({ city_id: 9, restaurant_ids, date, minute: 1_170, party: 2 })).size).toBe(0)
  })

  test('openings past midnight are those of the evening before, and of the day that begins', async () => {
    const some = await openings({ date: dayAfter(inDays(18)), minute: 15, party: 2 })
    expect(clocks(some.starts(2))).toBe('23:30 00:00 00:30 01:00')
    expect(clocks(some.starts(3))).toBe('00:00 00:30 01:00')
  })

  test('openings are the same both ways on every day of a year, at any time, for any party', async () => {
    for (let n = 1; n < 366; n += 3) await openings({ date: inDays(n), minute: (n * 97) % 1_440, party: 1 + (n % 8) }, [1, 2, 3])
    // The hours in which clocks change, on every day.
    for (let n = 1; n < 366; n++) await openings({ date: inDays(n), minute: 90, party: 2 }, [3])
  })

  test('openings know of what was booked, held and given back', async () => {
    const of = { date: inDays(19), minute: 1_320, party: 1 }
    expect(clocks((await openings(of)).starts(2))).toBe('21:00 21:30 22:00 22:30 23:00')
    const { body } = await houses.book(2, at(inDays(19), '22:00'), 2)
    expect((await openings(of)).starts(2)).toEqual([])
    await houses.cancel(body.code, 1)
    expect(clocks((await openings(of)).starts(2))).toBe('21:00 21:30 22:00 22:30 23:00')
    await houses.sql.unsafe('update reservations.house set hold_seconds = 3 where restaurant_id = 2')
    const held = await houses.hold(2, at(inDays(19), '22:00'), 2)
    expect((await openings(of)).starts(2)).toEqual([])
    await Bun.sleep(Date.parse(held.body.expires_at) - Date.now() + 20)
    expect(clocks((await openings(of)).starts(2))).toBe('21:00 21:30 22:00 22:30 23:00')
  })

  test('seated: whether a party came, and only to this restaurant', async () => {
    const { code } = (await houses.book(1, at(inDays(20), '19:30'), 2)).body
    expect(await api.seated(code, 1)).toBe(false)
    await houses.state(code, 'seated')
    expect([await api.seated(code, 1), await api.seated(code, 2), await api.seated('nonsense', 1)]).toEqual([true, false, false])
    await houses.state(code, 'finished')
    expect(await api.seated(code, 1)).toBe(true)
  })
})

test('a code is its restaurant and 100 bits, and nothing else is one', () => {
  for (let n = 0; n < 1_000; n++) {
    const code = newCode(1 + n * 999_983)
    expect(parseCode(codeText(code))).toEqual(code)
  }
  expect(new Set(Array.from({ length: 1_000 }, () => codeText(newCode(1)))).size).toBe(1_000)
  for (const text of [
    '',
    '1',
    '1-',
    '1-0000000000000000000',
    '1-000000000000000000000',
    '01-00000000000000000000',
    '0-00000000000000000000',
    '1-0000000000000000000u',
  ])
    expect([text, parseCode(text)]).toEqual([text, undefined])
})
