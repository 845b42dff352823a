import { openBookings } from './bookings.ts'
import { settle, sum } from './counts.ts'
import { openHouses } from './houses.ts'
import { drawShares } from './popularity.ts'
import { Random } from './random.ts'

export const RESTAURANTS_MAX = 1_000_000
export const REVIEWS_PER_RESTAURANT = 20

export type RestaurantOptions = { restaurants: number; seed: number; /** `2027-01-01`, the first day of the reservations. */ from: string }

/** How many of each a restaurant has, from 1 on. */
export type RestaurantPlan = RestaurantOptions & { photos: Uint8Array; items: Uint8Array; reviews: Uint16Array }

export const planRestaurants = (options: RestaurantOptions): RestaurantPlan => {
  const { restaurants, seed } = options
  const random = new Random(seed, 'how much of a restaurant')
  const photos = new Uint8Array(restaurants)
  const items = new Uint8Array(restaurants)
  for (let i = 0; i < restaurants; i++) {
    random.at(i + 1)
    photos[i] = 3 + random.below(8)
    items[i] = 8 + random.below(17)
  }
  return { ...options, photos, items, reviews: reviewCounts(seed, restaurants) }
}

/** By popularity, as products have theirs (popularity.ts): most have a few, some have hundreds. */
const reviewCounts = (seed: number, restaurants: number): Uint16Array => {
  const random = new Random(seed, 'popularity of restaurants')
  const ranked = Uint32Array.from({ length: restaurants }, (_, i) => i)
  for (let i = restaurants - 1; i > 0; i--) {
    const other = random.below(i + 1)
    const held = ranked[i]!
    ranked[i] = ranked[other]!
    ranked[other] = held
  }
  const counts = new Uint16Array(restaurants)
  const total = restaurants * REVIEWS_PER_RESTAURANT
  drawShares(random.at(0), ranked, total, counts)
  settle(counts, total - sum(counts), () => Number.POSITIVE_INFINITY)
  return counts
}

/** Rows of the files about tables, by going through them once: nothing of them is kept. */
export type ReservationPlan = RestaurantOptions & {
  rows: { hours: number; tables: number; joins: number; joinTables: number; reservations: number }
}

export const planReservations = (options: RestaurantOptions): ReservationPlan => {
  const { restaurants, seed, from } = options
  const houseOf = openHouses(seed)
  const bookingsOf = openBookings(seed, from)
  const rows = { hours: 0, tables: 0, joins: 0, joinTables: 0, reservations: 0 }
  for (let id = 1; id <= restaurants; id++) {
    const house = houseOf(id)
    rows.hours += house.openings.length
    rows.tables += house.tables.length
    rows.joins += house.joins.length
    for (const { tables } of house.joins) rows.joinTables += tables.length
    rows.reservations += bookingsOf(id, house).length
  }
  return { ...options, rows }
}
