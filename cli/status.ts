import { resolve } from 'node:path'
import { lastImports, tableSizes } from '../etl/queries.ts'
import { readLock } from '../host/lock.ts'
import { pendingMigrations } from '../host/migrate.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { services } from '../services/index.ts'
import { command } from './command.ts'
import { databaseFlags } from './environment.ts'
import { migrated } from './migrated.ts'
import { openDatabase } from './open-database.ts'

type Import = { service: string; finished_at: Date }
type Table = { service: string; table: string; rows: number; bytes: number }

export const statusCommand = command({
  name: 'status',
  summary: 'Says what runs here, what the database holds and what was imported when.',
  usage: 'atelier status [flags]',
  flags: { ...databaseFlags, json: { help: 'as JSON', default: false } },
  async run(flags) {
    const running = await readLock(resolve(flags.data))
    const serving = typeof running?.info['url'] === 'string' ? { pid: running.pid, url: running.info['url'] } : undefined
    await using database = await openDatabase(flags)
    const sql = openSql(parseDatabaseUrl(database.url), { connections: 1 })
    try {
      const pending = await pendingMigrations(sql, migrated).catch(() => undefined)
      const imports = pending ? await sql.unsafe<Import[]>(lastImports) : []
      const tables = await sql.unsafe<Table[]>(tableSizes, [services.map(({ name }) => name)])
      const status = { serving: serving ?? null, pendingMigrations: pending?.length ?? null, imports, tables }
      console.log(flags.json ? JSON.stringify(status, null, 2) : statusText(status))
      return 0
    } finally {
      await sql.end({ timeout: 1 })
    }
  },
})

const statusText = (status: {
  serving: { pid: number; url: string } | null
  pendingMigrations: number | null
  imports: readonly Import[]
  tables: readonly Table[]
}) => {
  const nameOf = ({ service, table }: Table) => `${service}.${table}`
  const width = Math.max(0, ...status.tables.map((table) => nameOf(table).length))
  return [
    status.serving ? `Serving at ${status.serving.url} (pid ${status.serving.pid})` : 'Not serving',
    status.pendingMigrations === null ? 'Never migrated' : `${status.pendingMigrations} migrations pending`,
    ...services.flatMap(({ name, imports }) => {
      if (!imports) return []
      const last = status.imports.find(({ service }) => service === name)
      return last ? `${name} imported at ${last.finished_at.toISOString()}` : `${name} never imported`
    }),
    ...status.tables.map(
      (table) =>
        `  ${nameOf(table).padEnd(width)} ${table.rows.toLocaleString('en').padStart(13)} rows ${(table.bytes / 1e6).toFixed(1).padStart(10)} MB`,
    ),
  ].join('\n')
}
