import type { LoadRequest } from '../../kit/load.ts'
import { restaurantQueries } from './queries.ts'

const landing = (name: string, statement: string, more: string): LoadRequest => ({
  name,
  path: (key) => `/restaurants/${key}${more}`,
  keys: (_, restaurants) => restaurants,
  statement,
  columns: (key) => [key],
})

/** What a restaurant's page asks for when it opens. */
export const restaurantLoad: readonly LoadRequest[] = [
  landing('GET /restaurants/:id', restaurantQueries.overview, ''),
  landing('GET /restaurants/:id/photos', restaurantQueries.photos, '/photos'),
  landing('GET /restaurants/:id/menu', restaurantQueries.menu, '/menu'),
  landing('GET /restaurants/:id/reviews', restaurantQueries.firstReviews, '/reviews'),
  landing('GET /restaurants/:id/reviews/summary', restaurantQueries.summary, '/reviews/summary'),
]
