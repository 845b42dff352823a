import { changesChannel } from '../kit/changes.ts'
import type { Sql } from '../kit/db.ts'
import type { ImportFamily } from '../kit/import-family.ts'
import { isPostgres } from './postgres-errors.ts'
import type { FileSummary } from './import.ts'
import type { Progress } from './progress.ts'
import * as queries from './queries.ts'
import type { Transaction } from './transaction.ts'

export type SwitchOptions = {
  service: string
  family: ImportFamily
  /** The schema of the new tables. */
  next: string
  /** What is recorded of the import. */
  files: readonly (FileSummary & { content: string })[]
  /** Done in the same transaction. */
  also(sql: Transaction): Promise<void>
  progress: Progress
  signal: AbortSignal
}

/** The new tables take the served ones' place in one transaction, which also tells the server processes. */
export const switchTables = async (sql: Sql, { service, family, next, files, also, progress, signal }: SwitchOptions): Promise<void> => {
  const tables = family.tables.map(({ table }) => table)
  const greatestIds = await askGreatestIds(sql, family, next)
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    signal.throwIfAborted()
    try {
      return await sql.begin(async (sql) => {
        await sql.unsafe(queries.switchPatience)
        await sql.unsafe(queries.lockServed(service, tables))
        await sql.unsafe(queries.patienceOver)
        for (const table of tables) await sql.unsafe(queries.replaceTable(service, next, table))
        for (const [sequence, id] of greatestIds) await sql.unsafe(queries.raiseSequence(service, sequence), [id])
        await sql.unsafe(queries.recordImport, [service, new Date(), sql.json([...files])])
        await also(sql)
        await sql.notify(changesChannel, service)
      })
    } catch (error) {
      if (!(isPostgres(error, queryCanceled) || isPostgres(error, deadlockDetected))) throw error
      if (attempt === 1) progress.note('  waiting for a transaction that reads the old tables')
      await Bun.sleep(waitMs)
    }
  }
  throw new Error('Something (a backup, an open transaction?) goes on reading the old tables; end it and import again.')
}

/** By sequence; null where nothing was imported. Before the switch: its locks are what readers wait for, and these may be scans. */
const askGreatestIds = async (sql: Sql, { sequences = [] }: ImportFamily, next: string) => {
  const ids: [string, string | null][] = []
  for (const sequence of sequences) {
    const [greatest] = await sql.unsafe<{ id: string | null }[]>(queries.greatestId(next, sequence))
    ids.push([sequence.sequence, greatest!.id])
  }
  return ids
}

const deadlockDetected = '40P01'
const queryCanceled = '57014'

/** A minute in all. */
const attemptsMax = 60
const waitMs = 700
