import type { LoadRequest, LoadWrite } from '../../kit/load.ts'
import { questionQueries } from './queries.ts'
import { questionWrites } from './write-queries.ts'

/** The first page of any product's questions, and of any question's answers, as a page that opens asks for them. */
export const questionLoad: readonly LoadRequest[] = [
  {
    name: 'GET /qa/questions',
    path: (key) => `/qa/questions?product_id=${key}`,
    keys: (products) => products,
    statement: questionQueries.questions,
    columns: (key) => [key, 1, 5],
  },
  {
    name: 'GET /qa/questions/:id/answers',
    path: (key) => `/qa/questions/${key}/answers`,
    keys: (products) => Math.floor(products * questionsPerProduct),
    statement: questionQueries.answers,
    columns: (key) => [key, 1, 5],
  },
]

const questionsPerProduct = 3.5

const person = { name: 'ada', email: 'ada@post.example' }

/** Questions about any product that has some, answers to any question, and votes of nobody, each of which counts, for any answer. */
export const questionWriteLoad: readonly LoadWrite[] = [
  {
    name: 'POST /qa/questions',
    method: 'POST',
    status: 201,
    path: () => '/qa/questions',
    body: (product_id = 0) => ({ product_id, body: 'Does the collar stay up in the wind when the zip is closed all the way?', ...person }),
    keys: { table: 'questions.first_page', columns: ['product_id'] },
    adds: { table: 'questions.question' },
    statement: questionWrites.addQuestion,
  },
  {
    name: 'POST /qa/questions/:id/answers',
    method: 'POST',
    status: 201,
    path: (question = 0) => `/qa/questions/${question}/answers`,
    body: () => ({
      body: 'It does, up to a stiff breeze. In a storm you will want to hold on to it with one hand.',
      photos: [],
      ...person,
    }),
    keys: { table: 'questions.question', columns: ['question_id'] },
    adds: { table: 'questions.answer' },
    statement: questionWrites.addAnswer,
    pathId: 'question_id',
  },
  {
    name: 'PUT /qa/answers/:id/helpful',
    method: 'PUT',
    status: 204,
    path: (answer = 0) => `/qa/answers/${answer}/helpful`,
    keys: { table: 'questions.answer', columns: ['answer_id'] },
    adds: { table: 'questions.answer', column: 'helpfulness' },
    statement: questionWrites.helpfulAnswer,
    pathId: 'id',
  },
]
