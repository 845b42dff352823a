import { Type, type Static } from 'typebox'

/**
 * The wire format is fixed to the byte, its odd parts too: an answer is under its id and has an `id` within a question, and has an
 * `answer_id` in the list of answers; its photos are texts there and objects here.
 */
const id = Type.Integer({ minimum: 1 })
const moment = Type.String({ format: 'date-time', examples: ['2018-10-18T00:00:00.000Z'] })
const answer = { body: Type.String(), date: moment, answerer_name: Type.String(), helpfulness: Type.Integer() }

export const Question = Type.Object({
  question_id: id,
  question_body: Type.String(),
  question_date: moment,
  asker_name: Type.String(),
  question_helpfulness: Type.Integer(),
  reported: Type.Literal(false, { description: 'Reported questions are in no list' }),
  answers: Type.Record(Type.String(), Type.Object({ id, ...answer, photos: Type.Array(Type.String({ description: 'Its address' })) }), {
    description: 'All of them, by id: up to 5,000 of a question and 8 MiB of a page',
  }),
})
export type Question = Static<typeof Question>

export const QuestionPage = Type.Object({
  product_id: Type.String({ description: "The query's own text" }),
  results: Type.Array(Question),
})
export type QuestionPage = Static<typeof QuestionPage>

export const Answer = Type.Object({ answer_id: id, ...answer, photos: Type.Array(Type.Object({ id, url: Type.String() })) })
export type Answer = Static<typeof Answer>

export const AnswerPage = Type.Object({
  question: Type.String({ description: "The path's own text" }),
  page: Type.Integer({ minimum: 1, description: 'As it was asked for' }),
  count: Type.Integer({ minimum: 1 }),
  results: Type.Array(Answer),
})
export type AnswerPage = Static<typeof AnswerPage>

const words = {
  body: Type.String({ minLength: 1, maxLength: 1_000 }),
  name: Type.String({ minLength: 1, maxLength: 60 }),
  email: Type.String({ maxLength: 254, pattern: '^[^\\s@]+@[^\\s@.]+(\\.[^\\s@.]+)+$', description: 'In no answer' }),
}

export const NewQuestion = Type.Object({ ...words, product_id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER - 1 }) })
export type NewQuestion = Static<typeof NewQuestion>

export const NewAnswer = Type.Object({
  ...words,
  photos: Type.Optional(
    Type.Array(Type.String({ maxLength: 2_048 }), { maxItems: 20, description: 'Addresses, stored as given and never fetched' }),
  ),
})
export type NewAnswer = Static<typeof NewAnswer>
