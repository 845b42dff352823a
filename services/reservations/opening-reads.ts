import type { Reads } from '../../kit/reads.ts'
import { answered, type Reply } from '../../kit/reply.ts'
import { limits } from '../../kit/limits.ts'
import { openingQueries } from './opening-queries.ts'

/** Starts within an hour of the time, in the restaurant's zone and with its offset, by the restaurant's id; of one without any, nothing. */
export type Openings = ReadonlyMap<number, readonly string[]>

/** Of a city, column by column, by id. `weeks` has 14 numbers of each: of every weekday the lower 31 bits of its starts, and those above. */
export type Houses = { zones: string[]; ids: number[]; zone: number[]; ahead: number[]; parties: number[]; weeks: number[] }
export type Window = { away: number; low: number; wanted: number; weekday: number; plain: boolean; ahead: number; starts: string[] }
type Days = { ids: number[]; bits: number[] }
type Exact = { days: string[][]; ids: number[]; at: number[]; masks: number[] }

type WindowKey = { days: number; minute: number; zone: string }
type DaysKey = { city_id: number; days: number; party: number; bit: number }
type ExactKey = { ids: string; days: number; minute: number; party: number }

/** What `openOpenings` asks of the database, or of memory. */
export const openReads = (reads: Reads) => {
  const houses = reads.open<number>({
    name: 'houses of city',
    statement: openingQueries.houses,
    columns: [(city_id) => city_id],
    id: (city_id) => city_id,
    rows: () => limits.lightRowsMax + 1,
    group: { name: 'houses', of: () => 0 },
    ageMsMax: housesAgeMsMax,
  })
  const windows = reads.open<WindowKey>({
    name: 'windows of time',
    statement: openingQueries.windows,
    columns: [({ days }) => days, ({ minute }) => minute],
    texts: [({ zone }) => zone],
    id: ({ days, minute, zone }) => `${days} ${minute} ${zone}`,
    ageMsMax: openingsAgeMsMax,
  })
  const days = reads.open<DaysKey>({
    name: 'days of city',
    statement: openingQueries.days,
    columns: [({ city_id }) => city_id, ({ days }) => days, ({ party }) => party, ({ bit }) => bit],
    id: ({ city_id, days, party, bit }) => `${city_id} ${days} ${party} ${bit}`,
    group: openings,
    ageMsMax: openingsAgeMsMax,
  })
  const exact = reads.open<ExactKey>({
    name: 'openings',
    statement: openingQueries.exact,
    columns: [({ days }) => days, ({ minute }) => minute, ({ party }) => party],
    texts: [({ ids }) => ids],
    id: ({ ids, days, minute, party }) => `${days} ${minute} ${party} ${Bun.hash(ids)}`,
    group: openings,
    rows: () => limits.lightRowsMax + 1,
    ageMsMax: openingsAgeMsMax,
  })
  const [asHouses, asWindows, asDays, asExact] = [remembered<Houses>(), remembered<Window[]>(), remembered<Days>(), remembered<Exact>()]
  return {
    housesOf: async (city_id: number) => {
      const reply = answered(await houses(city_id))
      return reply.status === 200 ? asHouses(reply) : undefined
    },
    windowsOf: async (key: WindowKey) => asWindows(await windows(key)),
    daysOfCity: async (key: DaysKey) => asDays(await days(key)),
    exact: async (key: ExactKey) => byId(asExact(await exact(key))),
  }
}

const byId = ({ days, ids, at, masks }: Exact): Openings => {
  const found = new Map<number, string[]>()
  for (const [place, id] of ids.entries()) {
    const starts = days[at[place]!]!.filter((_, n) => (masks[place]! >> n) & 1)
    found.set(id, [...(found.get(id) ?? []), ...starts])
  }
  return found
}

/** JSON; an answer from memory, which is given to many, is read once. */
const remembered = <T extends object>(): ((reply: Reply) => T) => {
  const known = new WeakMap<Uint8Array, T>()
  return (reply) => {
    const { body } = reply
    const before = known.get(body)
    if (before) return before
    const read = JSON.parse(Buffer.from(answered(reply).body).toString()) as T
    known.set(body, read)
    return read
  }
}

/** One group of all: which city a restaurant is in, those who decide are not told. */
const openings = { name: 'openings', of: () => 0 }
const housesAgeMsMax = 10_000
const openingsAgeMsMax = 1_000
