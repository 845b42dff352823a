import { expect, test } from 'bun:test'
import { cities } from './cities.ts'
import { generate, type GenerateOptions } from './generate.ts'
import { openSet as openAnySet } from './testing-set.ts'

const RESTAURANT = ['cities', 'restaurants', 'restaurant_photos', 'menu_items', 'dining_reviews'] as const
const RESERVATION = ['houses', 'house_hours', 'house_closures', 'house_tables', 'house_joins', 'house_join_tables', 'reservations'] as const
const FILES = [...RESTAURANT, ...RESERVATION]
const openSet = (options: Partial<GenerateOptions>) =>
  openAnySet<(typeof FILES)[number]>(FILES, { families: ['restaurant', 'reservation'], ...options })

// Tests, benchmarks and bug reports name rows of these files. A change here is a new data set: say so where it is made.
const PINNED = {
  cities: '046b0b7a9facae6e1c0856d7f2d30afe56c306346dedd0ccee122fac1a21ea77',
  dining_reviews: '08e3677c33313582be62a98649023c592b20a8431a0eaac837ab2e39050e83a9',
  house_closures: 'c6eefae9fc3bc0d6688b3cb727110d2542fac85c39f00cc41aac6107c4415c4a',
  house_hours: 'da87c326e085880278bee96af78a3fbebd17686023993642ce4d0d046564e50f',
  house_join_tables: 'dbca6df84878b3143e1eb320742756e6f8d5a8716f328c783f8859174f1c0dba',
  house_joins: '6a9e4bcbc8858d2e4a4bd02beafc2b2e51f6ef1bde74fcc34fc65e42ba96bb98',
  house_tables: '252f6593d25e116de47de63b2992c101d9c62dfdca3fa9ad4fba90bc5d3d8420',
  houses: '6d6f96458418a5c2c4b2f2ca84f04332d6241223f69ccf1aed0806cb74adf01d',
  menu_items: '44bd33125ecd2da0c36d85a1ca5a243671b74441ec7b149dfdf1ad940bfa7d66',
  reservations: '3122e4cf280375130379c08d65fe31f5b74ad7021b2e0ddbb925c9043daffb4c',
  restaurant_photos: '36576b332f1259f8cca8b615b40ddbf0909f5d736ea387006eb29861f66f1602',
  restaurants: 'bf2dab0d10f8d83ff26ae0dd91860974dcec69eff7c2da3555e28489dedab32c',
}

test('the same seed gives the same bytes, another seed other bytes', async () => {
  await using one = await openSet({ restaurants: 60, seed: 7 })
  await using same = await openSet({ restaurants: 60, seed: 7 })
  await using other = await openSet({ restaurants: 60, seed: 8 })
  for (const file of FILES) {
    expect(await same.hash(file)).toBe(await one.hash(file))
    if (file !== 'cities' && file !== 'house_closures') expect(await other.hash(file)).not.toBe(await one.hash(file))
  }
})

test('the bytes of 50 restaurants with seed 1 are the ones everybody has', async () => {
  await using set = await openSet({ restaurants: 50 })
  expect(await set.hashes()).toEqual(PINNED)
})

test('each family is the same with and without the others, and what a restaurant is does not hang on how many there are', async () => {
  await using both = await openSet({ restaurants: 40 })
  await using more = await openSet({ restaurants: 41, products: 30, families: ['product', 'restaurant'] })
  await using alone = await openSet({ restaurants: 40, families: ['reservation'] })
  for (const file of RESERVATION) expect(await alone.hash(file)).toBe(await both.hash(file))
  for (const file of ['restaurants', 'menu_items', 'restaurant_photos'] as const)
    expect((await more.text(file)).startsWith(await both.text(file))).toBe(true)
  expect(alone.written).toEqual(RESERVATION.map((file) => `${file}.csv`))
})

test('rows come as many as were told, and belong to restaurants and joins that there are', async () => {
  await using set = await openSet({ restaurants: 500 })
  for (const file of FILES) expect([file, (await set.records(file)).length]).toEqual([file, set.rows[file]])
  expect(set.rows).toMatchObject({ cities: 60, restaurants: 500, houses: 500, dining_reviews: 10_000 })
  for (const file of FILES.filter((one) => one !== 'cities' && one !== 'house_join_tables')) {
    const ofRestaurants = file === 'restaurants' || file === 'houses' ? 0 : 1
    expect((await set.records(file)).every((record) => Number(record[ofRestaurants]) >= 1 && Number(record[ofRestaurants]) <= 500)).toBe(
      true,
    )
  }
  const restaurantOf = async (file: 'house_tables' | 'house_joins') =>
    new Map((await set.records(file)).map(([id, restaurant]) => [id, restaurant]))
  const [tables, joins] = await Promise.all([restaurantOf('house_tables'), restaurantOf('house_joins')])
  for (const [, join, table] of await set.records('house_join_tables')) expect(joins.get(join)).toBe(tables.get(table)!)
})

