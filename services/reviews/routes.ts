import { jsonBody } from '../../kit/body.ts'
import { echo } from '../../kit/echo.ts'
import { askedCountField, choiceField, echoedIdField, get, idField, pageField, post, put } from '../../kit/endpoint.ts'
import { invalid } from '../../kit/errors.ts'
import { voterOf } from '../../kit/identity.ts'
import { limits } from '../../kit/limits.ts'
import { openPutBack } from '../../kit/put-back.ts'
import { created, noContent } from '../../kit/reply.ts'
import type { Service } from '../../kit/service.ts'
import { reviewQueries } from './queries.ts'
import { NewReview, ReviewMeta, ReviewPage, sorts, type Sort } from './types.ts'
import { reviewWrites } from './write-queries.ts'

type Page = { product: number; page: number; count: number }
type Vote = { review_id: number; voter_id?: number; voter_check?: number }
type OfProduct = { n: number; product_id: number }

const tag = 'reviews'
const busy = { 503: 'The database does not answer; Retry-After says when to ask again' }
const query = { product_id: echoedIdField('product_id') }
const params = { review_id: idField('review id') }
const refusals = { 422: 'Error: invalid product_id provided', ...busy }
const voteRefusals = { 404: 'No such review', 422: 'Error: invalid review id provided', ...busy }
const badReview = 'Error: Review body contains invalid entries'
const newReview = jsonBody(NewReview, badReview)

export const reviewRoutes: Service['routes'] = ({ reads, writes, log }) => {
  const changes = ({ product_id }: OfProduct) => [['reviews of product', product_id] as const]
  const putBack = (name: string, statement: string) => openPutBack(writes.open({ name, statement, changes: () => [] }), log)
  const putBackFirstPage = putBack('first page of reviews', reviewWrites.putBackFirstPage)
  const page = (sort: Sort) =>
    reads.open<Page>({
      name: `reviews ${sort}`,
      statement: reviewQueries[sort],
      columns: [({ product }) => product, ({ page }) => page, ({ count }) => count],
      id: ({ product, page, count }) => (page === 1 && count === 5 ? product : `${product} ${page} ${count}`),
      rows: ({ count }) => Math.min(count, limits.pageRowsMax),
      group: { name: 'reviews of product', of: ({ product }) => product },
      missed: ({ product }) => putBackFirstPage(product),
    })
  const pages = { relevant: page('relevant'), newest: page('newest'), helpful: page('helpful') }
  const meta = reads.open<number>({
    name: 'review meta',
    statement: reviewQueries.meta,
    columns: [(product) => product],
    id: (product) => product,
    group: { name: 'reviews of product', of: (product) => product },
    missed: putBack('review meta', reviewWrites.putBackMeta),
  })
  const add = writes.open<NewReview & { created_at: string }, OfProduct>({
    name: 'review',
    statement: reviewWrites.add,
    changes,
    refusal: () => invalid(badReview),
  })
  const helpful = writes.open<Vote, OfProduct>({ name: 'helpful review', statement: reviewWrites.helpful, changes })
  const report = writes.open<Vote, OfProduct>({ name: 'reported review', statement: reviewWrites.report, changes })

  return [
    get(
      '/reviews',
      {
        summary: 'Reviews of a product, best first',
        tag,
        query: { ...query, page: pageField, count: askedCountField, sort: choiceField(sorts) },
        answer: ReviewPage,
        refusals,
      },
      ({ product_id: { id, text }, page, count, sort }) => echo(pages[sort]({ product: id, page, count }), 'product', id, text),
    ),
    get('/reviews/meta', { summary: 'How a product is rated', tag, query, answer: ReviewMeta, refusals }, ({ product_id: { id, text } }) =>
      echo(meta(id), 'product_id', id, text),
    ),
    post('/reviews', { summary: 'A new review', tag, body: newReview, refusals: { 422: badReview, ...busy } }, async ({ body }) => {
      await add({ ...body, body: body.body ?? '', created_at: new Date().toISOString() })
      return created
    }),
    put(
      '/reviews/:review_id/helpful',
      { summary: 'One vote more; with a voter (Idempotency-Key, or the session) one only', tag, params, refusals: voteRefusals },
      async ({ review_id }, { request }) => {
        const voter = voterOf(request)
        await helpful(voter ? { review_id, voter_id: voter.id, voter_check: voter.check } : { review_id })
        return noContent
      },
    ),
    put(
      '/reviews/:review_id/report',
      { summary: 'Hides a review until a moderator has looked at it', tag, params, refusals: voteRefusals },
      async ({ review_id }) => {
        await report({ review_id })
        return noContent
      },
    ),
  ]
}
