import type { Affected, Moderation } from '../../kit/moderation.ts'
import { questionModerationQueries } from './moderation-queries.ts'

const { question, answer, eraseQuestions, eraseAnswers } = questionModerationQueries

const changes = ({ product_id, question_id }: Affected) => [
  ['questions of product', product_id] as const,
  ...(question_id === undefined ? [] : [['answers of question', question_id] as const]),
]
const kind = ({ reported, ledger, restore, reject }: typeof question) => ({ reported, ledger, decide: { restore, reject }, changes })

export const questionModeration: Moderation = {
  kinds: { question: kind(question), answer: kind(answer) },
  erasures: [
    { find: question.find, erase: eraseQuestions, changes },
    { find: answer.find, erase: eraseAnswers, changes },
  ],
}
