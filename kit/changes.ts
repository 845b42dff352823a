import type { Sql } from './db.ts'

/** On this channel processes tell each other which service's data changed: `sql.notify(changesChannel, service)`. */
export const changesChannel = 'atelier_changed'

/**
 * Calls `changed` for each word of a change, and after every reconnection too: what was said meanwhile is lost.
 * Ends with the connection pool.
 */
export const listenForChanges = async (sql: Sql, changed: () => void): Promise<void> => {
  await sql.listen(changesChannel, changed, changed)
}
