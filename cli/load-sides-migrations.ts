import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pendingMigrations } from '../host/migrate.ts'
import { appliedMigrations } from '../host/queries.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'

/**
 * Whether a tree can be served from a database. Throws a sentence when the tree has migrations that the database lacks or has otherwise:
 * its `fleet` would apply them. Returns one when the database has more, which an older commit bears.
 */
export const checkTreeMigrations = async (databaseUrl: string, folder: string, name: string): Promise<string | undefined> => {
  const migrated = await migratedIn(folder)
  const sql = openSql(parseDatabaseUrl(databaseUrl), { connections: 1 })
  try {
    const pending = await pendingMigrations(sql, migrated)
    if (pending.length > 0) throw new Error(`the database lacks ${listed(pending)}.`)
    const known = new Map(await Promise.all(migrated.map(async ({ name, schema }) => [name, await countOf(schema)] as const)))
    const applied = await sql.unsafe<{ service: string; number: number }[]>(appliedMigrations)
    const more = applied.filter(({ service, number }) => number > (known.get(service) ?? 0))
    return more.length > 0 ? `The database has migrations that ${name} does not know of: ${listed(more)}.` : undefined
  } catch (error) {
    const isEmpty = error instanceof Error && 'code' in error && error.code === undefinedTable
    if (isEmpty) throw new Error('The database is not migrated; run atelier migrate.', { cause: error })
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`The migrations of ${name} are not the database's: ${reason}`, { cause: error })
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** A service's migrations may stand in several files, each of which begins with the number of its first. */
const migratedIn = async (folder: string) => {
  const files = new Map<string, { first: number; url: URL }[]>()
  for (const path of ['services/*/*.sql', 'etl/*.sql'].flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: folder })])) {
    const url = pathToFileURL(join(folder, path))
    const first = Number(/^-- migration (\d+): /m.exec(await Bun.file(url).text())?.[1])
    const name = basename(dirname(path))
    files.set(name, [...(files.get(name) ?? []), { first, url }])
  }
  return [...files].map(([name, ofService]) => ({ name, schema: ofService.sort((a, b) => a.first - b.first).map(({ url }) => url) }))
}

const countOf = async (schema: readonly URL[]) => {
  const texts = await Promise.all(schema.map((file) => Bun.file(file).text()))
  return texts.reduce((count, text) => count + (text.match(/^-- migration \d+: /gm)?.length ?? 0), 0)
}

const listed = (migrations: readonly { service: string; number: number }[]) =>
  migrations.map(({ service, number }) => `${service} ${number}`).join(', ')

/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
const undefinedTable = '42P01'
