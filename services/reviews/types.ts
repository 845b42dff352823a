import { Type, type Static } from 'typebox'

/** The wire format is fixed to the byte, its odd parts too: counts and averages are texts, `page` starts at 0 here. */
const id = Type.Integer({ minimum: 1 })
const moment = Type.String({ format: 'date-time', examples: ['2019-04-14T00:00:00.000Z'] })
const countText = Type.String({ pattern: '^[1-9]\\d*$', description: 'A count as text' })

export const Photo = Type.Object({ id, url: Type.String() })

export const Review = Type.Object({
  review_id: id,
  rating: Type.Integer({ minimum: 1, maximum: 5 }),
  summary: Type.String(),
  recommend: Type.Boolean(),
  response: Type.Union([Type.String(), Type.Null()], { description: "The seller's" }),
  body: Type.String(),
  date: moment,
  reviewer_name: Type.String(),
  helpfulness: Type.Integer(),
  photos: Type.Array(Photo),
})
export type Review = Static<typeof Review>

export const ReviewPage = Type.Object({
  product: Type.String({ description: "The query's own text" }),
  page: Type.Integer({ minimum: 0, description: 'The page asked for, minus one' }),
  count: Type.Integer({ minimum: 1 }),
  results: Type.Array(Review),
})
export type ReviewPage = Static<typeof ReviewPage>

const Stars = Type.Union([Type.Literal('1'), Type.Literal('2'), Type.Literal('3'), Type.Literal('4'), Type.Literal('5')])
const YesOrNo = Type.Union([Type.Literal('false'), Type.Literal('true')])
export const ReviewMeta = Type.Object({
  product_id: Type.String({ description: "The query's own text" }),
  ratings: Type.Partial(Type.Record(Stars, countText), { description: 'Ratings nobody gave are left out' }),
  recommended: Type.Partial(Type.Record(YesOrNo, countText)),
  characteristics: Type.Record(
    Type.String(),
    Type.Object({
      id,
      value: Type.Union([Type.String({ description: 'The average, 16 decimals' }), Type.Null()]),
    }),
    { description: 'By name' },
  ),
})
export type ReviewMeta = Static<typeof ReviewMeta>

export const sorts = ['relevant', 'newest', 'helpful'] as const
export type Sort = (typeof sorts)[number]

export const NewReview = Type.Object({
  product_id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER - 1 }),
  rating: Type.Integer({ minimum: 1, maximum: 5 }),
  summary: Type.String({ maxLength: 60 }),
  body: Type.Optional(Type.String({ maxLength: 1_000, description: 'Empty when absent' })),
  recommend: Type.Boolean(),
  name: Type.String({ minLength: 1, maxLength: 60 }),
  email: Type.String({ maxLength: 254, pattern: '^[^\\s@]+@[^\\s@.]+(\\.[^\\s@.]+)+$', description: 'In no answer' }),
  photos: Type.Array(Type.String({ maxLength: 2_048 }), { maxItems: 20, description: 'Addresses, stored as given and never fetched' }),
  characteristics: Type.Record(Type.String({ pattern: '^[1-9]\\d{0,15}$' }), Type.Integer({ minimum: 1, maximum: 5 }), {
    description: "Value by characteristic id; the ids must be the product's",
    additionalProperties: false,
    maxProperties: 20,
  }),
})
export type NewReview = Static<typeof NewReview>
