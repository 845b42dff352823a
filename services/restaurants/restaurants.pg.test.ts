import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { cursorOf } from '../../kit/cursor.ts'
import { openTestHost, type TestHost, reaching } from '../../host/testing.ts'
import { files } from './restaurants-fixture.ts'
import { Menu, Overview, Photos, Restaurants, Reviews, sorts, Summary } from './types.ts'

let house: TestHost
beforeAll(async () => void (house = await openTestHost({ files })))
afterAll(() => house[Symbol.asyncDispose]())

const text = async (path: string) => {
  const reply = await house.get(path)
  expect([path, reply.status, reply.headers.get('content-type')]).toEqual([path, 200, 'application/json; charset=utf-8'])
  return reply.text()
}
type Problem = { type: string; title: string; status: number; detail: string; errors?: { field: string; detail: string }[] }
const problem = async (path: string, init?: RequestInit) => {
  const reply = await house.get(path, init)
  expect([path, reply.headers.get('content-type')]).toEqual([path, 'application/problem+json'])
  const said = (await reply.json()) as Problem
  expect([path, said.status]).toEqual([path, reply.status])
  return said
}
const page = async (path: string) => JSON.parse(await text(path)) as Reviews
const ids = async (path: string) => (await page(path)).results.map(({ id }) => id)

const rating =
  '{"count":6,"averages":{"overall":3.17,"food":3.17,"service":3.00,"ambience":2.83},"histogram":{"1":1,"2":1,"3":1,"4":2,"5":1}}'
const none =
  '{"count":0,"averages":{"overall":null,"food":null,"service":null,"ambience":null},"histogram":{"1":0,"2":0,"3":0,"4":0,"5":0}}'
const photos =
  '{"id":1,"url":"https://photos.example/a","caption":"The room"},{"id":2,"url":"https://photos.example/b","caption":"A \\"dish\\""},{"id":3,"url":"https://photos.example/c","caption":""}'

test('the overview says what a restaurant is, how it is rated, and shows its first photos', async () => {
  expect(await text('/restaurants/1')).toBe(
    `{"id":1,"name":"The \\"Quay\\"","cuisine":"Seafood","price":3,"neighbourhood":"Alfama","city":{"id":1,"name":"Lisbon","slug":"lisbon"},"address":"Rua 1, Lisbon","phone":"+351 555 0101","zone":"Europe/Lisbon","hours":"Mon–Sun 12:00–23:00","description":"Grilled fish, by the water","photos":[${photos}],"photo_count":4,"rating":${rating}}`,
  )
  expect(await text('/restaurants/3')).toBe(
    `{"id":3,"name":"Empty Plate","cuisine":"Vegan","price":2,"neighbourhood":"Alfama","city":{"id":1,"name":"Lisbon","slug":"lisbon"},"address":"3 Lane","phone":"+351 555 0103","zone":"Europe/Lisbon","hours":"Mon–Fri 12:00–15:00","description":"","photos":[],"photo_count":0,"rating":${none}}`,
  )
})

test('photos stand by id, menus as in the file, section by section', async () => {
  expect(await text('/restaurants/1/photos')).toBe(`{"results":[${photos},{"id":4,"url":"https://photos.example/d","caption":"Fourth"}]}`)
  expect(await text('/restaurants/3/photos')).toBe('{"results":[]}')
  expect(await text('/restaurants/1/menu')).toBe(
    '{"sections":[{"name":"Starters","items":[{"id":1,"name":"Olives","description":"","price":4.00},{"id":3,"name":"Bread","description":"Warm","price":2.25}]},{"name":"Mains","items":[{"id":2,"name":"Sea bass","description":"With \\"salt\\", baked","price":23.50}]}]}',
  )
  expect(await text('/restaurants/3/menu')).toBe('{"sections":[]}')
})

test('the summary counts the reviews that are shown, with averages to two decimals', async () => {
  expect(await text('/restaurants/1/reviews/summary')).toBe(rating)
  expect(await text('/restaurants/3/reviews/summary')).toBe(none)
})

const fifteen =
  '{"id":15,"overall":4,"food":3,"service":2,"ambience":1,"text":"e","dined_on":"2026-01-05","created_at":"2026-01-06T10:00:00.000Z","name":"eve","helpful":1,"verified":false}'
const eleven =
  '{"id":11,"overall":5,"food":5,"service":4,"ambience":5,"text":"Said \\"yes\\"","dined_on":"2026-01-01","created_at":"2026-01-02T10:00:00.123Z","name":"ana","helpful":3,"verified":true}'

test('a page of reviews is this, to the byte, and neither reported ones nor addresses are on it', async () => {
  const whole = await text('/restaurants/1/reviews?count=6')
  expect(whole).toContain(fifteen)
  expect(whole).toContain(eleven)
  expect(whole).toEndWith(`${eleven}],"next_cursor":null}`)
  expect(whole).not.toContain('hidden')
  expect(whole).not.toContain('@')
  expect(await text('/restaurants/3/reviews')).toBe('{"results":[],"next_cursor":null}')
})

test('reviews come newest first, or by overall, or by votes; always by id at last', async () => {
  expect(await ids('/restaurants/1/reviews')).toEqual([16, 15, 17, 13, 12])
  const orders = {
    newest: [16, 15, 17, 13, 12, 11],
    highest: [11, 15, 12, 16, 17, 13],
    lowest: [13, 17, 16, 15, 12, 11],
    helpful: [16, 12, 11, 17, 15, 13],
  }
  for (const sort of sorts) expect([sort, await ids(`/restaurants/1/reviews?sort=${sort}&count=100`)]).toEqual([sort, orders[sort]])
})

