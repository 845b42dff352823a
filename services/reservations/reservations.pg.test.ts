import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { guest, inDays, momentIn, openHouses, type Houses } from './reservations-fixture.ts'

const zone = 'America/Phoenix'
const at = (date: string, time: string) => momentIn(zone, date, time)
let houses: Houses

beforeAll(async () => {
  const tables = [
    [1, 2],
    [2, 4],
  ] as const
  houses = await openHouses(
    [
      { id: 7, tables },
      { id: 8, tables, daysAhead: 20, closures: [inDays(5)] },
      { id: 9, hours: [[5, 600, 900]] },
    ],
    [{ id: 1, house: 7, table: 702, starts_at: at(inDays(12), '20:00'), party: 4 }],
  )
})
afterAll(() => houses[Symbol.asyncDispose]())

const clocks = (starts: readonly string[]) => starts.map((start) => start.slice(11, 16)).join(' ')
const evening = '17:30 18:00 18:30 19:00 19:30 20:00 20:30 21:00 21:30'

describe('GET /restaurants/:id/availability', () => {
  test('gives the half hours from opening to the last booking, with the offset of the restaurant', async () => {
    const { status, body } = await houses.send('GET', `/restaurants/7/availability?date=${inDays(10)}&party=2`)
    expect([status, clocks(body.starts)]).toEqual([200, evening])
    expect(body).toMatchObject({ restaurant_id: 7, date: inDays(10), party: 2, zone })
    expect(new Date(body.starts[0]!).toISOString()).toBe(at(inDays(10), '17:30'))
  })

  test('with a time gives those at most two hours from it', async () => {
    expect(clocks(await houses.free(7, inDays(10), 2, '18:00'))).toBe('17:30 18:00 18:30 19:00 19:30 20:00')
    expect(await houses.free(7, inDays(10), 2, '12:00')).toEqual([])
  })

  test('leaves out what a turn of the party would run into, and nothing else', async () => {
    // Four people have the only table for four from 20:00 to 22:00; a turn of theirs is two hours.
    expect(clocks(await houses.free(7, inDays(12), 4))).toBe('17:30 18:00')
    expect(clocks(await houses.free(7, inDays(12), 2))).toBe(evening)
  })

  test('is empty on a day of rest, on a closed date and beyond the days that can be booked', async () => {
    expect(clocks(await houses.free(8, inDays(5), 2))).toBe('')
    expect(clocks(await houses.free(8, inDays(6), 2))).toBe(evening)
    expect(clocks(await houses.free(8, inDays(25), 2))).toBe('')
    const open = await Promise.all([8, 9, 10, 11, 12, 13, 14].map((days) => houses.free(9, inDays(days), 2)))
    expect(open.filter((starts) => starts.length > 0).length).toBe(1)
  })

  test('with a time it has those at most two hours from it, whatever the minute', async () => {
    expect(clocks(await houses.free(7, inDays(10), 2, '19:30'))).toBe(evening)
    expect(clocks(await houses.free(7, inDays(10), 2, '19:45'))).toBe('18:00 18:30 19:00 19:30 20:00 20:30 21:00 21:30')
    expect(clocks(await houses.free(7, inDays(10), 2, '23:45'))).toBe('')
  })

  test('a party that no table takes has no start', async () => {
    expect(await houses.free(7, inDays(10), 5)).toEqual([])
  })

  test('an unknown restaurant is a problem, as is every value that is none, by its name', async () => {
    const unknown = await houses.send('GET', `/restaurants/99/availability?date=${inDays(1)}&party=2`)
    expect([unknown.status, unknown.headers.get('content-type'), unknown.body]).toEqual([
      404,
      'application/problem+json',
      { type: 'about:blank', title: 'Not Found', status: 404, detail: 'Not Found' } as never,
    ])
    const bad: [field: string, query: string][] = [
      ['id', 'x/availability?date=2027-01-01&party=2'],
      ['date', '7/availability?party=2'],
      ['date', '7/availability?date=2027-02-29&party=2'],
      ['date', '7/availability?date=tomorrow&party=2'],
      ['party', '7/availability?date=2027-01-01'],
      ['party', '7/availability?date=2027-01-01&party=21'],
      ['time', '7/availability?date=2027-01-01&party=2&time=24:00'],
    ]
    for (const [field, query] of bad) {
      const { status, headers, body } = await houses.send('GET', `/restaurants/${query}`)
      expect([query, status, headers.get('content-type'), body.errors.map((one) => one.field)]).toEqual([
        query,
        422,
        'application/problem+json',
        [field],
      ])
    }
  })
})

