import type { House } from './houses.ts'
import { email, guest } from './people.ts'
import { Random, weighted } from './random.ts'
import { offsetMs } from './zones.ts'

export type Booking = {
  /** Its place among the restaurant's tables, or that of a join among its joins; the other is -1. */
  table: number
  join: number
  /** Epoch milliseconds. */
  startsAt: number
  party: number
  state: 'booked' | 'cancelled'
  name: string
  email: string
  phone: string
  notes: string
}

/** Days of reservations. */
export const BOOKED_DAYS = 30

/**
 * The reservations of a restaurant for a month from `from`, in the order of their days. No two that stand ever have a table in the same
 * quarter of an hour. A service day's evening is over before the next day opens, so each is decided by itself.
 */
export const openBookings = (seed: number, from: string): ((id: number, house: House) => Booking[]) => {
  const random = new Random(seed, 'bookings')
  const firstDayMs = Date.parse(`${from}T00:00:00Z`)
  return (id, house) => {
    const bookings: Booking[] = []
    for (let day = 0; day < BOOKED_DAYS; day++) {
      random.at(id, day)
      const dayMs = firstDayMs + day * DAY_MS
      const weekday = ((new Date(dayMs).getUTCDay() + 6) % 7) + 1
      const openings = house.openings.filter((opening) => opening.weekday === weekday)
      if (openings.length === 0) continue
      const midnightMs = dayMs - offsetMs(house.city.zone, dayMs)
      const taken = house.tables.map(() => new Uint8Array(QUARTERS))
      for (let left = weekday >= 5 ? house.busy + (house.busy >> 1) : house.busy; left > 0; left--) {
        const booking = place(random, house, openings, taken)
        if (booking) bookings.push({ ...booking, startsAt: midnightMs + booking.startsAt })
      }
    }
    return bookings
  }
}

/** A party that asks for an hour and gets the smallest table that is free, or is sent away. */
const place = (random: Random, house: House, openings: House['openings'], taken: readonly Uint8Array[]): Booking | undefined => {
  const { opens, closes } = random.pick(openings)
  // A start after midnight would be on a night when clocks change at an hour there is twice, or not at all.
  const last = Math.min(closes - house.lastBookingMinutes, 1410)
  const starts = Math.floor((last - opens) / 30) + 1
  const start = opens + 30 * Math.max(random.below(starts), random.below(starts))
  const party = Math.min(random.pick(PARTIES), house.partyMax)
  const turn = house.turns[party <= 2 ? 0 : party <= 4 ? 1 : party <= 6 ? 2 : 3]
  const first = start / 15
  const isFree = (table: number) => taken[table]!.subarray(first, first + turn / 15).every((quarter) => quarter === 0)
  const state = random.oneIn(25) ? 'cancelled' : 'booked'
  const who = { name: guest(random), email: email(random), phone: random.oneIn(3) ? `+1 555 01${10 + random.below(90)}` : '' }
  const notes = random.oneIn(12) ? random.pick(NOTES) : ''

  const table = house.tables.findIndex(({ seatsMin, seatsMax }, i) => party >= seatsMin && party <= seatsMax && isFree(i))
  const join =
    table >= 0
      ? -1
      : house.joins.findIndex(({ tables, partyMin, partyMax }) => party >= partyMin && party <= partyMax && tables.every(isFree))
  if (table < 0 && join < 0) return undefined
  if (state === 'booked') for (const one of table >= 0 ? [table] : house.joins[join]!.tables) taken[one]!.fill(1, first, first + turn / 15)
  return { table, join, startsAt: start * 60_000, party, state, ...who, notes }
}

const DAY_MS = 86_400_000
/** Of a service day, to the end of a turn that begins before midnight. */
const QUARTERS = 120
const PARTIES = weighted({ 1: 2, 2: 20, 3: 7, 4: 12, 5: 3, 6: 3, 8: 1 })
const NOTES = [
  'A birthday',
  'By the window, please',
  'One high chair',
  'No nuts',
  'We may be ten minutes late',
  'A quiet table, "if there is one"',
]
