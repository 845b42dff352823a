import { stepOf } from '../../kit/audit-queries.ts'
import type { AuditCheck, Mended } from '../../kit/audit.ts'
import { restaurantAuditQueries as queries } from './audit-queries.ts'

const changes = ({ product_id }: Mended) => [['reviews of restaurant', product_id] as const]
const step = (table: string) => stepOf(`restaurants.${table}`, 'restaurant_id')
const byRestaurants = { step: step('summary'), mend: queries.mendRestaurants, changes }
const byReviews = { ...byRestaurants, step: step('review') }
const byVotes = { step: step('vote'), changes }

export const restaurantAudit: readonly AuditCheck[] = [
  { ...byReviews, name: 'summary', says: 'Each summary counts the reviews that are shown.', find: queries.findSummaries },
  { ...byRestaurants, name: 'rank', says: 'Each restaurant stands in lists where its summary puts it.', find: queries.findRanks },
  { ...byVotes, name: 'vote', says: 'Each vote is for a review that is there.', find: queries.findVotes, mend: queries.mendVotes },
  {
    ...byVotes,
    name: 'helpfulness',
    says: 'Each review is at least as helpful as it has voters.',
    find: queries.findHelpfulness,
    mend: queries.mendHelpfulness,
  },
  {
    ...byReviews,
    name: 'first_reviews',
    says: 'Each ready first page is what the reviews give.',
    document: true,
    find: queries.findFirstReviews,
  },
]
