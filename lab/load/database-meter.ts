import { openSql, type Database } from '../../kit/db.ts'
import { written } from '../queries.ts'
import { databaseUseOf, type DatabaseUse, type SessionSample } from './database-use.ts'
import { activeSessions, connectionsUsed } from './load-queries.ts'

/** Looks at the sessions of a database between `begin` and `end`, on a connection of its own. */
export type DatabaseMeter = { begin(): void; end(): void; read(): Promise<DatabaseUse | undefined> }

/** Whatever the database refuses to tell makes it unknown, not the run a failure. */
export const openDatabaseMeter = (at: Database, flushesPerSecond: number | undefined): DatabaseMeter & AsyncDisposable => {
  const sql = openSql(at, { connections: 1, settings: { application_name: 'atelier-load' } })
  const state = { ended: false }
  let watched: Promise<DatabaseUse | undefined> = Promise.resolve(undefined)
  const watch = async (): Promise<DatabaseUse | undefined> => {
    const [before] = await sql.unsafe<Written[]>(written)
    const sinceMs = performance.now()
    const samples: SessionSample[] = []
    for (; !state.ended; await Bun.sleep(sampleEveryMs))
      samples.push([...(await sql.unsafe<{ pid: number; wait: string | null }[]>(activeSessions))])
    const [after] = await sql.unsafe<Written[]>(written)
    const [connections] = await sql.unsafe<{ used: number; max: number }[]>(connectionsUsed)
    const seconds = (performance.now() - sinceMs) / 1000
    return databaseUseOf(samples, {
      commitsPerSecond: (after!.transactions - before!.transactions) / seconds,
      logBytesPerSecond: (after!.logBytes - before!.logBytes) / seconds,
      flushesPerSecond,
      connections: connections!,
    })
  }
  return {
    begin() {
      state.ended = false
      watched = watch().catch(() => undefined)
    },
    end: () => void (state.ended = true),
    read: () => Promise.race([watched, Bun.sleep(answerMsMax).then(() => undefined)]),
    async [Symbol.asyncDispose]() {
      state.ended = true
      await sql.end({ timeout: 1 })
    },
  }
}

type Written = { transactions: number; logBytes: number }

/** A look costs the database about a third of a millisecond. */
const sampleEveryMs = 50
const answerMsMax = 2_000
