import type { Change } from './changes.ts'
import type { Sql } from './db.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'

/** What a service has done now and then, in one process at a time: nothing may depend on when it was done, or whether. */
export type Tidy = {
  /** Takes a number of rows; does so many at most, nothing while another process is at it, and returns a row for each group that changed. */
  readonly statement: string
  readonly changes: (row: never) => readonly Change[]
}

export type TidyOptions = { tidies: readonly Tidy[]; sql: Sql; changed: (changes: readonly Change[]) => void; log: Log }

/** Does it again and again, until it is disposed of. */
export const openTidy = ({ tidies, sql, changed, log }: TidyOptions): Disposable => {
  let busy = false
  const tidyAll = async () => {
    if (busy) return
    busy = true
    try {
      for (const { statement, changes } of tidies) {
        const rows = await sql.unsafe<never[]>(statement, [limits.tidyRowsMax])
        changed(rows.flatMap((row) => changes(row)))
      }
    } catch (error) {
      log.debug({ err: error }, 'something was not tidied')
    } finally {
      busy = false
    }
  }
  const timer = setInterval(() => void tidyAll(), limits.tidyWaitMs)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
