import { quarterMs, type BookedHouse } from './bookings-houses.ts'
import { timeText, type Violation } from './bookings-history.ts'

/** What a party has, as a row of the table says. Times are milliseconds since 1970. */
export type Occupant = {
  readonly code: string
  readonly house: number
  readonly starts: number
  readonly ends: number
  readonly tables: readonly number[]
  readonly party: number
  readonly state: string
  readonly revision: number
  /** Of a hold. */
  readonly until: number | undefined
  /** The attempt that made it what it is; 0: nobody's. */
  readonly n: number
}
/** What a party had from then on. */
export type Event = Occupant & { readonly seq: number; readonly at: number; readonly gone: boolean; readonly made: number }

/** Who has what at a moment of the replay. A hold that has ended stays until somebody takes it away. */
export type Floor = Map<string, Event>

export const apply = (floor: Floor, event: Event) => {
  if (!event.gone && isSeated(event)) floor.set(event.code, event)
  else floor.delete(event.code)
}
/** Has tables: the others were cancelled, did not come or have gone. */
export const isSeated = ({ state }: Occupant) => state === 'held' || state === 'booked' || state === 'seated'
export const isLive = (occupant: Occupant, atMs: number) => isSeated(occupant) && (occupant.until === undefined || occupant.until > atMs)
export const meet = (one: Occupant, other: Occupant) =>
  one.starts < other.ends && other.starts < one.ends && one.tables.some((table) => other.tables.includes(table))

/**
 * Two parties that had a table at once, at any moment of the replay: each reservation and each hold, when it is made or changed, against
 * all that live then.
 */
export const doubled = (events: readonly Event[]): Violation[] => {
  const found: Violation[] = []
  for (const ofHouse of byHouse(events).values()) {
    const floor: Floor = new Map()
    for (const event of ofHouse) {
      if (!event.gone && isSeated(event)) {
        // A new party was decided on at the moment that stands in its row; of a change it is known when it was written.
        const decidedMs = floor.has(event.code) ? event.at : event.made
        const others = [...floor.values()].filter((other) => other.code !== event.code && isLive(other, decidedMs) && meet(event, other))
        for (const other of others)
          found.push({ fault: `${event.code} and ${other.code} have a table at once`, history: [other, event].map(eventText) })
      }
      apply(floor, event)
    }
  }
  return found
}

/** Whether the party could be given a seating. What `own` has it would give up; holds that ended before are not counted. */
export const isFree = (house: BookedHouse, floor: ReadonlyMap<string, Occupant>, wish: Wish, sinceMs: number): boolean => {
  const { starts, ends, party, own } = wish
  const near = [...floor.values()].filter(
    (other) => other.code !== own && other.starts < ends && starts < other.ends && isLive(other, sinceMs),
  )
  return house.seatings.some(
    ({ from, to, tables }) => from <= party && party <= to && !near.some((other) => other.tables.some((table) => tables.includes(table))),
  )
}
export type Wish = { starts: number; ends: number; party: number; own?: string }

export const byHouse = <T extends { readonly house: number }>(all: readonly T[]): Map<number, T[]> => Map.groupBy(all, ({ house }) => house)

/** `table start` of each quarter of an hour. */
export const quartersOf = ({ tables, starts, ends }: Occupant): string[] => {
  const quarters: string[] = []
  for (const table of tables) for (let start = starts; start < ends; start += quarterMs) quarters.push(`${table} ${start}`)
  return quarters
}

export const eventText = (event: Event) => `${timeText(event.at)} ${event.gone ? 'gone: ' : ''}${occupantText(event)}`
export const occupantText = ({ code, state, tables, starts, ends, party, revision, until, n }: Occupant) =>
  `${code} ${state}${until === undefined ? '' : ` until ${timeText(until)}`} at revision ${revision}, tables ${tables.join(' and ')}, ${timeText(starts)} to ` +
  `${timeText(ends)}, party of ${party}${n > 0 ? `, by #${n}` : ''}`