describe('a reservation', () => {
  test('is answered with its code, its place and its revision, and found by the code alone', async () => {
    const made = await houses.send('POST', '/restaurants/7/reservations', {
      ...guest,
      starts_at: at(inDays(14), '19:30'),
      party: 3,
      phone: '555 0100',
      notes: 'by the window',
    })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      restaurant_id: 7,
      state: 'booked',
      revision: 1,
      party: 3,
      name: guest.name,
      phone: '555 0100',
      notes: 'by the window',
    })
    expect([clocks([made.body.starts_at, made.body.ends_at]), made.headers.get('etag')]).toEqual(['19:30 21:30', '"1"'])
    expect(made.body.code).toMatch(/^7-[0-9A-HJKMNP-TV-Z]{20}$/)
    expect(made.headers.get('location')).toBe(`/reservations/${made.body.code}`)
    expect(made.headers.get('cache-control')).toBe('private, no-store')
    expect(made.text).not.toContain('@')

    const found = await houses.send('GET', `/reservations/${made.body.code}`)
    expect([found.status, found.text, found.headers.get('etag'), found.headers.get('cache-control')]).toEqual([
      200,
      made.text,
      '"1"',
      'private, no-store',
    ])
  })

  test('moves to another time and party, all or nothing, and only for who saw its revision', async () => {
    const date = inDays(15)
    const { code } = (await houses.book(7, at(date, '19:30'), 4)).body
    const other = (await houses.book(7, at(date, '17:30'), 4)).body
    expect((await houses.change(code, 9, { party: 2 })).status).toBe(412)
    const unmet = await houses.send('PATCH', `/reservations/${code}`, { party: 2 })
    expect([unmet.status, unmet.body['title']]).toEqual([428, 'Precondition Required'])

    const refused = await houses.change(code, 1, { starts_at: at(date, '18:00'), notes: 'quiet' })
    expect(refused.status).toBe(409)
    expect(clocks(refused.body.alternatives.slice(0, 1))).not.toBe('18:00')
    expect((await houses.send('GET', `/reservations/${code}`)).body).toMatchObject({ revision: 1, notes: null })

    const moved = await houses.change(code, 1, { starts_at: at(date, '20:30'), notes: 'quiet', phone: '1' })
    expect([moved.status, moved.headers.get('etag')]).toEqual([200, '"2"'])
    expect([clocks([moved.body.starts_at]), moved.body['notes']]).toEqual(['20:30', 'quiet'])
    expect(clocks(await houses.free(7, date, 4))).toBe('')
    const renamed = await houses.send('PATCH', `/reservations/${code}`, { name: 'Bea', phone: null }, { 'if-match': '"1", "2"' })
    expect(renamed.body).toMatchObject({ name: 'Bea', phone: null, notes: 'quiet', revision: 3 })

    expect((await houses.cancel(other.code, 1)).status).toBe(204)
    expect(clocks(await houses.free(7, date, 4))).toBe('17:30 18:00 18:30')
    const smaller = await houses.change(code, 3, { party: 2 })
    expect([smaller.status, clocks([smaller.body.ends_at])]).toEqual([200, '22:00'])
    expect(clocks(await houses.free(7, date, 4))).toBe(evening)
  })

  test('begins on the half hour, to the millisecond', async () => {
    const start = at(inDays(11), '19:30')
    const off = [1_000, 400, 900_000].map((ms) => new Date(Date.parse(start) + ms).toISOString())
    const { code } = (await houses.book(7, start, 2)).body
    for (const other of off) {
      expect([other, (await houses.book(7, other, 2)).status]).toEqual([other, 409])
      expect([other, (await houses.change(code, 1, { starts_at: other })).status]).toEqual([other, 409])
    }
  })

  test('that overlaps its own old time moves by half an hour', async () => {
    const { code } = (await houses.book(7, at(inDays(16), '19:30'), 4)).body
    expect((await houses.change(code, 1, { starts_at: at(inDays(16), '20:00') })).status).toBe(200)
    expect(clocks(await houses.free(7, inDays(16), 4))).toBe('17:30 18:00')
  })

  test('is cancelled once, and its table is free at once', async () => {
    const { code } = (await houses.book(7, at(inDays(17), '19:30'), 4)).body
    expect((await houses.book(7, at(inDays(17), '19:30'), 4)).status).toBe(409)
    expect((await houses.cancel(code, 2)).status).toBe(412)
    expect((await houses.cancel(code, 1)).status).toBe(204)
    expect((await houses.book(7, at(inDays(17), '19:30'), 4)).status).toBe(201)
    expect((await houses.cancel(code, 1)).status).toBe(412)
    expect((await houses.cancel(code, 2)).status).toBe(409)
    expect((await houses.send('DELETE', `/reservations/${code}`)).status).toBe(409)
    expect((await houses.change(code, 2, { party: 1 })).status).toBe(409)
    expect((await houses.send('GET', `/reservations/${code}`)).body).toMatchObject({ state: 'cancelled', revision: 2 })
  })

  test('is cancelled by its code alone, and a revision needs no quotes', async () => {
    const { code } = (await houses.book(7, at(inDays(21), '19:30'), 4)).body
    const change = (revision: string) => houses.send('PATCH', `/reservations/${code}`, { party: 3 }, { 'if-match': revision })
    expect((await change('9')).status).toBe(412)
    expect((await change('1')).body).toMatchObject({ party: 3, revision: 2 })
    expect((await houses.send('DELETE', `/reservations/${code}`)).status).toBe(204)
    expect((await houses.book(7, at(inDays(21), '19:30'), 4)).status).toBe(201)
  })

  test('a change of nothing is none', async () => {
    const { code } = (await houses.book(7, at(inDays(22), '19:30'), 4)).body
    for (const body of [{}, { state: 'cancelled' }]) expect((await houses.change(code, 1, body)).status).toBe(422)
    expect((await houses.send('GET', `/reservations/${code}`)).body).toMatchObject({ state: 'booked', revision: 1 })
  })

  test('is seated and finishes, or does not come, as the house says', async () => {
    const [one, other] = [await houses.book(7, at(inDays(18), '18:00'), 2), await houses.book(7, at(inDays(18), '18:00'), 4)]
    expect((await houses.send('POST', `/reservations/${one.body.code}/state`, { state: 'seated' })).status).toBe(401)
    expect((await houses.state(one.body.code, 'finished')).status).toBe(409)
    expect((await houses.state(one.body.code, 'seated')).body).toMatchObject({ state: 'seated', revision: 2 })
    expect((await houses.cancel(one.body.code, 2)).status).toBe(409)
    expect((await houses.state(one.body.code, 'finished')).body.state).toBe('finished')
    expect((await houses.state(other.body.code, 'no_show')).body.state).toBe('no_show')
    expect(clocks(await houses.free(7, inDays(18), 4))).toBe(evening)
  })

  test('the codes that cannot be, and those that nobody has, lead nowhere', async () => {
    const { body } = await houses.book(7, at(inDays(19), '18:00'), 2)
    const last = body.code.at(-1) === '0' ? '1' : '0'
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const send = (code: string) =>
        houses.send(method, `/reservations/${code}`, method === 'PATCH' ? { party: 1 } : undefined, { 'if-match': '"1"' })
      expect((await send(body.code.slice(0, -1) + last)).status).toBe(404)
      expect((await send(`8${body.code.slice(1)}`)).status).toBe(404)
      for (const code of ['7', body.code.toLowerCase(), `${body.code}0`, `0${body.code}`, '7-IIIIIIIIIIIIIIIIIIII'])
        expect([code, (await send(code)).status]).toEqual([code, 404])
    }
  })

  test('needs what it needs: every entry that is wrong is named', async () => {
    const good = { ...guest, starts_at: at(inDays(20), '18:00'), party: 2 }
    const bad: [field: string, body: unknown][] = [
      ['starts_at', { ...good, starts_at: '2027-01-01T19:00:00' }],
      ['starts_at', { ...good, starts_at: '2027-13-01T19:00:00Z' }],
      ['starts_at', { ...guest, party: 2 }],
      ['starts_at', { ...good, starts_at: '9999-12-31T23:59:00-01:00' }],
      ['party', { ...good, party: 0 }],
      ['party', { ...good, party: 2.5 }],
      ['party', { ...guest, starts_at: good.starts_at }],
      ['name', { ...good, name: '' }],
      ['email', { ...good, email: 'nobody' }],
      ['email', { ...good, email: undefined }],
      ['hold', { ...guest, hold: '8-00000000000000000000' }],
    ]
    for (const [field, body] of bad) {
      const answer = await houses.send('POST', '/restaurants/7/reservations', body)
      expect([body, answer.status, answer.body.errors.map((one) => one.field)]).toEqual([body, 422, [field]])
    }
    expect((await houses.send('POST', '/restaurants/7/reservations', undefined)).status).toBe(422)
    const tooMany = await houses.book(7, good.starts_at, 9)
    expect([tooMany.status, tooMany.body.type]).toEqual([422, 'urn:atelier:party-size'])
    expect((await houses.book(99, good.starts_at, 2)).status).toBe(404)
  })
})

