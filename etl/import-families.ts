import { readdir } from 'node:fs/promises'
import type { ImportFamily } from '../kit/import-family.ts'
import type { Service } from '../kit/service.ts'
import { importFamily, type FileSummary, type ImportOptions } from './import.ts'

type Importing = Pick<Service, 'name' | 'imports'>
type Present = { service: string; family: ImportFamily }

/** Imports what a folder holds for these services, one after another: what one of them has switched to stays when a later one fails. */
export const importFamilies = async (
  services: readonly Importing[],
  options: Omit<ImportOptions, 'service' | 'family'>,
): Promise<FileSummary[]> => {
  const { from, progress } = options
  const { present, absent } = await presentFamilies(services, from)
  for (const service of absent) progress.note(`  ${service} stays as it is: none of its files is in ${from}`)
  const summaries: FileSummary[] = []
  for (const one of present) {
    summaries.push(...(await importFamily({ ...options, ...one })))
    progress.note(`  ${one.service} is imported`)
  }
  return summaries
}

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
