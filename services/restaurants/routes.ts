import { problemBody } from '../../kit/body.ts'
import { cursorField } from '../../kit/cursor.ts'
import { get, idField, post, put } from '../../kit/endpoint.ts'
import { invalidField } from '../../kit/errors.ts'
import { integerField, oneOfField } from '../../kit/fields.ts'
import { answerReply, idempotencyKeyField, openIdempotent, type Keyed } from '../../kit/idempotency.ts'
import { voterOf } from '../../kit/identity.ts'
import { limits } from '../../kit/limits.ts'
import { openPutBack } from '../../kit/put-back.ts'
import { noContent } from '../../kit/reply.ts'
import type { Service } from '../../kit/service.ts'
import type { ReservationsApi } from '../reservations/api.ts'
import { isDay } from './fields.ts'
import { cursorVersions, firstReviewsCount, restaurantQueries } from './queries.ts'
import { openSearch, searchFields } from './search.ts'
import { Menu, NewReview, Overview, Photos, Restaurants, Review, Reviews, sorts, Summary, type Sort } from './types.ts'
import { restaurantWrites } from './write-queries.ts'

type Page = { restaurant: number; count: number; after: number; afterId: number }
type Named = { restaurant_id: number; review_id: number }
type Vote = Named & { voter_id?: number; voter_check?: number }
type OfRestaurant = { n: number; restaurant_id: number }
type Item = Omit<NewReview, 'text' | 'code'> &
  Partial<Keyed> & { restaurant_id: number; body: string; verified: boolean; created_at: Date; expired_at: Date }
type Added = OfRestaurant & { body: string; replayed: boolean; differs: boolean }

const tag = 'restaurants'
const refusals = { 422: 'What is invalid, field by field', 503: 'The database does not answer; Retry-After says when to ask again' }
const list = { tag, problems: true, refusals } as const
const of = { ...list, params: { id: idField('id') }, refusals: { 404: 'No such restaurant', ...refusals } }
const ofReview = {
  ...of,
  params: { ...of.params, review: idField('review') },
  refusals: { ...refusals, 404: 'No such review of this restaurant' },
}
const newReview = problemBody(NewReview)

