import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openTestHost, type TestHost } from '../../host/testing.ts'
import { directoryMax } from './directory.ts'
import { files } from './restaurants-fixture.ts'
import type { Restaurants } from './types.ts'

setDefaultTimeout(60_000)

/** A city with more restaurants than a directory holds; every seventh is Thai, prices go round, ids and ranks say nothing of each other. */
const many = directoryMax + 150
const crowd = Array.from({ length: many }, (_, i) => 1_001 + i)
const isThai = (id: number) => id % 7 === 0
const crowded = {
  cities: `${files.cities}4,Crowd,crowd,Europe/Madrid\n`,
  restaurants:
    files.restaurants + crowd.map((id) => `${id},4,Number ${id},${isThai(id) ? 'Thai' : 'Greek'},${(id % 4) + 1},Canal,a,p,d,h\n`).join(''),
  restaurant_photos: files.restaurant_photos,
  menu_items: files.menu_items,
  dining_reviews: files.dining_reviews,
}

let house: TestHost
beforeAll(async () => void (house = await openTestHost({ files: crowded })))
afterAll(() => house[Symbol.asyncDispose]())

const search = async (query: string, from = house) => {
  const reply = await from.get(`/restaurants?${query}`)
  const said = (await reply.json()) as Restaurants
  expect([query, reply.status]).toEqual([query, 200])
  return said
}
const ids = async (query: string) => (await search(query)).results.map(({ id }) => id)

test('an entry says what a restaurant is, where, and how it is rated', async () => {
  expect((await search('q=quay')).results).toEqual([
    {
      id: 1,
      name: 'The "Quay"',
      cuisine: 'Seafood',
      price: 3,
      neighbourhood: 'Alfama',
      city: { id: 1, name: 'Lisbon', slug: 'lisbon' },
      zone: 'Europe/Lisbon',
      photo: 'https://photos.example/a',
      rating: { count: 6, average: 3.17 },
    },
  ])
})

test('a city is named by id, slug or name; one that nobody knows has no restaurants', async () => {
  for (const city of ['1', 'lisbon', '01', 'Lisbon', ' LISBON ']) expect(await ids(`city=${city}`)).toEqual([3, 1])
  for (const city of ['3', 'nowhere', 'atlantis', '0', '999999999', "x'; select 1"]) {
    const { results, next_cursor, facets } = await search(`city=${encodeURIComponent(city)}`)
    expect([city, results, next_cursor]).toEqual([city, [], null])
    expect(facets).toEqual({ total: 0, whole: true, cuisine: [], price: [], neighbourhood: [] })
  }
})

test('the best are first, where a few delighted guests are not the best of all', async () => {
  expect((await ids('count=3'))[0]).toBe(2)
  expect(await ids('city=lisbon')).toEqual([3, 1])
})

test('cuisine and price choose, and each is counted as if it were not asked for', async () => {
  expect(await ids('city=lisbon&cuisine=Vegan')).toEqual([3])
  expect(await ids('city=lisbon&cuisine=vegan')).toEqual([3])
  expect(await ids('city=lisbon&price=1,3')).toEqual([1])
  expect(await ids('city=lisbon&cuisine=&q=&price=1,2,3,4')).toEqual([3, 1])
  const { results, facets } = await search('city=lisbon&cuisine=Vegan&price=3')
  expect(results).toEqual([])
  expect(facets).toEqual({
    total: 0,
    whole: true,
    cuisine: [{ value: 'Seafood', count: 1 }],
    price: [{ value: 2, count: 1 }],
    neighbourhood: [],
  })
})

test('words are looked for in name, cuisine, neighbourhood and description, the name first', async () => {
  expect(await ids('q=alfama')).toEqual([3, 1])
  expect(await ids('q=ramen')).toEqual([2])
  expect(await ids('q=noodle')).toEqual([2])
  expect(await ids('q=fishes')).toEqual([1])
  expect(await ids('q=the+quay+alfama')).toEqual([1])
  expect(await ids('q=quay&city=new-york')).toEqual([])
  expect(await ids('q=quay+or+lantern')).toEqual([2, 1])
  expect(await ids('q=alfama+-vegan')).toEqual([1])
  for (const odd of ['%22', "'", '%26%7C!', '%3A*', '(', '%5C', '%F0%9F%8D%9C', '-'])
    expect([odd, await ids(`q=${odd}`)]).toEqual([odd, []])
})

test('pages make the whole of a city, also beyond what is looked at for the counts', async () => {
  const walk = async (query: string, count: number) => {
    const walked: number[] = []
    let cursor: string | null = null
    do {
      const { results, next_cursor, facets }: Restaurants = await search(
        `${query}&count=${count}${cursor === null ? '' : `&cursor=${cursor}`}`,
      )
      expect(facets === null).toBe(cursor !== null)
      walked.push(...results.map(({ id }) => id))
      cursor = next_cursor
    } while (cursor !== null)
    return walked
  }
  expect(await walk('city=crowd', 100)).toEqual(crowd)
  expect(await walk('city=crowd&cuisine=Thai&price=2,3', 97)).toEqual(crowd.filter((id) => isThai(id) && [2, 3].includes((id % 4) + 1)))
  expect(await walk('city=lisbon', 1)).toEqual([3, 1])
  expect(new Set(await walk('', 100))).toEqual(new Set([1, 2, 3, ...crowd]))
  expect((await search('city=crowd')).facets).toMatchObject({ total: directoryMax, whole: false })
})
