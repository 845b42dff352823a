import type { Outcome } from './crash-client.ts'

export const kinds = ['hold', 'booking', 'confirmation', 'change', 'cancellation', 'waiting'] as const
export type Kind = (typeof kinds)[number]

/** What somebody wanted, and how it ended. Small, as a window holds tens of thousands. */
export type Attempt = {
  /** Its number, which its guest writes into the notes: so every row says who made it what it is. */
  readonly n: number
  readonly kind: Kind
  readonly house: number
  /** Milliseconds since 1970; of a confirmation those of its hold, of a wait the date. */
  readonly starts: number
  readonly party: number
  /** Who holds. */
  readonly session: number
  /** Of what is confirmed, changed or cancelled. */
  readonly code: string
  /** That is sent as If-Match. */
  readonly revision: number
  /** With an Idempotency-Key; without one a booking may stay unknown. */
  readonly keyed: boolean
  /** When it was first sent, and when it was first known how it ended: milliseconds since 1970. */
  sentMs: number
  answeredMs: number
  /** 0 until it is known. */
  status: number
  /** Of a problem. */
  type: string
  /** Of what was made: the code of a hold, a reservation or a place in the waitlist. */
  made: string
  /** What a 201 or 200 said; '' of all others. */
  body: string
  /** The other starts that a 409 named. */
  alternatives: readonly number[]
  /** Of the whole answer. */
  bytes: number
  /** It was sent more than once before it was known. */
  unsure: boolean
}

/** What is wrong, in a sentence, and all that is known of it. */
export type Violation = { readonly fault: string; readonly history: readonly string[] }

/** What was attempted in a window. What no later look at the tables could show is found here at once. */
export class History {
  readonly attempts: Attempt[] = []
  readonly violations: Violation[] = []
  readonly counts: Record<string, Record<string, number>> = {}
  /** Of how many it is known. */
  known = 0

  /** Whether it is known now: 503 and a lost connection say nothing, and 409 of a key that is under way says only that. */
  settle(attempt: Attempt, outcome: Outcome): boolean {
    const how = typeof outcome === 'string' ? outcome : isUnderWay(outcome) ? 'under way' : String(outcome.status)
    const counts = (this.counts[attempt.kind] ??= {})
    counts[how] = (counts[how] ?? 0) + 1
    if (typeof outcome === 'string' || outcome.status === 503 || how === 'under way') return false
    const bytes = bytesOf(outcome)
    if (attempt.status !== 0) {
      if (attempt.keyed && (attempt.status !== outcome.status || attempt.bytes !== bytes))
        this.#violate(`key ${attempt.n} was answered ${attempt.status}, then ${outcome.status}: ${outcome.body}`, attempt)
      return true
    }
    this.known++
    const type = typeOf(outcome)
    const good = outcome.status < 300
    const body = good ? outcome.body : ''
    const made = good ? (/^\{"(?:hold|code)":"([^"]+)"/.exec(outcome.body)?.[1] ?? '') : ''
    const alternatives =
      /"alternatives":\[([^\]]*)\]/
        .exec(outcome.body)?.[1]
        ?.match(/[^",]+/g)
        ?.map((start) => Date.parse(start)) ?? []
    Object.assign(attempt, { status: outcome.status, answeredMs: Date.now() + 1, type, body, made, alternatives, bytes })
    if (!expected[attempt.kind].includes(outcome.status) || (outcome.status === 409 && !type.startsWith('urn:')))
      this.#violate(`nobody may be answered ${outcome.status} here: ${outcome.body.slice(0, 300)}`, attempt)
    return true
  }

  /** A key that comes with another body is refused. */
  misused(attempt: Attempt, outcome: Outcome): boolean {
    if (typeof outcome === 'string' || outcome.status === 503 || isUnderWay(outcome)) return false
    if (outcome.status !== 422 || typeOf(outcome) !== 'urn:atelier:key-reused')
      this.#violate(`key ${attempt.n} with another body was answered ${outcome.status} ${outcome.body.slice(0, 300)}`, attempt)
    return true
  }

  #violate(fault: string, attempt: Attempt) {
    this.violations.push({ fault, history: [attemptText(attempt)] })
  }
}

export const attemptText = ({ n, kind, house, starts, party, code, revision, sentMs, answeredMs, status, type, made, unsure }: Attempt) =>
  `#${n} ${kind} at ${house}, ${timeText(starts)}, party of ${party}${code && ` of ${code}`}${revision > 0 ? ` at revision ${revision}` : ''}: sent ` +
  `${timeText(sentMs)}, ${status === 0 ? 'never answered' : `${status}${type && ` ${type}`}${made && ` ${made}`} by ${timeText(answeredMs)}`}${unsure ? ', asked again' : ''}`
export const timeText = (ms: number) => (Number.isFinite(ms) && ms !== 0 ? new Date(ms).toISOString().slice(0, 23) : '–')

const typeOf = ({ status, body }: { status: number; body: string }) => (status < 400 ? '' : (/"type":"([^"]*)"/.exec(body)?.[1] ?? ''))
const bytesOf = ({ status, body }: { status: number; body: string }) => Number(BigInt.asUintN(53, Bun.hash(`${status} ${body}`) as bigint))
/** A conflict of the kit's own, not of a table: the first request with the key is still under way. */
const isUnderWay = (outcome: Exclude<Outcome, string>) => outcome.status === 409 && typeOf(outcome) === 'about:blank'
const expected: Record<Kind, readonly number[]> = {
  hold: [201, 409],
  booking: [201, 409],
  confirmation: [201, 409],
  change: [200, 409, 412],
  cancellation: [204, 409, 412],
  waiting: [201],
}