test('below /restaurants and /reservations every refusal is a problem, and only there', async () => {
  const refused: [method: string, path: string, status: number][] = [
    ['GET', '/restaurants/7/nothing', 404],
    ['GET', '/reservations', 404],
    ['POST', '/restaurants/7/availability', 405],
    ['PUT', '/reservations/7-00000000000000000000', 405],
    ['GET', '/api/fec2/hr-rfp/reservations/x', 404],
  ]
  for (const [method, path, status] of refused) {
    const answer = await houses.send(method, path)
    expect([path, answer.status, answer.headers.get('content-type'), answer.body['status']]).toEqual([
      path,
      status,
      'application/problem+json',
      status,
    ])
  }
  expect((await houses.get('/nothing')).headers.get('content-type')).toStartWith('text/plain')
  const large = await fetch(`${houses.origin}/restaurants/7/holds`, { method: 'POST', body: 'x'.repeat(1_100_000) })
  expect([large.status, large.headers.get('content-type')]).toEqual([413, 'application/problem+json'])
  const allowed = await houses.get('/reservations/7-00000000000000000000', { method: 'POST' })
  expect(allowed.headers.get('allow')).toBe('GET, HEAD, PATCH, DELETE, OPTIONS')
  const preflight = await houses.get('/reservations/7-00000000000000000000', { method: 'OPTIONS' })
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, POST, PUT, PATCH, DELETE, OPTIONS')
  expect(preflight.headers.get('access-control-allow-headers')).toContain('If-Match')
})
