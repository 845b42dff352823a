import type { Moderation } from '../../kit/moderation.ts'
import { restaurantModerationQueries } from './moderation-queries.ts'

const { reported, ledger, restore, reject, find, erase } = restaurantModerationQueries
const changes = ({ product_id }: { product_id: number }) => [['reviews of restaurant', product_id] as const]

export const restaurantModeration: Moderation = {
  kinds: { dining_review: { reported, ledger, decide: { restore, reject }, changes } },
  erasures: [{ find, erase, changes }],
}
