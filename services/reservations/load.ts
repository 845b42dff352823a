import type { LoadRequest } from '../../kit/load.ts'
import { daysOf } from './days.ts'
import { reservationQueries } from './queries.ts'

/** A table for two at half past seven in a week, at any restaurant. */
export const reservationLoad: readonly LoadRequest[] = [
  {
    name: 'GET /restaurants/:id/availability',
    path: (key) => `/restaurants/${key}/availability?date=${inAWeek()}&time=19:30&party=2`,
    keys: (_, restaurants) => restaurants,
    statement: reservationQueries.availability,
    columns: (key) => [key, daysOf(inAWeek()), 1_170, 2],
  },
]

const inAWeek = () => new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10)
