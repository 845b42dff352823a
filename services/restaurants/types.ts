import { Type, type Static } from 'typebox'

const id = Type.Integer({ minimum: 1 })
const moment = Type.String({ format: 'date-time' })
const day = Type.String({ format: 'date', examples: ['2027-01-05'] })
const nullable = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Number>>(schema: T) => Type.Union([schema, Type.Null()])
const average = nullable(Type.Number({ description: 'Two decimals; null while nobody has said' }))
const nextCursor = nullable(Type.String({ description: 'The `cursor` of the next page; null: this is the last' }))
const price = Type.Integer({ minimum: 1, maximum: 4 })
const stars = Type.Integer({ minimum: 1, maximum: 5 })
const count = Type.Integer({ minimum: 0 })

export const Photo = Type.Object({ id, url: Type.String(), caption: Type.String() })
export const Photos = Type.Object({ results: Type.Array(Photo) })
export type Photos = Static<typeof Photos>

export const Menu = Type.Object({
  sections: Type.Array(
    Type.Object({
      name: Type.String(),
      items: Type.Array(Type.Object({ id, name: Type.String(), description: Type.String(), price: Type.Number() })),
    }),
  ),
})
export type Menu = Static<typeof Menu>

export const Summary = Type.Object(
  {
    count,
    averages: Type.Object({ overall: average, food: average, service: average, ambience: average }),
    histogram: Type.Object({ '1': count, '2': count, '3': count, '4': count, '5': count }, { description: 'Of overall' }),
  },
  { description: 'Of the reviews that are shown' },
)
export type Summary = Static<typeof Summary>

const City = Type.Object({ id, slug: Type.String(), name: Type.String() })
const what = { id, name: Type.String(), cuisine: Type.String(), price, neighbourhood: Type.String(), city: City }

export const Overview = Type.Object({
  ...what,
  address: Type.String(),
  phone: Type.String(),
  zone: Type.String({ description: 'Of the time zone database', examples: ['Europe/Lisbon'] }),
  hours: Type.String({ description: 'To be read; what can be booked is told by the availability' }),
  description: Type.String(),
  photos: Type.Array(Photo, { description: 'The first ones' }),
  photo_count: count,
  rating: Summary,
})
export type Overview = Static<typeof Overview>

const facet = <T extends ReturnType<typeof Type.String> | typeof price>(value: T) => Type.Array(Type.Object({ value, count: id }))
export const Restaurants = Type.Object({
  results: Type.Array(
    Type.Object({
      ...what,
      zone: Type.String(),
      photo: nullable(Type.String()),
      rating: Type.Object({ count, average }),
      starts: Type.Optional(Type.Array(moment, { description: 'When a table is free around the time, with party, date and time only' })),
    }),
  ),
  next_cursor: nextCursor,
  facets: Type.Union([
    Type.Object(
      {
        total: count,
        whole: Type.Boolean({ description: 'False: only the best ten thousand were counted' }),
        cuisine: facet(Type.String()),
        price: facet(price),
        neighbourhood: facet(Type.String()),
      },
      { description: 'How many there are: of cuisine and price whatever is asked for of that itself' },
    ),
    Type.Null({ description: 'On pages after the first' }),
  ]),
})
export type Restaurants = Static<typeof Restaurants>

export const Review = Type.Object({
  id,
  overall: stars,
  food: stars,
  service: stars,
  ambience: stars,
  text: Type.String(),
  dined_on: day,
  created_at: moment,
  name: Type.String(),
  helpful: Type.Integer(),
  verified: Type.Boolean({ description: 'It came with the code of a party that was seated here' }),
})
export type Review = Static<typeof Review>
export const Reviews = Type.Object({ results: Type.Array(Review), next_cursor: nextCursor })
export type Reviews = Static<typeof Reviews>

export const sorts = ['newest', 'highest', 'lowest', 'helpful'] as const
export type Sort = (typeof sorts)[number]

export const NewReview = Type.Object({
  overall: stars,
  food: stars,
  service: stars,
  ambience: stars,
  text: Type.Optional(Type.String({ maxLength: 2_000, description: 'Empty when absent' })),
  dined_on: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$', description: 'Not after today, wherever that is', examples: ['2027-01-05'] }),
  name: Type.String({ minLength: 1, maxLength: 60 }),
  email: Type.String({ maxLength: 254, pattern: '^[^\\s@]+@[^\\s@.]+(\\.[^\\s@.]+)+$', description: 'In no answer' }),
  code: Type.Optional(Type.String({ maxLength: 64, description: 'Of a reservation: its party was seated, and the review is verified' })),
})
export type NewReview = Static<typeof NewReview>
