import { pendingMigrations } from '../host/migrate.ts'
import { openSql, type Database } from '../kit/db.ts'
import { services } from '../services/index.ts'

/** Everything that has a schema.sql: the services, and the importer's own records. */
export const migrated = [...services, { name: 'etl', schema: new URL('../etl/schema.sql', import.meta.url) }]

/** Throws a sentence that says what to do. */
export const checkMigrated = async (database: Database) => {
  const sql = openSql(database, { connections: 1 })
  try {
    const pending = await pendingMigrations(sql, migrated).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === undefinedTable) return migrated
      throw error
    })
    if (pending.length > 0) throw new Error('The database is not migrated; run atelier migrate.')
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
const undefinedTable = '42P01'
