import type { Receipt, Reported } from '../kit/moderation.ts'
import type { LedgerRow } from '../kit/moderator.ts'

export const reportedText = (kind: string) => (row: Reported) =>
  [
    `${kind} ${row.id} of ${groupOf(kind)} ${row.product_id}, ${row.created_at.toISOString()}, ${shown(row.name)}`,
    shown(row.text),
    ...row.photos.map(shown),
  ].join('\n  ')

export const decisionText = ({ decision_id, decided_at, kind, id, product_id, decision, reason, receipt_id }: LedgerRow) =>
  `${decision_id} ${decided_at.toISOString()} ${kind} ${id} of ${groupOf(kind)} ${product_id} ${decision}${reason === '' ? '' : `: ${shown(reason)}`}${receipt_id === null ? '' : `, receipt ${receipt_id}`}`

export const receiptText = ({ receipt_id, at, counts }: Receipt) =>
  [`Erased ${at}, receipt ${receipt_id}`, ...Object.entries(counts).map(([kind, count]) => `  ${kind.padEnd(15)} ${count}`)].join('\n')

/** Strangers wrote it: what would steer a terminal is shown, not sent. */
const shown = (words: string) => JSON.stringify(words).replaceAll(/[\p{Cc}\p{Cf}]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`)

/** What `product_id` is of a thing of that kind. */
const groupOf = (kind: string) => (kind === 'dining_review' ? 'restaurant' : 'product')
