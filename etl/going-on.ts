import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Sql } from '../kit/db.ts'
import type { ImportFamily } from '../kit/import-family.ts'
import { markOf } from './file-mark.ts'
import type { Entry, Journal } from './journal.ts'
import type { Step } from './plan.ts'
import * as queries from './queries.ts'
import { holdsRejects } from './rejects.ts'

/** What an import is of: one that has not ended is gone on with when all of this is as it was. */
export type Beginning = Omit<Entry<'begin'>, 'folderMade'>

type Of = { service: string; family: ImportFamily; from: string; rejectsFolder: string }

/** Raised by hand when what is staged from the same bytes changes: how records, fields and rejects are read and written. */
const stagingFormat = 1

export const beginningOf = async (sql: Sql, { service, family, from, rejectsFolder }: Of): Promise<Beginning> => {
  const [served] = await sql.unsafe<{ shape: string }[]>(queries.servedShape, [service, family.tables.map(({ table }) => table)])
  const tables = family.tables.map((one) => ({ ...one, fill: one.fill?.('stage', 'next') }))
  const sequences = family.sequences?.map((one) => ({ ...one, max: 'max' in one ? one.max('next') : undefined }))
  const definition = JSON.stringify([stagingFormat, family.files, tables, sequences, served!.shape])
  const marks = await Promise.all(family.files.map(async ({ name }) => [name, await markOf(join(from, `${name}.csv`))]))
  return { run: randomUUID(), definition: createHash('sha256').update(definition).digest('hex'), from, rejectsFolder, marks }
}

/** Why an import that has not ended cannot be gone on with, to be read after "beginning anew: "; undefined when it can. */
export const whyAnew = async (
  sql: Sql,
  journal: Journal,
  plan: readonly Step[],
  now: Beginning,
  work: { stage: string; next: string },
): Promise<string | undefined> => {
  const then = journal.entry('begin')
  if (!journal.isWhole(plan) || !then) return 'the journal of the import that was not finished is damaged'
  if (then.from !== now.from) return `the import that was not finished was of ${then.from}`
  if (then.rejectsFolder !== now.rejectsFolder) return `the import that was not finished has its rejects in ${then.rejectsFolder}`
  if (then.definition !== now.definition) return 'this version of Atelier imports otherwise than that of the import that was not finished'
  const changed = now.marks.find(([name, mark]) => then.marks.find((one) => one[0] === name)?.[1] !== mark)
  if (changed) return `${changed[0]}.csv has changed since the import that was not finished`
  for (const [name, point] of rejectPoints(journal, plan)) {
    if (point && !(await holdsRejects(now.rejectsFolder, name, point)))
      return `${join(now.rejectsFolder, `${name}.csv`)} is not as the import that was not finished left it`
  }
  return journal.has('switch') ? undefined : whyStageIsLost(sql, then.run, work)
}

/** How far each file's rejects are written for good. */
export const rejectPoints = (journal: Journal, plan: readonly Step[]): Map<string, Entry<'rejects'> | undefined> =>
  new Map(plan.filter(({ does }) => does === 'load').map(({ of }) => [of, rejectPoint(journal, of)]))

const rejectPoint = (journal: Journal, file: string) =>
  journal.entry('rejects', file) ?? (journal.entry('load', file) ?? journal.entry('part', file))?.rejects

const whyStageIsLost = async (sql: Sql, run: string, { stage, next }: { stage: string; next: string }) => {
  const [tables] = await sql.unsafe<{ there: boolean }[]>(queries.areWorkTablesThere, [stage, next])
  if (!tables!.there) return 'the tables of the import that was not finished are gone'
  const [staged] = await sql.unsafe<{ run: string }[]>(queries.stagedRun(stage))
  if (!staged) return 'PostgreSQL has crashed since, and emptied the staging tables of the import that was not finished'
  return staged.run === run ? undefined : 'the staging tables are not those of the import that was not finished'
}
