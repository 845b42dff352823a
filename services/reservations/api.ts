import { answered } from '../../kit/reply.ts'
import type { ServiceKit } from '../../kit/service.ts'
import { parseCode } from './code.ts'
import type { Openings } from './opening-reads.ts'
import { openOpenings, type OpeningsQuery } from './openings.ts'
import { reservationQueries } from './queries.ts'

/** What neighbours may ask. */
export type ReservationsApi = {
  /** Who has a table within an hour of the time, on the restaurant's own clock. */
  openings(of: OpeningsQuery): Promise<Openings>
  /** Whether the code is of this restaurant, and its party was seated. */
  seated(code: string, restaurant_id: number): Promise<boolean>
}

type CodeKey = { restaurant_id: number; high: number; low: number }

export const reservationsApi = ({ reads }: Pick<ServiceKit, 'reads'>): ReservationsApi => {
  const seated = reads.open<CodeKey>({
    name: 'seated',
    statement: reservationQueries.seated,
    columns: [({ restaurant_id }) => restaurant_id, ({ high }) => high, ({ low }) => low],
    id: ({ restaurant_id, high, low }) => `${restaurant_id} ${high} ${low}`,
    group: { name: 'reservations of restaurant', of: ({ restaurant_id }) => restaurant_id },
    personal: true,
  })
  return {
    openings: openOpenings(reads),
    async seated(code, restaurant_id) {
      const key = parseCode(code)
      if (key?.restaurant_id !== restaurant_id) return false
      return Buffer.from(answered(await seated(key)).body).toString() === 'true'
    },
  }
}
