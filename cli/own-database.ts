import { keepEmbedded } from '../host/embedded-keeper.ts'
import type { Lock } from '../host/lock.ts'
import { migrate } from '../host/migrate.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { loadDemo, type DemoOptions } from './demo.ts'
import { migrated } from './migrated.ts'

/** The embedded PostgreSQL, for as long as `opened` is; other commands find it by the lock. */
export const embeddedUrl = async (opened: AsyncDisposableStack, dataDir: string, lock: Lock) => {
  const embedded = opened.use(await keepEmbedded({ dataDir, lock, log: (line) => console.error(line) }))
  await lock.describe({ databaseUrl: embedded.url })
  return embedded.url
}

/** Migrated, and with a demo catalogue when nothing was ever imported. */
export const prepare = async (databaseUrl: string, demo: Pick<DemoOptions, 'products' | 'restaurants' | 'folder' | 'signal'>) => {
  const sql = openSql(parseDatabaseUrl(databaseUrl), { connections: 1 })
  try {
    await migrate(sql, migrated)
    await loadDemo({ sql, databaseUrl, ...demo })
  } finally {
    await sql.end({ timeout: 1 })
  }
}
