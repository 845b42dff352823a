/** A restaurant that everybody wants: the checker's own knowledge of it, which is never asked back from the database. */
export type BookedHouse = {
  readonly id: number
  readonly zone: string
  /** Minutes of the local day, every day. */
  readonly opens: number
  readonly closes: number
  /** Minutes that parties up to 2, 4, 6 stay, and larger ones. */
  readonly turns: readonly [number, number, number, number]
  readonly partyMax: number
  readonly seatings: readonly Seating[]
}
/** What a party can be given. */
export type Seating = { readonly tables: readonly number[]; readonly from: number; readonly to: number }

type Kind = Omit<BookedHouse, 'id' | 'seatings' | 'partyMax'> & {
  /** Seats of each. */
  tables: readonly number[]
  /** Places of tables that can be put together. */
  joins: readonly (readonly number[])[]
}

/** One table; tables put together, past midnight; turns that end between the half hours; and some where a large party needs all. */
const kinds: readonly Kind[] = [
  { zone: 'America/New_York', opens: 1_080, closes: 1_380, turns: [90, 120, 120, 150], tables: [4], joins: [] },
  { zone: 'Europe/London', opens: 1_140, closes: 1_560, turns: [90, 120, 150, 150], tables: [2, 4, 4], joins: [[1, 2], [0, 1, 2]] }, // prettier-ignore
  { zone: 'Australia/Sydney', opens: 1_035, closes: 1_365, turns: [105, 105, 105, 105], tables: [2, 2, 4], joins: [[0, 1]] },
  { zone: 'Asia/Kolkata', opens: 720, closes: 1_080, turns: [75, 90, 105, 120], tables: [2, 4, 4, 6], joins: [[0, 1], [2, 3]] }, // prettier-ignore
]

export const bookedHouses = (count: number): BookedHouse[] =>
  Array.from({ length: count }, (_, place) => {
    const id = place + 1
    const { tables, joins, ...kind } = kinds[place % kinds.length]!
    const single = tables.map((seats, n): Seating => ({ tables: [id * 100 + n], from: 1, to: seats }))
    const joined = joins.map((places): Seating => {
      const seats = places.reduce((sum, n) => sum + tables[n]!, 0)
      return { tables: places.map((n) => id * 100 + n), from: Math.max(...places.map((n) => tables[n]!)) + 1, to: seats }
    })
    const seatings = [...single, ...joined]
    return { id, ...kind, partyMax: Math.max(...seatings.map(({ to }) => to)), seatings }
  })

/** Milliseconds that a party stays, in whole quarters of an hour. */
export const stayMs = ({ turns }: BookedHouse, party: number): number =>
  Math.ceil(turns[party <= 2 ? 0 : party <= 4 ? 1 : party <= 6 ? 2 : 3] / 15) * quarterMs

/** The dates of a window: no two windows share one. */
export const eveningsOf = (first: number, window: number): string[] =>
  Array.from({ length: eveningsPerWindow }, (_, n) => dateOf(first + window * eveningsPerWindow + n))
/** Of days since 1970. */
const dateOf = (days: number) => new Date(days * dayMs).toISOString().slice(0, 10)
/** Not so soon that a start could pass meanwhile. */
export const firstEvening = () => Math.floor(Date.now() / dayMs) + 3

const eveningsPerWindow = 2
const dayMs = 86_400_000
export const quarterMs = 900_000
