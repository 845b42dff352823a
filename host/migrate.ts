import type { Sql } from '../kit/db.ts'
import * as queries from './queries.ts'

/** Whose schema.sql it is; the name is also the PostgreSQL schema. */
export type Migrated = { readonly name: string; readonly schema: URL | readonly URL[] }
export type Migration = { service: string; number: number; title: string; text: string; checksum: string }

/**
 * A schema.sql is its migrations in order, each below a line `-- migration 3: what for`. New ones are added at the end; what
 * was applied is never edited. All that are pending are applied in one transaction: all or none.
 */
export const migrate = (sql: Sql, services: readonly Migrated[]): Promise<Migration[]> =>
  sql.begin(async (sql) => {
    await sql.unsafe(queries.lockMigrations)
    await sql.unsafe(queries.createMigrationTable)
    const pending = await pendingMigrations(sql, services)
    for (const { service, number, text, checksum } of pending) {
      await sql.unsafe(queries.createSchema(service))
      await sql.unsafe(text)
      await sql.unsafe(queries.recordMigration, [service, number, checksum])
    }
    return pending
  })

/** Throws when an applied migration reads differently now. */
export const pendingMigrations = async (sql: Pick<Sql, 'unsafe'>, services: readonly Migrated[]): Promise<Migration[]> => {
  const rows = await sql.unsafe<{ service: string; number: number; checksum: string }[]>(queries.appliedMigrations)
  const applied = new Map(rows.map(({ service, number, checksum }) => [`${service} ${number}`, checksum]))
  const all = (await Promise.all(services.map(readMigrations))).flat()
  for (const { service, number, checksum } of all) {
    const known = applied.get(`${service} ${number}`)
    if (known && known !== checksum)
      throw new Error(`Migration ${number} of ${service} was changed after it had been applied; add a new one instead.`)
  }
  return all.filter(({ service, number }) => !applied.has(`${service} ${number}`))
}

const readMigrations = async ({ name, schema }: Migrated): Promise<Migration[]> => {
  const texts = await Promise.all([schema].flat().map((file) => Bun.file(file).text()))
  const [preamble = '', ...parts] = texts.join('').split(/^-- migration /m)
  if (preamble.trim() !== '') throw new Error(`${name}/schema.sql must begin with its first migration`)
  return parts.map((part, i) => {
    const [, number, title = ''] = /^(\d+): (.+)/.exec(part) ?? []
    if (Number(number) !== i + 1) throw new Error(`${name}/schema.sql: expected migration ${i + 1}, found "${part.split('\n', 1)[0]}"`)
    // The blank line before the next one is of neither, or to add one would change the one before.
    const text = `${part.slice(part.indexOf('\n') + 1).trimEnd()}\n`
    return { service: name, number: i + 1, title, text, checksum: new Bun.CryptoHasher('sha256').update(text).digest('hex') }
  })
}
