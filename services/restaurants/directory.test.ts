import { expect, test } from 'bun:test'
import { choose, directoryMax, type Directory, type Filter } from './directory.ts'

/** In order: rows of (id, near, rank, price, cuisine, neighbourhood). */
const directoryOf = (rows: readonly (readonly [number, number, number, number, string, string])[]): Directory => ({
  ids: rows.map(([id]) => id),
  nears: rows.map(([, near]) => near),
  ranks: rows.map(([, , rank]) => rank),
  prices: rows.map(([, , , price]) => price),
  cuisines: rows.map(([, , , , cuisine]) => cuisine),
  neighbourhoods: rows.map(([, , , , , neighbourhood]) => neighbourhood),
  named: new Map(),
  places: new Map(rows.map(([id], place) => [id, place])),
})
const six = directoryOf([
  [5, 2, 4000, 1, 'Thai', 'Canal'],
  [1, 1, 4500, 2, 'Thai', 'Station'],
  [9, 1, 4000, 2, 'Greek', 'Canal'],
  [2, 0, 4200, 3, 'Thai', 'Canal'],
  [3, 0, 4200, 2, 'Greek', 'Canal'],
  [4, 0, 4100, 1, 'Thai', 'Station'],
])
const filter: Filter = { cuisine: '', prices: 0b11110, count: 100 }
const ids = (of: Partial<Filter>) => choose(six, { ...filter, ...of }).places.map((place) => six.ids[place]!)

test('filters leave the order as it is', () => {
  expect(ids({})).toEqual([5, 1, 9, 2, 3, 4])
  expect(ids({ cuisine: 'Thai' })).toEqual([5, 1, 2, 4])
  expect(ids({ cuisine: 'Thai', prices: 0b01010 })).toEqual([5, 2, 4])
  expect(ids({ cuisine: 'thai' })).toEqual([])
})

test('only those with a table are left, in the order of the list, and those not in it are not found', () => {
  expect(ids({ open: [1, 2, 4, 77] })).toEqual([1, 2, 4])
  expect(ids({ open: [4, 3, 5], cuisine: 'Greek' })).toEqual([3])
  expect(ids({ open: [] })).toEqual([])
})

test('pages by the last row of the one before make the whole, also when that row is gone', () => {
  for (let count = 1; count <= 7; count++) {
    const walked: number[] = []
    for (let after: readonly number[] | undefined; ;) {
      const { places, more } = choose(six, { ...filter, count, after })
      walked.push(...places.map((place) => six.ids[place]!))
      const last = places.at(-1)!
      after = [six.nears[last]!, six.ranks[last]!, six.ids[last]!]
      if (!more) break
    }
    expect([count, ...walked]).toEqual([count, 5, 1, 9, 2, 3, 4])
  }
  expect(ids({ after: [1, 4200, 7] })).toEqual([9, 2, 3, 4])
  expect(ids({ after: [0, 4200, 2] })).toEqual([3, 4])
})

test('cuisines and prices are counted whatever is asked of themselves, the total and the neighbourhoods by all that is asked', () => {
  const { facets } = choose(six, { ...filter, cuisine: 'Thai', prices: 0b00110, count: 1 })
  expect(facets).toEqual({
    total: 3,
    whole: true,
    cuisine: [
      { value: 'Thai', count: 3 },
      { value: 'Greek', count: 2 },
    ],
    price: [
      { value: 1, count: 2 },
      { value: 2, count: 1 },
      { value: 3, count: 1 },
    ],
    neighbourhood: [
      { value: 'Station', count: 2 },
      { value: 'Canal', count: 1 },
    ],
  })
})

test('a directory that is full says that it may not be the whole', () => {
  const full = directoryOf(Array.from({ length: directoryMax }, (_, i) => [i + 1, 0, 1, 1, 'Thai', 'Canal'] as const))
  expect(choose(full, filter).facets).toMatchObject({ total: directoryMax, whole: false })
})
