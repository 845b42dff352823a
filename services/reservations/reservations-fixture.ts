import { importFiles, openTestHost, type TestHost, type TestHostOptions } from '../../host/testing.ts'

export type House = {
  id: number
  city?: number
  /** Unless told one whose clocks never change: on every day of the year the tests see the same. */
  zone?: string
  /** [ISO weekday or all, opens, closes] in minutes of the local day. */
  hours?: readonly (readonly [weekday: number | 'all', opens: number, closes: number])[]
  /** Seats of each table: [from, to]. Their ids are `id` · 100 + 1, 2, … */
  tables?: readonly (readonly [from: number, to: number])[]
  /** Tables put together: [parties from, to, places of the tables]. */
  joins?: readonly (readonly [from: number, to: number, tables: readonly number[]])[]
  turns?: readonly [number, number, number, number]
  parties?: readonly [number, number]
  lastBooking?: number
  daysAhead?: number
  closures?: readonly string[]
}
export type Booked = { id: number; house: number; table?: number; join?: number; starts_at: string; party: number; state?: string }

/** The CSV files of some houses and what is booked in them. */
export const houseFiles = (houses: readonly House[], booked: readonly Booked[] = []): Record<string, string> => {
  const lines: Record<string, (string | number)[][]> = {
    houses: [
      'restaurant_id,city_id,zone,party_min,party_max,last_booking_minutes,days_ahead,turn_2,turn_4,turn_6,turn_more'.split(','),
      ...houses.map(
        ({
          id,
          city = 1,
          zone = 'America/Phoenix',
          parties = [1, 8],
          lastBooking = 60,
          daysAhead = 1_000,
          turns = [90, 120, 120, 150],
        }) => [id, city, zone, ...parties, lastBooking, daysAhead, ...turns],
      ),
    ],
    house_hours: [['id', 'restaurant_id', 'weekday', 'opens', 'closes']],
    house_closures: [['id', 'restaurant_id', 'closed_on']],
    house_tables: [['id', 'restaurant_id', 'seats_min', 'seats_max']],
    house_joins: [['id', 'restaurant_id', 'party_min', 'party_max']],
    house_join_tables: [['id', 'join_id', 'table_id']],
    reservations: [
      'id,restaurant_id,table_id,join_id,starts_at,party,state,name,email,phone,notes'.split(','),
      ...booked.map(({ id, house, table = '', join = '', starts_at, party, state = 'booked' }) => [
        id,
        house,
        table,
        join,
        starts_at,
        party,
        state,
        'Ada',
        'ada@post.example',
        '',
        '',
      ]),
    ],
  }
  const add = (file: string, ...values: (string | number)[]) => lines[file]!.push([lines[file]!.length, ...values])
  for (const { id, hours = [['all', 1050, 1350]], tables = [[1, 4]], joins = [], closures = [] } of houses) {
    for (const [weekday, opens, closes] of hours)
      for (const day of weekday === 'all' ? [1, 2, 3, 4, 5, 6, 7] : [weekday]) add('house_hours', id, day, opens, closes)
    for (const date of closures) add('house_closures', id, date)
    tables.forEach(([from, to], n) => lines['house_tables']!.push([id * 100 + n + 1, id, from, to]))
    joins.forEach(([from, to, places], n) => {
      lines['house_joins']!.push([id * 100 + n + 1, id, from, to])
      for (const place of places) add('house_join_tables', id * 100 + n + 1, id * 100 + place)
    })
  }
  return Object.fromEntries(Object.entries(lines).map(([file, rows]) => [file, rows.map((row) => row.join(',')).join('\n') + '\n']))
}

export const adminToken = 'the-token-of-the-tests'

/** A server on a database with these houses, and ways to ask it. */
export const openHouses = async (houses: readonly House[], booked: readonly Booked[] = [], options: TestHostOptions = {}) => {
  const host = await openTestHost({ files: houseFiles(houses, booked), adminToken, ...options })
  return Object.assign(host, asking(host))
}
export type Houses = Awaited<ReturnType<typeof openHouses>>

export const asking = ({ origin, sql }: Pick<TestHost, 'origin' | 'sql'>) => {
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${origin}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, text, body: (text === '' ? undefined : JSON.parse(text)) as Answer }
  }
  return {
    send,
    hold: (id: number, starts_at: string, party: number, headers?: Record<string, string>) =>
      send('POST', `/restaurants/${id}/holds`, { starts_at, party }, headers),
    book: (id: number, starts_at: string, party: number, headers?: Record<string, string>) =>
      send('POST', `/restaurants/${id}/reservations`, { starts_at, party, ...guest }, headers),
    confirm: (id: number, hold: string, headers?: Record<string, string>) =>
      send('POST', `/restaurants/${id}/reservations`, { hold, ...guest }, headers),
    change: (code: string, revision: number, change: object) =>
      send('PATCH', `/reservations/${code}`, change, { 'if-match': `"${revision}"` }),
    cancel: (code: string, revision: number) => send('DELETE', `/reservations/${code}`, undefined, { 'if-match': `"${revision}"` }),
    state: (code: string, state: string) => send('POST', `/reservations/${code}/state`, { state }, asAdmin),
    free: async (id: number, date: string, party: number, time?: string): Promise<string[]> =>
      (await send('GET', `/restaurants/${id}/availability?date=${date}&party=${party}${time === undefined ? '' : `&time=${time}`}`)).body
        .starts,
    /** Whether each promise of the audit holds. */
    sound: async () => {
      const slots = await sql.unsafe<{ doubled: number }[]>(
        'select count(*)::int as doubled from (select 1 from reservations.slot group by restaurant_id, table_id, slot_start having count(*) > 1) d',
      )
      return slots[0]!.doubled === 0
    },
  }
}

/** Whatever an answer of these routes can hold. */
type Answer = {
  [member: string]: unknown
  starts: string[]
  alternatives: string[]
  code: string
  hold: string
  revision: number
  starts_at: string
  ends_at: string
  expires_at: string
  state: string
  detail: string
  type: string
  errors: { field: string }[]
  reservations: { code: string; starts_at: string; party: number }[]
}

export const guest = { name: 'Ada', email: 'ada@post.example' }
export const asAdmin = { authorization: `Bearer ${adminToken}` }
export const importHouses = (databaseUrl: string, houses: readonly House[], booked: readonly Booked[] = []) =>
  importFiles(databaseUrl, houseFiles(houses, booked))

/** A date some days from now, in UTC. */
export const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** The moment when the clock of a zone shows this; the first one when it shows it twice. */
export const momentIn = (zone: string, date: string, time: string): string => {
  const clock = clocks.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  clocks.set(zone, clock)
  const guess = Date.parse(`${date}T${time}:00Z`)
  for (let minutes = -900; minutes <= 900; minutes += 15) {
    const at = guess + minutes * 60_000
    if (clock.format(at) === `${date} ${time}`) return new Date(at).toISOString()
  }
  throw new Error(`The clock of ${zone} does not show ${time} on ${date}.`)
}
const clocks = new Map<string, Intl.DateTimeFormat>()

export const dayAfter = (date: string) => new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
