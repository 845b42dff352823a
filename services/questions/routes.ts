import { jsonBody } from '../../kit/body.ts'
import { echo } from '../../kit/echo.ts'
import { askedCountField, echoedIdField, get, idField, pageField, post, put } from '../../kit/endpoint.ts'
import { voterOf } from '../../kit/identity.ts'
import { limits } from '../../kit/limits.ts'
import { openPutBack } from '../../kit/put-back.ts'
import { created, noContent } from '../../kit/reply.ts'
import type { Service } from '../../kit/service.ts'
import type { Write } from '../../kit/writes.ts'
import { questionQueries } from './queries.ts'
import { AnswerPage, NewAnswer, NewQuestion, QuestionPage } from './types.ts'
import { questionWrites } from './write-queries.ts'

type Page = { id: number; page: number; count: number }
type Vote = { id: number; voter_id?: number; voter_check?: number }
type OfQuestion = { n: number; product_id: number; question_id: number }

const tag = 'questions'
const pages = { page: pageField, count: askedCountField }
const busy = { 503: 'The database does not answer; Retry-After says when to ask again' }
const badId = (name: string) => ({ 422: `Error: invalid ${name} provided`, ...busy })
const badQuestion = 'Error: Question body contains invalid entries'
const badAnswer = 'Error: Answer body contains invalid entries'
const newQuestion = jsonBody(NewQuestion, badQuestion)
const newAnswer = jsonBody(NewAnswer, badAnswer)

const ofProduct = ({ product_id }: OfQuestion) => [['questions of product', product_id] as const]
const ofBoth = (row: OfQuestion) => [...ofProduct(row), ['answers of question', row.question_id] as const]

export const questionRoutes: Service['routes'] = ({ reads, writes, log }) => {
  const putBack = openPutBack(
    writes.open({ name: 'first page of questions', statement: questionWrites.putBackFirstPage, changes: () => [] }),
    log,
  )
  const ofPage = {
    columns: [({ id }: Page) => id, ({ page }: Page) => page, ({ count }: Page) => count],
    id: ({ id, page, count }: Page) => (page === 1 && count === 5 ? id : `${id} ${page} ${count}`),
    rows: ({ count }: Page) => Math.min(count, limits.pageRowsMax),
  }
  const questions = reads.open<Page>({
    ...ofPage,
    name: 'questions',
    statement: questionQueries.questions,
    group: { name: 'questions of product', of: ({ id }) => id },
    missed: ({ id }) => putBack(id),
  })
  const answers = reads.open<Page>({
    ...ofPage,
    name: 'answers',
    statement: questionQueries.answers,
    group: { name: 'answers of question', of: ({ id }) => id },
  })
  const write = <Item extends object>(name: string, statement: string, changes = ofBoth) =>
    writes.open<Item, OfQuestion>({ name, statement, changes })
  const ask = write<NewQuestion & { created_at: string }>('question', questionWrites.addQuestion, ofProduct)
  const reply = write<Required<NewAnswer> & { question_id: number; created_at: string }>('answer', questionWrites.addAnswer)

  return [
    get(
      '/qa/questions',
      {
        summary: 'Questions about a product with their answers, most helpful first',
        tag,
        query: { product_id: echoedIdField('product_id'), ...pages },
        answer: QuestionPage,
        refusals: badId('product_id'),
      },
      ({ product_id: { id, text }, page, count }) => echo(questions({ id, page, count }), 'product_id', id, text),
    ),
    get(
      '/qa/questions/:question_id/answers',
      {
        summary: 'Answers to a question, most helpful first',
        tag,
        params: { question_id: echoedIdField('question_id') },
        query: pages,
        answer: AnswerPage,
        refusals: badId('question_id'),
      },
      ({ question_id: { id, text }, page, count }) => echo(answers({ id, page, count }), 'question', id, text),
    ),
    post(
      '/qa/questions',
      { summary: 'A new question', tag, body: newQuestion, refusals: { 422: badQuestion, ...busy } },
      async ({ body: { product_id, body, name, email } }) => {
        await ask({ product_id, body, name, email, created_at: new Date().toISOString() })
        return created
      },
    ),
    post(
      '/qa/questions/:question_id/answers',
      {
        summary: 'A new answer',
        tag,
        params: { question_id: idField('question_id') },
        body: newAnswer,
        refusals: { 404: 'No such question', 422: `Error: invalid question_id provided, or ${badAnswer}`, ...busy },
      },
      async ({ question_id, body: { body, name, email, photos = [] } }) => {
        await reply({ question_id, body, name, email, photos, created_at: new Date().toISOString() })
        return created
      },
    ),
    ...votes('question', {
      helpful: write('helpful question', questionWrites.helpfulQuestion, ofProduct),
      report: write('reported question', questionWrites.reportQuestion, ofProduct),
    }),
    ...votes('answer', {
      helpful: write('helpful answer', questionWrites.helpfulAnswer),
      report: write('reported answer', questionWrites.reportAnswer),
    }),
  ]
}

/** What is done alike to a question and to an answer. */
const votes = (of: 'question' | 'answer', { helpful, report }: Record<'helpful' | 'report', Write<Vote, OfQuestion>>) => {
  const params = { id: idField(`${of}_id`) }
  const refusals = { 404: `No such ${of}`, ...badId(`${of}_id`) }
  return [
    put(
      `/qa/${of}s/:id/helpful`,
      { summary: 'One vote more; with a voter (Idempotency-Key, or the session) one only', tag, params, refusals },
      async ({ id }, { request }) => {
        const voter = voterOf(request)
        await helpful(voter ? { id, voter_id: voter.id, voter_check: voter.check } : { id })
        return noContent
      },
    ),
    put(
      `/qa/${of}s/:id/report`,
      { summary: `Hides ${of === 'question' ? 'a question' : 'an answer'} until a moderator has looked at it`, tag, params, refusals },
      async ({ id }) => {
        await report({ id })
        return noContent
      },
    ),
  ]
}
