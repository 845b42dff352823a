import { everything, type Change } from './changes.ts'
import type { Sql } from './db.ts'
import { internal, tooBusy } from './errors.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'
import type { Erased, Erasure, Receipt } from './moderation.ts'
import { isOutage, withoutData, withoutDeadlock } from './write-lane.ts'

type Found = { id: number; found_in: number }

export type ErasureOptions = {
  sql: Sql
  /** All that the receipt counts. */
  kinds: readonly string[]
  erasures: readonly Erasure[]
  changed: (changes: readonly Change[]) => void
  log: Log
}

/**
 * Everything under an address is found by a scan, which holds up nobody, then erased by its ids. The address is a parameter of
 * the scan and nothing else: it comes into no text of a statement, no table, no log and no receipt.
 */
export const openErasure = ({ sql, kinds, erasures, changed, log }: ErasureOptions) => {
  const eraseSome = async ({ erase, changes }: Erasure, found: readonly Found[], receipt: Receipt) => {
    const text = erase({
      ids: `'{${found.map(({ id }) => id).join(',')}}'::bigint[]`,
      foundIn: `${found[0]!.found_in}::oid`,
      receiptId: `'${receipt.receipt_id}'::uuid`,
      decidedAt: `'${receipt.at}'::timestamptz`,
    })
    // Statements sent as one text are one transaction; `sql.begin`, on a connection that is cut, throws where nobody can catch.
    const results = await withoutDeadlock(() => sql.unsafe<Erased[][]>(text)).catch((error: unknown) => {
      // They may have gone all the same, and then nobody finds them again to tell of them.
      if (isOutage(error)) changed([everything])
      throw error
    })
    const gone = results.at(-1)!
    changed(gone.flatMap(changes).map(([group, id]): Change => [group, id, 'forget']))
    for (const { kind } of gone) receipt.counts[kind]!++
  }

  const eraseAll = async (erasure: Erasure, email: string, receipt: Receipt) => {
    for (;;) {
      const found = await sql.unsafe<Found[]>(erasure.find, [email, limits.erasureFoundMax], { prepare: true })
      for (let at = 0; at < found.length; at += limits.erasureBatchMax)
        await eraseSome(erasure, found.slice(at, at + limits.erasureBatchMax), receipt)
      if (found.length < limits.erasureFoundMax) return
    }
  }

  return async (email: string): Promise<Receipt> => {
    const receipt = {
      receipt_id: crypto.randomUUID(),
      at: new Date().toISOString(),
      counts: Object.fromEntries(kinds.map((kind) => [kind, 0])),
    }
    try {
      for (const erasure of erasures) await eraseAll(erasure, email, receipt)
      return receipt
    } catch (error) {
      log.error({ err: withoutData(error), receipt: receipt.receipt_id }, 'an erasure did not come to its end')
      throw isOutage(error)
        ? tooBusy(`Error: the database did not answer, do it again; what is erased already is in the ledger under ${receipt.receipt_id}`)
        : internal()
    }
  }
}
