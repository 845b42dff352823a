import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from '../../etl/generate/generate.ts'
import { openTestHost, until, type TestHost } from '../../host/testing.ts'
import { openAuditor } from '../../kit/audit.ts'
import { parseDatabaseUrl } from '../../kit/db.ts'
import { inDays } from '../reservations/reservations-fixture.ts'
import { restaurantAudit } from './audit.ts'
import { files } from './restaurants-fixture.ts'
import type { Menu, Overview, Photos, Restaurants, Review, Reviews } from './types.ts'

setDefaultTimeout(60_000)

const json = async <T>(house: TestHost, path: string) => (await (await house.get(path)).json()) as T
const reviewsOf = async (house: TestHost, id: number) => (await json<Reviews>(house, `/restaurants/${id}/reviews?count=100`)).results
const review = { overall: 4, food: 5, service: 3, ambience: 4, dined_on: '2026-03-01', name: 'ida', email: 'ida@post.example' }
const post = async (house: TestHost, id: number, key?: string) => {
  const reply = await house.get(`/restaurants/${id}/reviews`, {
    method: 'POST',
    body: JSON.stringify(review),
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  })
  expect(reply.status).toBe(201)
  return (await reply.json()) as Review
}

test('what belongs to nobody is rejected with its reason, and what is no value', async () => {
  await using house = await openTestHost()
  const { summary, rejects } = await house.import({
    ...files,
    restaurants: `${files.restaurants}4,9,Lost,Thai,1,n,a,p,d,h\n5,1,Odd,Thai,0,n,a,p,d,h\n1,1,Twice,Thai,1,n,a,p,d,h\n`,
    dining_reviews: `${files.dining_reviews}31,4,5,5,5,5,t,2026-01-01,2026-01-01,n,e,0,0,0\n32,1,6,5,5,5,t,2026-01-01,2026-01-01,n,e,0,0,0\n33,1,5,5,5,5,t,yesterday,2026-01-01,n,e,0,0,0\n`,
  })
  const counts = Object.fromEntries(
    summary.filter(({ read }) => read > 0).map(({ file, read, loaded, rejected }) => [file, [read, loaded, rejected]]),
  )
  expect(counts).toEqual({
    'cities.csv': [3, 3, 0],
    'restaurants.csv': [6, 3, 3],
    'restaurant_photos.csv': [5, 4, 1],
    'menu_items.csv': [4, 4, 0],
    'dining_reviews.csv': [11, 8, 3],
  })
  expect(rejects['restaurants']).toContain('city_id 9 is nowhere in cities')
  expect(rejects['dining_reviews']).toContain('restaurant_id 4 is nowhere in restaurants')
  expect((await json<Overview>(house, '/restaurants/1')).name).toBe('The "Quay"')
})

test('an import replaces all, kept answers and votes too; new reviews have ids above all there ever were', async () => {
  await using house = await openTestHost({ files })
  const first = await post(house, 2, 'key')
  expect(first.id).toBe(22)
  await house.get('/restaurants/2/reviews/21/helpful', { method: 'PUT', headers: { 'idempotency-key': 'voter' } })
  await house.import(files)
  await until(async () => (await reviewsOf(house, 2)).length === 1)
  const second = await post(house, 2, 'key')
  expect(second.id).toBe(23)
  await house.get('/restaurants/2/reviews/21/helpful', { method: 'PUT', headers: { 'idempotency-key': 'voter' } })
  expect((await reviewsOf(house, 2)).find(({ id }) => id === 21)!.helpful).toBe(1)
})

test('files that are absent are empty ones: a restaurant needs no photo, no menu and no review', async () => {
  await using house = await openTestHost({ files: { cities: files.cities, restaurants: files.restaurants } })
  expect(await json(house, '/restaurants/1/photos')).toEqual({ results: [] })
  expect(await json(house, '/restaurants/1/menu')).toEqual({ sections: [] })
  expect(await json(house, '/restaurants/1/reviews')).toEqual({ results: [], next_cursor: null })
  expect((await post(house, 1)).id).toBe(1)
})

test('a generated set is imported whole, and all that is kept beside its rows agrees with them', async () => {
  await using house = await openTestHost({ memoryBytesMax: 0 })
  const out = await mkdtemp(join(tmpdir(), 'atelier-restaurants-'))
  const set: Record<string, Uint8Array> = {}
  try {
    await generate({ out, products: 1, restaurants: 120, seed: 3, clean: false, families: ['restaurant', 'reservation'], from: inDays(1) })
    for (const name of await readdir(out)) set[name.replace('.csv', '')] = await Bun.file(join(out, name)).bytes()
  } finally {
    await rm(out, { recursive: true })
  }
  const { summary } = await house.import(set)
  expect(summary.filter(({ rejected, dropped }) => rejected + dropped > 0)).toEqual([])
  expect(summary.find(({ file }) => file === 'dining_reviews.csv')!.loaded).toBe(2_400)
  await using auditor = openAuditor({
    database: parseDatabaseUrl(house.databaseUrl),
    changed: () => {},
    signal: new AbortController().signal,
  })
  for (const check of restaurantAudit)
    expect([check.name, (await auditor.audit(check, { mend: false, at: () => {} })).drift]).toEqual([check.name, 0])
  for (const id of [1, 60, 120]) {
    const overview = await json<Overview>(house, `/restaurants/${id}`)
    expect(overview.photos.length).toBe(3)
    expect((await json<Photos>(house, `/restaurants/${id}/photos`)).results.length).toBe(overview.photo_count)
    expect((await json<Menu>(house, `/restaurants/${id}/menu`)).sections.map(({ name }) => name)).toEqual(['Starters', 'Mains', 'Desserts'])
  }
  const { facets } = await json<Restaurants>(house, '/restaurants')
  expect(facets?.total).toBe(120)
  const evening = await json<Restaurants>(house, `/restaurants?party=2&date=${inDays(3)}&time=19:30&count=100`)
  expect(evening.facets!.total).toBeGreaterThan(30)
  for (const { starts } of evening.results) expect(starts!.length).toBeGreaterThan(0)
})
