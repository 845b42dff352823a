import type { Moderation } from '../../kit/moderation.ts'
import { reviewModerationQueries } from './moderation-queries.ts'

const { reported, ledger, restore, reject, respond, find, erase } = reviewModerationQueries
const changes = ({ product_id }: { product_id: number }) => [['reviews of product', product_id] as const]

export const reviewModeration: Moderation = {
  kinds: { review: { reported, ledger, decide: { restore, reject, respond }, changes } },
  erasures: [{ find, erase, changes }],
}
