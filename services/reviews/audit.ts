import { stepOf } from '../../kit/audit-queries.ts'
import type { AuditCheck, Mended } from '../../kit/audit.ts'
import { reviewAuditQueries as queries } from './audit-queries.ts'

const changes = ({ product_id }: Mended) => [['reviews of product', product_id] as const]
const byReviews = { step: stepOf('reviews.review'), mend: queries.mendProducts, changes }
const byVotes = { step: stepOf('reviews.vote'), changes }

export const reviewAudit: readonly AuditCheck[] = [
  {
    ...byReviews,
    name: 'rows',
    says: 'Each product with reviews or characteristics has its summary and its first page.',
    find: queries.findRows,
    mend: queries.mendRows,
  },
  { ...byReviews, name: 'summary', says: 'Each summary counts the reviews that are shown.', find: queries.findSummaries },
  {
    ...byReviews,
    name: 'characteristic',
    says: 'Each characteristic adds up what the reviews that are shown say of it.',
    find: queries.findCharacteristics,
  },
  { ...byVotes, name: 'vote', says: 'Each vote is for a review that is there.', find: queries.findVotes, mend: queries.mendVotes },
  {
    ...byVotes,
    name: 'helpfulness',
    says: 'Each review is at least as helpful as it has voters.',
    find: queries.findHelpfulness,
    mend: queries.mendHelpfulness,
  },
  { ...byReviews, name: 'meta', says: 'Each ready meta is what the counters give.', document: true, find: queries.findMeta },
  {
    ...byReviews,
    name: 'first_page',
    says: 'Each ready first page is what the reviews give.',
    document: true,
    find: queries.findFirstPages,
  },
]
