import type { Tidy } from '../../kit/tidy.ts'
import { reap } from './write-queries.ts'

/** Expired holds are free by themselves; here they are given to who waits, or away. */
export const reservationTidy: Tidy = {
  statement: reap,
  changes: ({ restaurant_id }: { restaurant_id: number }) => [['reservations of restaurant', restaurant_id]],
}
