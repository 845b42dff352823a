import { type City, cityAt, cityDraws } from './cities.ts'
import { Random, weighted } from './random.ts'

/** Minutes of the local day; what closes past midnight closes after 1440. */
export type Opening = { weekday: number; opens: number; closes: number }
export type Table = { seatsMin: number; seatsMax: number }
/** Tables that can be put together, by their places among the restaurant's. */
export type Join = { tables: readonly number[]; partyMin: number; partyMax: number }

/** How a restaurant takes guests: a function of the seed and the restaurant, whoever asks and in whatever order. */
export type House = {
  city: City
  partyMax: number
  lastBookingMinutes: number
  daysAhead: number
  /** Minutes a party stays, of up to 2, 4, 6, and more guests. */
  turns: readonly [number, number, number, number]
  openings: readonly Opening[]
  /** Small ones first. */
  tables: readonly Table[]
  joins: readonly Join[]
  /** Parties that ask on a weekday. */
  busy: number
}

export const openHouses = (seed: number): ((id: number) => House) => {
  const random = new Random(seed, 'house')
  return (id) => {
    random.at(id)
    const city = cityAt(random.below(cityDraws))
    const pace = random.pick(TURNS)
    const openings = random.pick(WEEKS)
    const tables = TABLES.flatMap(({ seatsMin, seatsMax, least, spread }) =>
      Array.from({ length: least + random.below(spread) }, (): Table => ({ seatsMin, seatsMax })),
    )
    const joins = joinsOf(tables)
    return {
      city,
      partyMax: Math.max(...tables.map(({ seatsMax }) => seatsMax), ...joins.map(({ partyMax }) => partyMax)),
      lastBookingMinutes: random.pick([60, 90]),
      daysAhead: random.pick([60, 90, 120]),
      turns: pace,
      openings,
      tables,
      joins,
      busy: random.oneIn(10) ? 14 + random.below(12) : random.pick(CALM),
    }
  }
}

/** `Mon–Thu 17:30–22:00; Fri–Sat 17:30–01:00`: neighbouring days that are alike stand together. */
export const hoursText = (openings: readonly Opening[]): string => {
  const ofDay = DAYS.map((_, day) =>
    openings
      .filter(({ weekday }) => weekday === day + 1)
      .map(({ opens, closes }) => `${clock(opens)}–${clock(closes)}`)
      .join(', '),
  )
  const lines: string[] = []
  for (let first = 0; first < DAYS.length;) {
    let last = first
    while (ofDay[last + 1] === ofDay[first]) last++
    if (ofDay[first] !== '') lines.push(`${DAYS[first]}${last > first ? `–${DAYS[last]}` : ''} ${ofDay[first]}`)
    first = last + 1
  }
  return lines.join('; ')
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const clock = (minute: number) => `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

const open = (weekdays: readonly number[], opens: number, closes: number) =>
  weekdays.map((weekday): Opening => ({ weekday, opens, closes }))
const [EVERY_DAY, NOT_MONDAY, WORKDAYS, WEEKEND] = [
  [1, 2, 3, 4, 5, 6, 7],
  [2, 3, 4, 5, 6, 7],
  [1, 2, 3, 4, 5],
  [6, 7],
]
const WEEKS: readonly (readonly Opening[])[] = [
  open(EVERY_DAY, 1020, 1380),
  [...open([1, 2, 3, 4, 7], 1050, 1320), ...open([5, 6], 1050, 1500)],
  [...open(NOT_MONDAY, 720, 900), ...open(NOT_MONDAY, 1080, 1380)],
  [...open(WORKDAYS, 690, 870), ...open(WORKDAYS, 1050, 1320), ...open(WEEKEND, 600, 1350)],
  open(EVERY_DAY, 660, 1440),
  [...open([3, 4, 7], 1080, 1410), ...open([5, 6], 1080, 1560)],
]
const TURNS: readonly House['turns'][] = [
  [75, 90, 105, 120],
  [90, 105, 120, 150],
  [90, 120, 150, 180],
]
const TABLES = [
  { seatsMin: 1, seatsMax: 2, least: 2, spread: 6 },
  { seatsMin: 2, seatsMax: 4, least: 2, spread: 5 },
  { seatsMin: 4, seatsMax: 6, least: 0, spread: 3 },
]
const CALM = weighted({ 1: 4, 2: 4, 3: 3, 4: 2, 6: 1 })

/** Pairs of tables for two, pairs of tables for four, and the first three of these. */
const joinsOf = (tables: readonly Table[]): Join[] => {
  const places = (seats: number) => tables.flatMap(({ seatsMax }, place) => (seatsMax === seats ? [place] : []))
  const fours = places(4)
  return [
    ...pairs(places(2)).map((pair): Join => ({ tables: pair, partyMin: 3, partyMax: 4 })),
    ...pairs(fours).map((pair): Join => ({ tables: pair, partyMin: 5, partyMax: 8 })),
    ...(fours.length >= 3 ? [{ tables: fours.slice(0, 3), partyMin: 7, partyMax: 12 }] : []),
  ]
}
const pairs = (list: readonly number[]) => list.flatMap((place, i) => (i % 2 === 1 ? [[list[i - 1]!, place]] : []))