export const restaurantRoutes: Service['routes'] = (kit) => {
  const { reads, writes, log } = kit
  const group = { name: 'reviews of restaurant', of: (restaurant: number) => restaurant }
  const changes = ({ restaurant_id }: OfRestaurant) => [['reviews of restaurant', restaurant_id] as const]
  const byKey = (name: string, statement: string, more = {}) =>
    reads.open<number>({ name, statement, columns: [(id) => id], id: (id) => id, ...more })
  const overview = byKey('restaurant', restaurantQueries.overview, { group })
  const summary = byKey('restaurant summary', restaurantQueries.summary, { group })
  const photos = byKey('restaurant photos', restaurantQueries.photos)
  const menu = byKey('menu', restaurantQueries.menu)
  const putBack = writes.open<{ id: number }>({
    name: 'first reviews of restaurant',
    statement: restaurantWrites.putBackFirstReviews,
    changes: () => [],
  })
  const firstReviews = byKey('first reviews of restaurant', restaurantQueries.firstReviews, { group, missed: openPutBack(putBack, log) })
  const page = (sort: Sort) =>
    reads.open<Page>({
      name: `reviews of restaurant ${sort}`,
      statement: restaurantQueries[sort],
      columns: [({ restaurant }) => restaurant, ({ count }) => count, ({ after }) => after, ({ afterId }) => afterId],
      id: ({ restaurant, count, after, afterId }) => `${restaurant} ${count} ${after} ${afterId}`,
      rows: ({ count }) => Math.min(count, limits.lightRowsMax),
      group: { name: group.name, of: ({ restaurant }) => restaurant },
    })
  const orders = Object.fromEntries(
    sorts.map((sort) => [
      sort,
      { read: page(sort), cursor: cursorField(cursorVersions[sort], 2), before: sort === 'lowest' ? 0 : latestMs },
    ]),
  ) as Record<Sort, { read: ReturnType<typeof page>; cursor: ReturnType<typeof cursorField>; before: number }>
  const search = openSearch(kit)
  const add = writes.open<Item, Added>({ name: 'review of restaurant', statement: restaurantWrites.add, changes })
  const helpful = writes.open<Vote, OfRestaurant>({ name: 'helpful review of restaurant', statement: restaurantWrites.helpful, changes })
  const report = writes.open<Named, OfRestaurant>({ name: 'reported review of restaurant', statement: restaurantWrites.report, changes })
  const idempotent = openIdempotent()

  return [
    get(
      '/restaurants',
      {
        ...list,
        summary: 'Restaurants, the best first; with party, date and time those that have a table around it',
        query: searchFields,
        answer: Restaurants,
      },
      search,
    ),
    get('/restaurants/:id', { ...of, summary: 'A restaurant', answer: Overview }, ({ id }) => overview(id)),
    get('/restaurants/:id/photos', { ...of, summary: 'Its photos', answer: Photos }, ({ id }) => photos(id)),
    get('/restaurants/:id/menu', { ...of, summary: 'Its menu', answer: Menu }, ({ id }) => menu(id)),
    get('/restaurants/:id/reviews/summary', { ...of, summary: 'How its guests rate it', answer: Summary }, ({ id }) => summary(id)),
    get(
      '/restaurants/:id/reviews',
      {
        ...of,
        summary: 'What its guests say',
        query: { sort: oneOfField('sort', sorts), cursor: anyCursor, count: integerField('count', 1, 100, firstReviewsCount) },
        answer: Reviews,
      },
      ({ id, sort, cursor, count }) => {
        if (sort === 'newest' && cursor === undefined && count === firstReviewsCount) return firstReviews(id)
        const { read, cursor: field, before } = orders[sort]
        const [after = before, afterId = Number.MAX_SAFE_INTEGER] = field.parse(cursor) ?? []
        return read({ restaurant: id, count, after, afterId })
      },
    ),
    post(
      '/restaurants/:id/reviews',
      {
        ...of,
        summary: 'A new review',
        headers: { idempotency_key: idempotencyKeyField },
        body: newReview,
        answer: Review,
        refusals: { ...of.refusals, 409: 'A request with this key is still under way' },
      },
      ({ id, body: { text = '', code, ...review }, idempotency_key: key }, { request }) =>
        idempotent(`review ${id}`, key, request.body, async (keyed) => {
          const now = new Date()
          const dined = Date.parse(review.dined_on)
          if (!isDay(review.dined_on) || dined < earliestMs || dined > now.getTime() + aheadMsMax) throw invalidField('dined_on')
          const verified = code !== undefined && (await kit.neighbour<ReservationsApi>('reservations').seated(code, id))
          const times = { created_at: now, expired_at: new Date(now.getTime() - keptMs) }
          const { body, replayed, differs } = await add({ ...review, ...keyed, ...times, restaurant_id: id, body: text, verified })
          if (differs) throw invalidField('idempotency-key', 'Error: this key came before with another body')
          return answerReply({ status: 201, body, replayed })
        }),
    ),
    put(
      '/restaurants/:id/reviews/:review/helpful',
      { ...ofReview, summary: 'One vote more; with a voter (Idempotency-Key, or the session) one only' },
      async ({ id, review }, { request }) => {
        const voter = voterOf(request)
        await helpful({ restaurant_id: id, review_id: review, ...(voter && { voter_id: voter.id, voter_check: voter.check }) })
        return noContent
      },
    ),
    put(
      '/restaurants/:id/reviews/:review/report',
      { ...ofReview, summary: 'Hides a review until a moderator has looked at it' },
      async ({ id, review }) => {
        await report({ restaurant_id: id, review_id: review })
        return noContent
      },
    ),
  ]
}

/** Read by the order that is asked for. */
const anyCursor = { ...cursorField('', 2), parse: (text: string | undefined) => text }
/** After every review: the last moment that a Date holds. */
const latestMs = 8_640_000_000_000_000
/** Nobody who dined before has a review to write. */
const earliestMs = Date.UTC(1900, 0, 1)
/** It is already tomorrow somewhere: clocks are at most so far ahead. */
const aheadMsMax = 14 * 3_600_000
const keptMs = 24 * 3_600_000
