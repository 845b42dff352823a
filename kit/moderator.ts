import type { Change } from './changes.ts'
import { openSql, type Database, type Sql } from './db.ts'
import { conflict, invalid, notFound, tooBusy } from './errors.ts'
import { openErasure } from './erasure.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'
import type { Decided, Decision, DecisionName, ModeratedKind, Moderation, Receipt, Reported } from './moderation.ts'
import type { Write, Writes } from './writes.ts'

export type ModeratorOptions = {
  moderations: readonly Moderation[]
  database: Database
  writes: Writes
  changed: (changes: readonly Change[]) => void
  log: Log
}

/** `reason` may be empty but for a rejection; `response`, empty, takes the one away that is there. */
export type DecisionOf = { id: number; decision: DecisionName; reason: string; response?: string }
export type LedgerRow = Decided & { kind: string }

/** What those may do who answer for what people wrote, over HTTP and at the command line. `kind` is one of `kinds`. */
export type Moderator = AsyncDisposable & {
  readonly kinds: readonly string[]
  /** At most `count` of what waits for a decision, by id after `after`. */
  reported(kind: string, after: number, count: number): Promise<Reported[]>
  ledger(kind: string, after: number, count: number): Promise<LedgerRow[]>
  /** Throws `invalid`, `notFound`, or `conflict` when it does not wait for a decision. */
  decide(kind: string, of: DecisionOf): Promise<LedgerRow>
  /** All that stands under an e-mail address. What was not erased when it throws is erased when it is done again. */
  erase(email: string): Promise<Receipt>
}

export const openModerator = ({ moderations, database, writes, changed, log }: ModeratorOptions): Moderator => {
  const sql = openSql(database, { connections: connectionsMax, settings: sessionSettings })
  const kinds = new Map(moderations.flatMap((moderation) => Object.entries(moderation.kinds)))
  const decisions = new Map([...kinds].map(([kind, definition]) => [kind, openDecisions(kind, definition, writes)]))
  const erase = openErasure({ sql, kinds: [...kinds.keys()], erasures: moderations.flatMap(({ erasures }) => erasures), changed, log })
  let erasing = false
  return {
    kinds: [...kinds.keys()],
    reported: (kind, after, count) => list<Reported>(sql, kinds.get(kind)?.reported, after, count),
    async ledger(kind, after, count) {
      const rows = await list<Decided>(sql, kinds.get(kind)?.ledger, after, count)
      return rows.map((row) => ({ kind, ...row }))
    },
    async decide(kind, { id, decision, reason, response }) {
      const write = decisions.get(kind)?.[decision]
      if (!write) throw invalid(`Error: ${kind} ${id} cannot be responded to`)
      checkWords(decision, reason, response)
      const decided = { reason, decided_at: new Date(), receipt_id: null }
      const row = await write({ id, ...decided, ...(response !== undefined && { response }) })
      if (row.decision_id === null) throw conflict(`Error: ${kind} ${id} does not wait for a decision`)
      return { kind, decision_id: row.decision_id, id, product_id: row.product_id, decision: pastOf[decision], ...decided }
    },
    async erase(email) {
      if (email.trim() === '' || email.length > emailCharactersMax) throw invalid('Error: an e-mail address is needed')
      if (erasing) throw tooBusy('Error: another erasure is under way, try again')
      erasing = true
      try {
        return await erase(email)
      } finally {
        erasing = false
      }
    },
    [Symbol.asyncDispose]: () => sql.end({ timeout: 1 }),
  }
}

type DecisionItem = { id: number; reason: string; response?: string; decided_at: Date }

const openDecisions = (
  kind: string,
  { decide, changes }: ModeratedKind,
  writes: Writes,
): Partial<Record<DecisionName, Write<DecisionItem, Decision>>> =>
  Object.fromEntries(
    Object.entries(decide).map(([decision, statement]) => {
      const name = `${decision} ${kind}`
      return [
        decision,
        writes.open<DecisionItem, Decision>({ name, statement, changes: (row) => (row.decision_id === null ? [] : changes(row)) }),
      ]
    }),
  )

const list = async <Row extends object>(sql: Sql, statement: string | undefined, after: number, count: number): Promise<Row[]> => {
  if (statement === undefined) throw notFound()
  return sql.unsafe<Row[]>(statement, [after, Math.min(count, limits.moderationRowsMax)], { prepare: true })
}

/** The ledger cannot be changed, so nobody's address may come into it. */
const checkWords = (decision: DecisionName, reason: string, response: string | undefined) => {
  if (reason.length > reasonCharactersMax || reason.includes('@'))
    throw invalid(`Error: a reason has at most ${reasonCharactersMax} characters, none of them @`)
  if (decision === 'reject' && reason.trim() === '') throw invalid('Error: a rejection needs a reason')
  if ((decision === 'respond') !== (response !== undefined)) throw invalid('Error: a response is needed to respond, and only then')
  if (response !== undefined && response.length > responseCharactersMax)
    throw invalid(`Error: a response has at most ${responseCharactersMax} characters`)
}

export const reasonCharactersMax = 1_000
export const responseCharactersMax = 1_000
export const emailCharactersMax = 1_000

const pastOf = { restore: 'restored', reject: 'rejected', respond: 'responded' } as const

/**
 * One erasure, and lists beside it. A scan of everything has the machine in common with those who are served: it takes one core of it, for as
 * long as it needs, and ends when nobody waits for it any more.
 */
const connectionsMax = 2
const sessionSettings = {
  application_name: 'atelier-moderation',
  statement_timeout: String(limits.erasureStatementMsMax),
  max_parallel_workers_per_gather: '0',
  client_connection_check_interval: '1s',
}