/** How often each value stands, the most frequent first. */
const counts = (values: (string | undefined)[]) => {
  const found = new Map<string, number>()
  for (const value of values) found.set(value!, (found.get(value!) ?? 0) + 1)
  return [...found.values()].toSorted((a, b) => b - a)
}

test('some cities and some restaurants have many times what others have', async () => {
  await using set = await openSet({ restaurants: 3_000, families: ['restaurant'] })
  const inCities = counts((await set.records('restaurants')).map((record) => record[1]))
  expect(inCities[0]! / 3_000).toBeCloseTo(0.21, 1)
  expect(inCities.length).toBeGreaterThan(55)
  const reviewed = counts((await set.records('dining_reviews')).map((record) => record[1]))
  expect(reviewed[0]!).toBeGreaterThan(500)
  expect(reviewed.at(-1)!).toBeLessThan(10)
})

test('a zone is one that clocks know, and a slug is plain', () => {
  for (const { zone, slug } of cities) {
    expect(() => new Intl.DateTimeFormat('en', { timeZone: zone })).not.toThrow()
    expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/)
  }
  expect(new Set(cities.map(({ slug }) => slug)).size).toBe(60)
})

// The clocks change in New York, London and elsewhere in these months.
test.each(['2027-01-01', '2027-03-10', '2027-10-20'])(
  'from %s no two parties ever have a table in the same quarter, and each is within the hours',
  async (from) => {
    await using set = await openSet({ restaurants: 300, from, families: ['reservation'] })
    const turns = new Map<string, number[]>()
    const zones = new Map<string, string>()
    const lastBooking = new Map<string, number>()
    for (const [id, , zone, , , last, , ...turn] of await set.records('houses')) {
      turns.set(id!, turn.map(Number))
      zones.set(id!, zone!)
      lastBooking.set(id!, Number(last))
    }
    const hours = new Map<string, [number, number][]>()
    for (const [, id, weekday, opens, closes] of await set.records('house_hours'))
      hours.set(`${id} ${weekday}`, [...(hours.get(`${id} ${weekday}`) ?? []), [Number(opens), Number(closes)]])
    const joined = new Map<string, string[]>()
    for (const [, join, table] of await set.records('house_join_tables')) joined.set(join!, [...(joined.get(join!) ?? []), table!])
    const seats = new Map((await set.records('house_tables')).map(([id, , least, most]) => [id, [Number(least), Number(most)] as const]))
    const parties = new Map((await set.records('house_joins')).map(([id, , least, most]) => [id, [Number(least), Number(most)] as const]))

    const clocks = new Map<string, Intl.DateTimeFormat>()
    const taken = new Set<string>()
    let cancelled = 0
    let ofJoins = 0
    for (const [, id, table, join, startsAt, partyText, state] of await set.records('reservations')) {
      const zone = zones.get(id!)!
      const clock = clocks.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
      clocks.set(zone, clock)
      const [date = '', time = ''] = clock.format(new Date(startsAt!)).split(' ')
      const weekday = ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7) + 1
      const minute = Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
      const isWithin = hours
        .get(`${id} ${weekday}`)
        ?.some(([opens, closes]) => minute >= opens && minute <= closes - lastBooking.get(id!)! && (minute - opens) % 30 === 0)
      expect([id, startsAt, isWithin]).toEqual([id, startsAt, true])
      expect(date >= from).toBe(true)

      const party = Number(partyText)
      const [least, most] = (table === '' ? parties.get(join!) : seats.get(table!))!
      expect(party >= least && party <= most).toBe(true)
      if (table === '') ofJoins++
      if (state === 'cancelled') cancelled++
      if (state !== 'booked') continue
      const turn = turns.get(id!)![party <= 2 ? 0 : party <= 4 ? 1 : party <= 6 ? 2 : 3]!
      for (const one of table === '' ? joined.get(join!)! : [table]) {
        for (let quarter = 0; quarter < turn / 15; quarter++) {
          const slot = `${id} ${one} ${Date.parse(startsAt!) / 900_000 + quarter}`
          if (taken.has(slot)) throw new Error(`Two parties have ${slot}.`)
          taken.add(slot)
        }
      }
    }
    expect([cancelled > 0, ofJoins > 0]).toEqual([true, true])
    expect([...hours.values()].flat().some(([, closes]) => closes > 1440)).toBe(true)
  },
)

test('what makes no set is refused before anything is written', async () => {
  const bad: [Partial<GenerateOptions>, RegExp][] = [
    [{ families: ['restaurant'] }, /restaurants must be 1 to 1000000/],
    [{ families: ['reservation'], restaurants: 0 }, /restaurants must be/],
    [{ families: ['restaurant'], restaurants: 1_000_001 }, /restaurants must be/],
    [{ families: ['reservation'], restaurants: 1, from: '2027-02-30' }, /from must be a day/],
    [{ families: ['reservation'], restaurants: 1, from: 'tomorrow' }, /from must be a day/],
  ]
  for (const [options, sentence] of bad)
    expect(generate({ out: '/nowhere', products: 1, seed: 1, clean: false, ...options })).rejects.toThrow(sentence)
})
