import type { Reads } from '../../kit/reads.ts'
import type { Reply } from '../../kit/reply.ts'
import { limits } from '../../kit/limits.ts'
import { daysOf } from './days.ts'
import { openingQueries } from './opening-queries.ts'

/**
 * `date` as YYYY-MM-DD, `minute` of the local day. Of these restaurants, which are of the city when there is one; 0 is none.
 */
export type OpeningsQuery = { city_id: number; restaurant_ids: readonly number[]; date: string; minute: number; party: number }
/** Starts within an hour of the time, in the restaurant's zone and with its offset, by the restaurant's id; of one without any, nothing. */
export type Openings = ReadonlyMap<number, readonly string[]>

/** Of a city, column by column, by id. `weeks` has 14 numbers of each: of every weekday the lower 31 bits of its starts, and those above. */
type Houses = { zones: string[]; ids: number[]; zone: number[]; ahead: number[]; parties: number[]; weeks: number[] }
type Window = { away: number; low: number; wanted: number; weekday: number; plain: boolean; ahead: number; starts: string[] }
type Days = { ids: number[]; bits: number[] }
type Exact = { days: string[][]; ids: number[]; at: number[]; masks: number[] }

type WindowKey = { days: number; minute: number; zone: string }
type DaysKey = { city_id: number; days: number; party: number; bit: number }
type ExactKey = { ids: string; days: number; minute: number; party: number }

/**
 * Who has a table. Of a city by the summaries of its day, set beside its houses, which memory has; of what these do not tell (a day on
 * which clocks change, a hold that has ended, restaurants of many cities or of a city too big) by id.
 */
export const openOpenings = (reads: Reads): ((of: OpeningsQuery) => Promise<Openings>) => {
  const { housesOf, windowsOf, daysOfCity, exact } = openReads(reads)
  return async ({ city_id, restaurant_ids, date, minute, party }) => {
    const days = daysOf(date)
    const slowly = (ids: readonly number[]) => (ids.length === 0 ? none : exact({ ids: `{${ids.join()}}`, days, minute, party }))
    const houses = city_id === 0 ? undefined : await housesOf(city_id)
    if (!houses) return slowly(restaurant_ids)
    const windows = await Promise.all(houses.zones.map((zone) => windowsOf({ days, minute, zone })))
    if (windows.some((some) => some.some(({ plain }) => !plain))) return slowly(restaurant_ids)
    const aways = [...new Set(windows.flatMap((some) => some.map(({ away }) => away)))].sort((a, b) => a - b)
    const found = new Map<number, readonly string[]>()
    const untold = new Set<number>()
    for (const away of aways) {
      const bit = Math.max(0, Math.floor((minute - away * 1_440) / 30) - 4)
      const summaries = await daysOfCity({ city_id, days: days + away, party, bit })
      const startsOf = openStarts()
      let at = 0
      for (const [place, id] of houses.ids.entries()) {
        while (summaries.ids[at]! < id) at++
        const window = windows[houses.zone[place]!]!.find((one) => one.away === away)
        if (!window || window.ahead > houses.ahead[place]!) continue
        const known = summaries.ids[at] === id
        if (known && summaries.bits[at] === -1) untold.add(id)
        const mask = known ? summaries.bits[at]! >> (window.low - bit) : weekMask(houses, place, party, window)
        const starts = startsOf(window, mask & ((1 << window.wanted) - 1))
        if (starts.length > 0) found.set(id, found.has(id) ? [...found.get(id)!, ...starts] : starts)
      }
    }
    for (const id of untold) found.delete(id)
    for (const [id, starts] of await slowly([...untold])) found.set(id, starts)
    return found
  }
}

/** The starts of a house's week from the window's first bit on: what is free on a day that has no summary. */
const weekMask = ({ parties, weeks }: Houses, place: number, party: number, { low, weekday }: Window): number => {
  if (((parties[place]! >> party) & 1) === 0) return 0
  const [lower = 0, upper = 0] = weeks.slice(place * 14 + (weekday - 1) * 2, place * 14 + weekday * 2)
  return low < 31 ? (lower >>> low) | (upper << (31 - low)) : upper >>> (low - 31)
}

/** Thousands of houses have the same few masks. */
const openStarts = () => {
  const known = new Map<Window, Map<number, string[]>>()
  return (window: Window, mask: number): string[] => {
    let ofWindow = known.get(window)
    if (!ofWindow) known.set(window, (ofWindow = new Map()))
    let starts = ofWindow.get(mask)
    if (!starts) ofWindow.set(mask, (starts = window.starts.filter((_, n) => (mask >> n) & 1)))
    return starts
  }
}

const openReads = (reads: Reads) => {
  const houses = reads.open<number>({
    name: 'houses of city',
    statement: openingQueries.houses,
    columns: [(city_id) => city_id],
    id: (city_id) => city_id,
    rows: () => limits.lightRowsMax + 1,
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
    ageMsMax: openingsAgeMsMax,
  })
  const exact = reads.open<ExactKey>({
    name: 'openings',
    statement: openingQueries.exact,
    columns: [({ days }) => days, ({ minute }) => minute, ({ party }) => party],
    texts: [({ ids }) => ids],
    id: ({ ids, days, minute, party }) => `${days} ${minute} ${party} ${Bun.hash(ids)}`,
    rows: () => limits.lightRowsMax + 1,
    ageMsMax: openingsAgeMsMax,
  })
  const [asHouses, asWindows, asDays, asExact] = [remembered<Houses>(), remembered<Window[]>(), remembered<Days>(), remembered<Exact>()]
  return {
    housesOf: async (city_id: number) => {
      const reply = await houses(city_id)
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
  return ({ body }) => {
    const before = known.get(body)
    if (before) return before
    const read = JSON.parse(Buffer.from(body).toString()) as T
    known.set(body, read)
    return read
  }
}

const none: Openings = new Map()
const housesAgeMsMax = 10_000
const openingsAgeMsMax = 1_000
