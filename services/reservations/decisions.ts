import { answerReply, type Answer, type Keyed } from '../../kit/idempotency.ts'
import { revisionTag } from '../../kit/if-match.ts'
import type { Reply } from '../../kit/reply.ts'
import type { Write, Writes } from '../../kit/writes.ts'
import { codeText, newCode, type Code } from './code.ts'
import { reservationWrites } from './write-queries.ts'

/** What was decided of an item; `effect` says whether anything is other than it was. */
export type Outcome = Answer & { n: number; effect: boolean }
type Item = { readonly restaurant_id: number } & Partial<Keyed> & Readonly<Record<string, unknown>>
export type Decisions = Record<keyof typeof reservationWrites, Write<Item, Outcome>>
/** A code as text and as what it says. */
export type Named = { readonly code: string } & Code

/** What decides, a batch of each kind at a time. */
export const openDecisions = (writes: Writes): Decisions => {
  const open = (name: keyof typeof reservationWrites) =>
    writes.open<Item, Outcome>({
      name: `reservations ${name}`,
      statement: reservationWrites[name],
      changes: ({ effect }, { restaurant_id }) =>
        effect
          ? [['reservations of restaurant', restaurant_id], ['openings', 0], ...(name === 'reschedule' ? [['houses', 0] as const] : [])]
          : [],
    })
  return { book: open('book'), amend: open('amend'), wait: open('wait'), reschedule: open('reschedule') }
}

/** A new code, as the statements take it. */
export const coded = (restaurant_id: number) => {
  const code = newCode(restaurant_id)
  return { code: codeText(code), code_high: code.high, code_low: code.low }
}
/** A code that somebody has. */
export const placed = ({ code, restaurant_id, high, low }: Named) => ({ restaurant_id, code, code_high: high, code_low: low })

/** With the revision as its ETag, where it is a reservation. */
export const tagged = (outcome: Answer): Reply => answerReply(outcome, outcome.status < 300 ? tagOf(outcome.body) : {})
const tagOf = (body: string) => ({ etag: revisionTag(Number(/"revision":(\d+)/.exec(body)?.[1])) })
