import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openTestHost, type TestHost } from '../../host/testing.ts'
import { adminToken, asking, houseFiles, inDays, momentIn } from '../reservations/reservations-fixture.ts'
import { files } from './restaurants-fixture.ts'
import type { Restaurants, Review } from './types.ts'

setDefaultTimeout(30_000)

const day = inDays(10)
const lisbon = (time: string) => momentIn('Europe/Lisbon', day, time)

/** Restaurants 1 and 3 are in Lisbon, 2 in New York; 1 has one table for four, 3 one for two, taken from seven to half past eight. */
let house: TestHost
let houses: ReturnType<typeof asking>
beforeAll(async () => {
  const booking = houseFiles(
    [
      { id: 1, city: 1, zone: 'Europe/Lisbon' },
      { id: 2, city: 2, zone: 'America/New_York' },
      { id: 3, city: 1, zone: 'Europe/Lisbon', tables: [[1, 2]] },
    ],
    [{ id: 1, house: 3, table: 301, starts_at: lisbon('19:00'), party: 2 }],
  )
  house = await openTestHost({ files: { ...files, ...booking }, adminToken })
  houses = asking(house)
})
afterAll(() => house[Symbol.asyncDispose]())

const search = async (query: string) => {
  const reply = await house.get(`/restaurants?${query}`)
  const said = (await reply.json()) as Restaurants
  expect([query, reply.status]).toEqual([query, 200])
  return said
}
const starts = async (query: string) =>
  Object.fromEntries((await search(query)).results.map(({ id, starts = [] }) => [id, starts.map((start) => start.slice(11, 16)).join(' ')]))

test('with party, date and time only those are found that have a table around it, and when', async () => {
  expect(await starts(`city=lisbon&party=2&date=${day}&time=19:30`)).toEqual({ 1: '18:30 19:00 19:30 20:00 20:30', 3: '20:30' })
  expect(await starts(`city=lisbon&party=4&date=${day}&time=19:30`)).toEqual({ 1: '18:30 19:00 19:30 20:00 20:30' })
  expect(await starts(`city=1&party=5&date=${day}&time=19:30`)).toEqual({})
  expect(await starts(`party=2&date=${day}&time=19:30&q=vegan`)).toEqual({ 3: '20:30' })
  expect(await starts(`party=2&date=${day}&time=19:30&price=1,2`)).toEqual({ 2: '18:30 19:00 19:30 20:00 20:30', 3: '20:30' })
  expect(await starts(`city=lisbon&party=2&date=${day}&time=03:00`)).toEqual({})
})

test('a start is a moment on the clock of the restaurant, and facets count those with a table', async () => {
  const { results, facets } = await search(`city=lisbon&party=4&date=${day}&time=19:30&count=1`)
  expect(new Date(results[0]!.starts![2]!).toISOString()).toBe(lisbon('19:30'))
  expect(facets).toMatchObject({ total: 1, cuisine: [{ value: 'Seafood', count: 1 }] })
})

test('pages of those with a table make the whole', async () => {
  const query = `party=2&date=${day}&time=19:30&count=1`
  const first = await search(query)
  const second = await search(`${query}&cursor=${first.next_cursor}`)
  const third = await search(`${query}&cursor=${second.next_cursor}`)
  expect([first, second, third].flatMap(({ results }) => results.map(({ id }) => id)).toSorted()).toEqual([1, 2, 3])
  expect([second.facets, third.next_cursor]).toEqual([null, null])
})

test('a table that is booked is found no more', async () => {
  const query = `city=lisbon&party=4&date=${inDays(11)}&time=19:30`
  expect(await starts(query)).toEqual({ 1: '18:30 19:00 19:30 20:00 20:30' })
  expect((await houses.book(1, momentIn('Europe/Lisbon', inDays(11), '19:30'), 4)).status).toBe(201)
  expect(await starts(query)).toEqual({})
  const all = `party=4&date=${inDays(13)}&time=19:30`
  expect(Object.keys(await starts(all))).toContain('1')
  const { code } = (await houses.book(1, momentIn('Europe/Lisbon', inDays(13), '19:30'), 4)).body
  expect(Object.keys(await starts(all))).not.toContain('1')
  expect((await houses.send('DELETE', `/reservations/${code}`)).status).toBe(204)
  expect(Object.keys(await starts(all))).toContain('1')
})

test('a review is verified by the code of a party that was seated here, and by no other', async () => {
  const { code } = (await houses.book(1, momentIn('Europe/Lisbon', inDays(12), '19:30'), 2)).body
  const review = { overall: 5, food: 5, service: 5, ambience: 5, dined_on: '2026-03-01', name: 'ada', email: 'ada@post.example' }
  const verified = async (restaurant: number, code: string) => {
    const reply = await house.get(`/restaurants/${restaurant}/reviews`, { method: 'POST', body: JSON.stringify({ ...review, code }) })
    const text = await reply.text()
    expect([reply.status, text.includes(code)]).toEqual([201, false])
    return (JSON.parse(text) as Review).verified
  }
  expect(await verified(1, code)).toBe(false)
  expect((await houses.state(code, 'seated')).status).toBe(200)
  expect(await verified(1, code)).toBe(true)
  expect(await verified(2, code)).toBe(false)
  expect(await verified(1, 'nonsense')).toBe(false)
  expect((await houses.state(code, 'finished')).status).toBe(200)
  expect(await verified(1, code)).toBe(true)
})
