import type { Reads } from '../../kit/reads.ts'
import { daysOf } from './days.ts'
import { openReads, type Houses, type Openings, type Window } from './opening-reads.ts'

/** `date` as YYYY-MM-DD, `minute` of the local day. Of these restaurants, which are of the city when there is one; 0 is none. */
export type OpeningsQuery = { city_id: number; restaurant_ids: readonly number[]; date: string; minute: number; party: number }

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

const none: Openings = new Map()
