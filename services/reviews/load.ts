import type { LoadRequest, LoadWrite } from '../../kit/load.ts'
import { reviewQueries } from './queries.ts'
import { reviewWrites } from './write-queries.ts'

const byProduct = { keys: (products: number) => products }

/** The first page of any product, as a page that opens asks for it, and what stands above it. */
export const reviewLoad: readonly LoadRequest[] = [
  {
    name: 'GET /reviews',
    path: (key) => `/reviews?product_id=${key}`,
    statement: reviewQueries.relevant,
    columns: (key) => [key, 1, 5],
    ...byProduct,
  },
  {
    name: 'GET /reviews/meta',
    path: (key) => `/reviews/meta?product_id=${key}`,
    statement: reviewQueries.meta,
    columns: (key) => [key],
    ...byProduct,
  },
]

const vote = {
  method: 'PUT',
  status: 204,
  path: (id = 0) => `/reviews/${id}/helpful`,
  adds: { table: 'reviews.review', column: 'helpfulness' },
  statement: reviewWrites.helpful,
  pathId: 'review_id',
} as const
const anyReview = { table: 'reviews.review', columns: ['review_id'] }

/** Votes of nobody, each of which counts, for any review and for one that everybody votes for; and reviews of any product. */
export const reviewWriteLoad: readonly LoadWrite[] = [
  { name: 'PUT /reviews/:id/helpful', ...vote, keys: anyReview },
  { name: 'PUT /reviews/:id/helpful, one review', ...vote, keys: { ...anyReview, hot: true } },
  {
    name: 'POST /reviews',
    method: 'POST',
    status: 201,
    path: () => '/reviews',
    body: (product_id = 0, characteristic = 0) => ({
      product_id,
      rating: 4,
      summary: 'Warmer than it looks',
      body: 'I wore it every day of a wet week and it never felt heavy. The sleeves are a little long for me, but the seams are straight and the colour is the one in the pictures.',
      recommend: true,
      name: 'ada',
      email: 'ada@post.example',
      photos: [],
      characteristics: { [characteristic]: 4 },
    }),
    keys: { table: 'reviews.characteristic', columns: ['product_id', 'characteristic_id'] },
    adds: { table: 'reviews.review' },
    statement: reviewWrites.add,
  },
]