test('a cursor goes on where the page before ended, whatever the order and the count', async () => {
  for (const sort of sorts) {
    const all = await ids(`/restaurants/1/reviews?sort=${sort}&count=100`)
    for (const count of [1, 2, 3, 5, 6]) {
      const walked: number[] = []
      let cursor: string | null = null
      do {
        const { results, next_cursor }: Reviews = await page(
          `/restaurants/1/reviews?sort=${sort}&count=${count}${cursor === null ? '' : `&cursor=${cursor}`}`,
        )
        expect(results.length).toBeGreaterThan(0)
        walked.push(...results.map(({ id }) => id))
        cursor = next_cursor
      } while (cursor !== null)
      expect([sort, count, walked]).toEqual([sort, count, all])
    }
  }
})

test('a cursor of another order, or of nobody, is refused by name', async () => {
  const { next_cursor } = await page('/restaurants/1/reviews?sort=lowest&count=2')
  for (const bad of [
    `sort=highest&cursor=${next_cursor}`,
    `cursor=${next_cursor}`,
    'cursor=abc',
    'cursor=',
    'cursor=%00',
    'sort=lowest&cursor=0',
    `cursor=${cursorOf('rn1', [-9_007_199_254_740_991, 1])}`,
  ])
    expect((await problem(`/restaurants/1/reviews?${bad}`)).errors).toEqual([{ field: 'cursor', detail: 'invalid cursor provided' }])
})

test('what is invalid is refused as a problem that names the field', async () => {
  const bad: [path: string, field: string][] = [
    ['/restaurants/x', 'id'],
    ['/restaurants/0/photos', 'id'],
    ['/restaurants/-1/menu', 'id'],
    ['/restaurants/1.5/reviews/summary', 'id'],
    ...reaching(['/restaurants/%00/reviews']).map((path): [string, string] => [path, 'id']),
    ['/restaurants/1/reviews?sort=best', 'sort'],
    ['/restaurants/1/reviews?sort=', 'sort'],
    ['/restaurants/1/reviews?count=0', 'count'],
    ['/restaurants/1/reviews?count=101', 'count'],
    ['/restaurants/1/reviews?count=many', 'count'],
    ['/restaurants?count=101', 'count'],
    ['/restaurants?price=5', 'price'],
    ['/restaurants?price=1,', 'price'],
    ['/restaurants?cursor=x', 'cursor'],
    ['/restaurants?q=%00', 'q'],
    [`/restaurants?q=${'x'.repeat(201)}`, 'q'],
    [`/restaurants?city=${'x'.repeat(61)}`, 'city'],
    ['/restaurants?party=21&date=2027-01-05&time=19:30', 'party'],
    ['/restaurants?party=2&date=2027-02-30&time=19:30', 'date'],
    ['/restaurants?party=2&date=tomorrow&time=19:30', 'date'],
    ['/restaurants?party=2&date=2027-01-05&time=24:00', 'time'],
    ['/restaurants?party=2&date=2027-01-05&time=7', 'time'],
  ]
  for (const [path, field] of bad) {
    const { status, errors } = await problem(path)
    expect([path, status, errors?.map((error) => error.field)]).toEqual([path, 422, [field]])
  }
  expect((await problem('/restaurants?party=2')).errors?.map(({ field }) => field)).toEqual(['date', 'time'])
})

test('an unknown restaurant, path or method is a problem too', async () => {
  for (const path of ['', '/photos', '/menu', '/reviews', '/reviews?sort=highest', '/reviews?count=7', '/reviews/summary'])
    for (const id of ['99', '9007199254740993', '9'.repeat(40)]) expect((await problem(`/restaurants/${id}${path}`)).status).toBe(404)
  expect((await problem('/restaurants/1/chefs')).status).toBe(404)
  for (const [path, method] of [
    ['/restaurants', 'POST'],
    ['/restaurants/1', 'DELETE'],
    ['/restaurants/1/menu', 'PUT'],
  ] as const)
    expect((await problem(path, { method })).status).toBe(405)
})

test('answers are as the schemas of the document say', async () => {
  const shown: [path: string, schema: TSchema][] = [
    ['/restaurants', Restaurants],
    ['/restaurants?count=1', Restaurants],
    ['/restaurants/1', Overview],
    ['/restaurants/3', Overview],
    ['/restaurants/1/photos', Photos],
    ['/restaurants/1/menu', Menu],
    ['/restaurants/1/reviews', Reviews],
    ['/restaurants/1/reviews?sort=lowest&count=2', Reviews],
    ['/restaurants/1/reviews/summary', Summary],
    ['/restaurants/3/reviews/summary', Summary],
  ]
  for (const [path, schema] of shown) {
    const answer: unknown = JSON.parse(await text(path))
    expect([path, [...Value.Errors(schema, answer)]]).toEqual([path, []])
  }
})

test('an answer that did not change is not sent again', async () => {
  for (const path of ['/restaurants/1', '/restaurants/1/menu', '/restaurants/1/reviews']) {
    const etag = (await house.get(path)).headers.get('etag')!
    expect((await house.get(path, { headers: { 'if-none-match': etag } })).status).toBe(304)
  }
})
