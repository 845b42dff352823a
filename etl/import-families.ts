import { readdir } from 'node:fs/promises'
import { openSql, type Sql } from '../kit/db.ts'
import type { ImportFamily } from '../kit/import-family.ts'
import type { Service } from '../kit/service.ts'
import { forgetImport, importFamily, type FileSummary, type ImportOptions } from './import.ts'
import * as queries from './queries.ts'

type Importing = Pick<Service, 'name' | 'imports'>
type Present = { service: string; family: ImportFamily }
type Options = Omit<ImportOptions, 'service' | 'family'>

/**
 * Imports what a folder holds for these services, one after another: what one of them has switched to stays when a later one fails.
 * The next import of the same goes on from where this one came to; when all are in, nothing of the work is left.
 */
export const importFamilies = async (services: readonly Importing[], options: Options): Promise<FileSummary[]> => {
  const { database, from, progress } = options
  const { present, absent } = await presentFamilies(services, from)
  const control = openSql(database, { connections: 1 })
  try {
    await takeLock(control, options)
    await control.unsafe(queries.endImportSessions)
    for (const service of absent) progress.note(`  ${service} stays as it is: none of its files is in ${from}`)
    const summaries: FileSummary[] = []
    for (const one of present) {
      summaries.push(...(await importFamily({ ...options, ...one }, control)))
      progress.note(`  ${one.service} is imported`)
    }
    for (const { name, imports } of services) if (imports) await forgetImport(control, name)
    return summaries
  } finally {
    await control.end({ timeout: 1 })
  }
}

/** A killed import's session ends within a second or two, so a lock that is taken is asked for again. */
const takeLock = async (sql: Sql, { signal, progress }: Options) => {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    const [lock] = await sql.unsafe<{ taken: boolean }[]>(queries.takeImportLock)
    if (lock?.taken) return
    if (attempt === 1) progress.note('  waiting for another import to end')
    if (attempt === lockAttemptsMax) throw new Error('Another import is running on this database; wait for it to end.')
    await Bun.sleep(lockWaitMs)
  }
}

const lockAttemptsMax = 20
const lockWaitMs = 500

/**
 * The services of which a folder has files, and the names of those it has none of. Throws when it has none of any, or some of a
 * service but not its root: told before anything is imported, for the others alone would empty the service.
 */
const presentFamilies = async (services: readonly Importing[], from: string) => {
  const there = new Set(await readdir(from).catch(() => []))
  const isThere = ({ name }: { name: string }) => there.has(`${name}.csv`)
  const families = services.flatMap(({ name, imports }): Present[] => (imports ? [{ service: name, family: imports }] : []))
  const present = families.filter(({ family }) => family.files.some(isThere))

  const missing = (present.length > 0 ? present : families).map(({ family }) => family.files[0]!).filter((root) => !isThere(root))
  if (missing.length > 0) throw new Error(`There is no ${anyOf(missing.map(({ name }) => `${name}.csv`))} in ${from}.`)
  return { present, absent: families.filter((family) => !present.includes(family)).map(({ service }) => service) }
}

const anyOf = (names: readonly string[]) => names.join(', ').replace(/, ([^,]*)$/, ' or $1')
