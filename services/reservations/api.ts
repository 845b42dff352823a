import type { ServiceKit } from '../../kit/service.ts'
import { parseCode } from './code.ts'
import { reservationQueries } from './queries.ts'

/** What neighbours may ask. */
export type ReservationsApi = {
  /** Who has a table within an hour of the time, on the restaurant's own clock, maybe of a second ago: booking decides on the truth. */
  openings(of: OpeningsQuery): Promise<Openings>
  /** Whether the code is of this restaurant, and its party was seated. */
  seated(code: string, restaurant_id: number): Promise<boolean>
}
/** `date` as YYYY-MM-DD, `minute` of the local day; all cities without `city_id`, or with 0. */
export type OpeningsQuery = { city_id?: number | undefined; date: string; minute: number; party: number }
export type Openings = {
  /** Ascending. */
  readonly restaurant_ids: readonly number[]
  /** In the restaurant's zone, with the offset; none when it is not among them. */
  starts(restaurant_id: number): string[]
}

type OpeningsKey = { city_id: number; days: number; minute: number; party: number }
type CodeKey = { restaurant_id: number; high: number; low: number }

export const reservationsApi = ({ reads }: Pick<ServiceKit, 'reads'>): ReservationsApi => {
  const ofCities = (name: 'openings' | 'openingsOfAll') =>
    reads.open<OpeningsKey>({
      name,
      statement: reservationQueries[name],
      columns: [({ city_id }) => city_id, ({ days }) => days, ({ minute }) => minute, ({ party }) => party],
      id: ({ city_id, days, minute, party }) => `${city_id} ${days} ${minute} ${party}`,
      ageMsMax: openingsAgeMsMax,
    })
  const [ofCity, ofAll] = [ofCities('openings'), ofCities('openingsOfAll')]
  const seated = reads.open<CodeKey>({
    name: 'seated',
    statement: reservationQueries.seated,
    columns: [({ restaurant_id }) => restaurant_id, ({ high }) => high, ({ low }) => low],
    id: ({ restaurant_id, high, low }) => `${restaurant_id} ${high} ${low}`,
    personal: true,
  })
  // One answer of memory is read by many: it is taken apart once.
  const known = new WeakMap<Uint8Array, Openings>()
  return {
    async openings({ city_id = 0, date, minute, party }) {
      const key = { city_id, days: daysOf(date), minute, party }
      const { body } = await (city_id === 0 ? ofAll(key) : ofCity(key))
      const read = known.get(body) ?? readOpenings(JSON.parse(Buffer.from(body).toString()) as OpeningsAnswer)
      known.set(body, read)
      return read
    },
    async seated(code, restaurant_id) {
      const key = parseCode(code)
      if (key?.restaurant_id !== restaurant_id) return false
      return Buffer.from((await seated(key)).body).toString() === 'true'
    },
  }
}

/** Days since 1970 of a date. */
export const daysOf = (date: string): number => Math.round(Date.parse(`${date}T00:00:00Z`) / 86_400_000)

type OpeningsAnswer = { days: string[][]; ids: number[]; at: number[]; masks: number[] }

/** A restaurant stands more than once where the time is near midnight: its places are beside each other. */
const readOpenings = ({ days, ids, at, masks }: OpeningsAnswer): Openings => {
  const firstPlace = new Map<number, number>()
  ids.forEach((id, place) => {
    if (!firstPlace.has(id)) firstPlace.set(id, place)
  })
  return {
    restaurant_ids: [...firstPlace.keys()],
    starts(restaurant_id) {
      const found: string[] = []
      for (let place = firstPlace.get(restaurant_id) ?? ids.length; ids[place] === restaurant_id; place++)
        found.push(...days[at[place]!]!.filter((_, n) => (masks[place]! >> n) & 1))
      return found
    },
  }
}

const openingsAgeMsMax = 1_000
