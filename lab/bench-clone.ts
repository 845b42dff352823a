import { cloneDatabase } from '../host/queries.ts'
import { openSql, parseDatabaseUrl, type Sql } from '../kit/db.ts'
import type { Bench } from './bench-house.ts'
import { dropDatabase } from './queries.ts'

/**
 * The rows of a database in another one beside it, until this is disposed of: what is written there is gone then, so that the next run
 * finds what this one found. Throws when somebody is connected to the first one, or the disk is too small for both.
 */
export const openClone = async (databaseUrl: string): Promise<Pick<Bench, 'sql' | 'databaseUrl'> & AsyncDisposable> => {
  const { database } = parseDatabaseUrl(databaseUrl)
  const named = (name: string) => databaseUrl.replace(`/${database}?`, `/${name}?`)
  await using opened = new AsyncDisposableStack()
  const admin = openSql(parseDatabaseUrl(named('postgres')), { connections: 1 })
  opened.defer(() => admin.end({ timeout: 1 }))
  // That of a run that was killed.
  await admin.unsafe(dropDatabase(clone))
  opened.defer(async () => void (await admin.unsafe(dropDatabase(clone))))
  await cloned(admin, database)
  const sql = openSql(parseDatabaseUrl(named(clone)), { connections: 1 })
  opened.defer(() => sql.end({ timeout: 1 }))
  const kept = opened.move()
  return { sql, databaseUrl: named(clone), [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** A PostgreSQL that has just started reads its buffers back, and is connected meanwhile. Each attempt waits 5 s by itself. */
const cloned = async (admin: Sql, database: string) => {
  for (let attempts = 1; ; attempts++) {
    try {
      return await admin.unsafe(cloneDatabase(clone, database))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== isInUse || attempts === attemptsMax) throw error
    }
  }
}

const clone = 'atelier_bench'
/** https://www.postgresql.org/docs/18/errcodes-appendix.html: object_in_use */
const isInUse = '55006'
const attemptsMax = 24
