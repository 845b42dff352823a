import type { Change } from './changes.ts'

/**
 * What a service brings for those who answer for what people wrote in it. The statements are the service's; how they are run, and
 * who is told, is the business of kit/moderator.ts.
 */
export type Moderation = {
  /** By the name of the kind of thing, such as `review`. */
  readonly kinds: Readonly<Record<string, ModeratedKind>>
  /** One after another: what hangs on a thing goes with it, and is not found again by the next. */
  readonly erasures: readonly Erasure[]
}

export type ModeratedKind = {
  /** Takes an id and a number of rows; returns that many `Reported` after that id, by id: those that wait for a decision. */
  readonly reported: string
  /** Takes a decision's id and a number of rows; returns that many `Decided` after it, by id. */
  readonly ledger: string
  /**
   * Writes (kit/write-lane.ts) of items with `id`, `reason`, `decided_at` and, to respond, `response`. Each thing that is there has a
   * `Decision` row; its `decision_id`, null where nothing was to be decided, is that of the ledger's row, added by the same statement.
   */
  readonly decide: Readonly<Record<'restore' | 'reject', string>> & { readonly respond?: string }
  readonly changes: (row: Affected) => readonly Change[]
}
export type DecisionName = keyof ModeratedKind['decide']

/** A thing and the group it is in; an answer also has a question. */
export type Affected = { readonly product_id: number; readonly id: number; readonly question_id?: number }
export type Decision = Affected & { readonly n: number; readonly decision_id: number | null }

/** A thing that was reported, as a moderator sees it: without the address of who wrote it. */
export type Reported = {
  id: number
  product_id: number
  name: string
  text: string
  photos: string[]
  created_at: Date
}

/** A row of the ledger; `receipt_id` only of what was erased. */
export type Decided = {
  decision_id: number
  id: number
  product_id: number
  decision: 'restored' | 'rejected' | 'responded' | 'erased'
  reason: string
  decided_at: Date
  receipt_id: string | null
}

/** What is found is erased some at a time, each time by one transaction, so that nobody waits long for a row. */
export type Erasure = {
  /** Takes an e-mail address and a number of rows; returns (id, found_in) of that many things, by a scan. See kit/moderation-queries.ts. */
  readonly find: string
  /**
   * Statements, one transaction, without parameters. The first lock what is to go: whoever was adding to it has then committed or
   * will find it gone, and the last statement sees all there is. That one returns an `Erased` for each row it added to the ledger.
   */
  readonly erase: (found: FoundText) => string
  readonly changes: (row: Erased) => readonly Change[]
}
export type Erased = Affected & { readonly kind: string }

/** SQL text of values of our own making, never of what somebody wrote. */
export type FoundText = {
  /** A bigint[]. */
  readonly ids: string
  /** The oid of the table they are of: an import puts another in its place, where the ids may be other people's. */
  readonly foundIn: string
  /** Of the receipt: a uuid, and a timestamptz. */
  readonly receiptId: string
  readonly decidedAt: string
}

export type Receipt = { receipt_id: string; at: string; counts: Record<string, number> }
