import { stepOf } from '../../kit/audit-queries.ts'
import type { AuditCheck, Mended } from '../../kit/audit.ts'
import { questionAuditQueries as queries } from './audit-queries.ts'

const changes = ({ product_id, question_id }: Mended) => [
  ['questions of product', product_id] as const,
  ...(question_id === undefined ? [] : [['answers of question', question_id] as const]),
]
const byQuestions = { step: stepOf('questions.question'), mend: queries.mendFirstPages, changes }

const votes = (of: 'question' | 'answer'): AuditCheck[] => {
  const { findVotes, mendVotes, findHelpfulness, mendHelpfulness } = queries[of]
  const byVotes = { step: stepOf(`questions.${of}_vote`), changes }
  return [
    {
      ...byVotes,
      name: `${of}_vote`,
      says: `Each vote is for ${of === 'answer' ? 'an answer' : 'a question'} that is there.`,
      find: findVotes,
      mend: mendVotes,
    },
    {
      ...byVotes,
      name: `${of}_helpfulness`,
      says: `Each ${of} is at least as helpful as it has voters.`,
      find: findHelpfulness,
      mend: mendHelpfulness,
    },
  ]
}

export const questionAudit: readonly AuditCheck[] = [
  { ...byQuestions, name: 'rows', says: 'Each product with questions has its first page.', find: queries.findRows },
  ...votes('question'),
  ...votes('answer'),
  {
    ...byQuestions,
    name: 'first_page',
    says: 'Each ready first page is what the questions give.',
    document: true,
    find: queries.findFirstPages,
  },
]
