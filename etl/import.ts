import { join } from 'node:path'
import { openSql, type Database, type Sql } from '../kit/db.ts'
import type { ImportFamily } from '../kit/import-family.ts'
import { absent, contentOf } from './file-mark.ts'
import { beginningOf, rejectPoints, whyAnew, type Beginning } from './going-on.ts'
import { Journal } from './journal.ts'
import { writeLateRejects } from './late-rejects.ts'
import { loadFile } from './load-file.ts'
import { planOf, type Doing, type Step } from './plan.ts'
import { isLostConnection, isPostgres } from './postgres-errors.ts'
import type { Progress } from './progress.ts'
import * as queries from './queries.ts'
import { openRejects, type RejectFiles } from './rejects.ts'
import { switchTables } from './switch.ts'
import { runTasks } from './tasks.ts'
import { inTransaction } from './transaction.ts'

export type ImportOptions = {
  database: Database
  service: string
  family: ImportFamily
  /** The folder with the CSV files. */
  from: string
  /** The folder for the reject files. */
  rejectsFolder: string
  /** Pieces of work at once. */
  atOnceMax: number
  /** Of a file, loaded in one transaction: what of it is loaded again, at most, after a kill. */
  chunkBytes?: number
  /** Begins anew where an earlier import was not finished. */
  fresh?: boolean
  progress: Progress
  signal: AbortSignal
}

export const chunkBytesUsual = 256 << 20

/** Rows of one file: read = loaded + rejected + dropped. */
export type FileSummary = { file: string; absent: boolean; read: number; loaded: number; rejected: number; dropped: number }

/**
 * Replaces a service's tables by what the files hold. Files are staged, checked, moved into new tables beside the old ones,
 * indexed, and in one transaction the new tables take the old ones' place. Until then nothing that is served has changed. An import
 * that fails or is killed leaves its work and a journal of it behind, and the next one of the same goes on from there; `control`
 * holds the lock by which it is the only one. A file that is absent is an empty one; whether there is anything to import is told by
 * `presentFamilies`.
 */
export const importFamily = async (options: ImportOptions, control: Sql): Promise<FileSummary[]> => {
  const { database, signal } = options
  const [memory] = await control.unsafe<{ work_mem: string }[]>(queries.maintenanceMemory)
  const connections = options.atOnceMax + 1
  const sql = openSql(database, { connections, settings: queries.importSettings(memory!.work_mem) })
  // A statement may run for minutes: an interrupt ends it by its connection.
  const stop = () => void sql.end({ timeout: 0 })
  try {
    // All connect before one may be closed: the driver asks for types then, and of a connection closed meanwhile its error would reach nobody.
    await Promise.allSettled(Array.from({ length: connections }, () => sql.unsafe('select')))
    signal.throwIfAborted()
    signal.addEventListener('abort', stop)
    return await new ImportRun(options, sql, await Journal.open(sql, options.service)).all()
  } catch (error) {
    signal.throwIfAborted() // it is why the connections were closed: no other error is worth telling
    throw isLostConnection(error)
      ? new Error(`The connection to the database was lost (${error.message}); import again.`, { cause: error })
      : error
  } finally {
    signal.removeEventListener('abort', stop)
    await sql.end({ timeout: 0 })
  }
}

/** Removes what an import has worked in, and what it has written down of it. */
export const forgetImport = async (sql: Sql, service: string): Promise<void> => {
  await sql.unsafe(queries.dropWorkSchemas(stageOf(service), nextOf(service)))
  await sql.unsafe(queries.clearJournal, [service])
}

class ImportRun {
  readonly #options: ImportOptions
  readonly #sql: Sql
  readonly #journal: Journal
  readonly #plan: readonly Step[]
  readonly #stage: string
  readonly #next: string
  #rejects: RejectFiles['of'] = new Map()

  constructor(options: ImportOptions, sql: Sql, journal: Journal) {
    this.#options = options
    this.#sql = sql
    this.#journal = journal
    this.#plan = planOf(options.family)
    this.#stage = stageOf(options.service)
    this.#next = nextOf(options.service)
  }

  async all(): Promise<FileSummary[]> {
    const { service, family, rejectsFolder, atOnceMax, progress, signal } = this.#options
    const beginning = await beginningOf(this.#sql, this.#options)
    const goesOn = await this.#goesOn(beginning)
    if (!this.#journal.has('switch')) {
      const points = goesOn ? rejectPoints(this.#journal, this.#plan) : new Map(family.files.map(({ name }) => [name, undefined]))
      await using rejects = await openRejects(rejectsFolder, points, goesOn && this.#journal.entry('begin')?.folderMade)
      this.#rejects = rejects.of
      if (!goesOn) await this.#begin({ ...beginning, folderMade: rejects.folderMade })
      await runTasks(
        this.#plan.map((step) => ({ ...step, run: () => this.#run(step) })),
        atOnceMax,
      )
      const also = (sql: Pick<Sql, 'unsafe'>) => this.#journal.write(sql, 'switch', {})
      const files = this.#summaries().map((summary, i) => ({ ...summary, content: contentOf(this.#markOf(family.files[i]!.name)) }))
      await switchTables(this.#sql, { service, family, next: this.#next, files, also, progress, signal })
    }
    await this.#sql.unsafe(queries.dropWorkSchemas(this.#stage, this.#next))
    return this.#summaries()
  }

  async #goesOn(beginning: Beginning): Promise<boolean> {
    const { fresh, progress, from } = this.#options
    if (this.#journal.isEmpty) return false
    const why = fresh
      ? 'as asked'
      : await whyAnew(this.#sql, this.#journal, this.#plan, beginning, { stage: this.#stage, next: this.#next })
    progress.note(why === undefined ? `  going on with the import of ${from} that was not finished` : `  beginning anew: ${why}`)
    return why === undefined
  }

  async #begin(beginning: Beginning & { folderMade: boolean }) {
    const { family } = this.#options
    await inTransaction(this.#sql, async (sql) => {
      await this.#journal.clear(sql)
      await sql.unsafe(queries.dropWorkSchemas(this.#stage, this.#next))
      await sql.unsafe(queries.createWorkSchemas(this.#stage, this.#next))
      const tables = [...family.files.map((file) => queries.createStageTable(this.#stage, file)), queries.createRejectTable(this.#stage)]
      await sql.unsafe([...tables, queries.createRunTable(this.#stage)].join('; '))
      await sql.unsafe(queries.recordRun(this.#stage), [beginning.run])
      await this.#journal.write(sql, 'begin', beginning)
    })
  }

  async #run(step: Step): Promise<void> {
    const { progress, signal } = this.#options
    signal.throwIfAborted()
    if (this.#journal.has(step.name)) progress.note(`  ${titleOf(step).padEnd(titleWidth)} was done before`)
    else await this.#steps[step.does](step)
  }

  readonly #steps: Record<Doing, (step: Step) => Promise<void>> = {
    load: async (step) => {
      const { from, progress, signal, chunkBytes = chunkBytesUsual } = this.#options
      const file = this.#file(step)
      const { sql, stage } = { sql: this.#sql, stage: this.#stage }
      const path = join(from, `${file.name}.csv`)
      const rejects = this.#rejects.get(file.name)!
      if (this.#isAbsent(file.name)) {
        progress.note(`  ${file.name}.csv is not there: it counts as empty`)
        return this.#journal.write(sql, 'load', { read: 0, rejects: await rejects.point() }, file.name)
      }
      const part = this.#journal.entry('part', file.name)
      if (part) progress.note(`  ${titleOf(step).padEnd(titleWidth)} goes on at line ${part.line.toLocaleString('en')}, byte ${part.bytes}`)
      const work = progress.start(titleOf(step))
      const read = await loadFile({
        sql,
        path,
        file,
        stage,
        rejects,
        work,
        signal,
        chunkBytes,
        from: part,
        reached: (sql, reached, ended) =>
          ended
            ? this.#journal.write(sql, 'load', { read: reached.read, rejects: reached.rejects }, file.name)
            : this.#journal.write(sql, 'part', reached, file.name),
      })
      work.done(read)
    },

    // Each statement may be repeated after itself and those below: a kill between them costs no more than that.
    check: async (step) => {
      const work = this.#options.progress.start(titleOf(step))
      const file = this.#file(step)
      try {
        await this.#sql.unsafe(queries.uniqueIds(this.#stage, file))
      } catch (error) {
        if (!isPostgres(error, uniqueViolation)) throw error
        await this.#sql.unsafe(queries.rejectDuplicates(this.#stage, file))
      }
      await this.#sql.unsafe(queries.analyzeStaged(this.#stage, file.name))
      for (const parent of file.parents ?? []) {
        const { columns } = this.#options.family.files.find(({ name }) => name === parent.of)!
        await this.#sql.unsafe(queries.rejectOrphans(this.#stage, file, parent, columns[0]!.name))
      }
      const [staged] = await this.#sql.unsafe<{ rows: number }[]>(queries.stagedRows(this.#stage, file.name))
      await this.#journal.write(this.#sql, 'check', { rows: staged!.rows }, file.name)
      work.done()
    },

    // Created and filled in one transaction, a table spares the write-ahead log where wal_level allows it.
    fill: async (step) => {
      const work = this.#options.progress.start(titleOf(step))
      const { served, made } = this.#table(step)
      const { fill } = this.#options.family.tables.find(({ table }) => table === step.of)!
      const storage = await this.#sql.unsafe<Statement[]>(queries.storageStatement, [served, made])
      const rows = await inTransaction(this.#sql, async (sql) => {
        await sql.unsafe([queries.createLike(served, made), ...texts(storage)].join(';'))
        const rows = fill ? (await sql.unsafe(fill(this.#stage, this.#next))).count : 0
        await this.#journal.write(sql, 'fill', { rows }, step.of)
        return rows
      })
      work.done(rows)
    },
    index: async (step) => {
      const work = this.#options.progress.start(titleOf(step))
      const { served, made } = this.#table(step)
      const indexes = await this.#sql.unsafe<Statement[]>(queries.indexStatements, [served, made])
      await inTransaction(this.#sql, async (sql) => {
        await sql.unsafe(texts(indexes).join(';'))
        await this.#journal.write(sql, 'index', {}, step.of)
      })
      work.done()
    },
    table: async (step) => {
      const work = this.#options.progress.start(titleOf(step))
      await this.#sql.unsafe(queries.settleTable(this.#table(step).made))
      await this.#journal.write(this.#sql, 'table', {}, step.of)
      work.done()
    },

    rejects: async (step) => {
      const { from, signal } = this.#options
      const file = this.#file(step)
      const rejects = this.#rejects.get(file.name)!
      await writeLateRejects(this.#sql, { path: join(from, `${file.name}.csv`), file, stage: this.#stage, rejects, signal })
      await this.#journal.write(this.#sql, 'rejects', await rejects.point(), file.name)
    },
  }

  #file({ of }: Step) {
    return this.#options.family.files.find(({ name }) => name === of)!
  }

  #table({ of }: Step) {
    return { served: `${this.#options.service}.${of}`, made: `${this.#next}.${of}` }
  }

  #isAbsent(file: string) {
    return this.#markOf(file) === absent
  }

  #markOf(file: string) {
    return this.#journal.entry('begin')!.marks.find(([name]) => name === file)![1]!
  }

  #summaries(): FileSummary[] {
    const { files, tables } = this.#options.family
    const journal = this.#journal
    return files.map(({ name }) => {
      const { read } = journal.entry('load', name)!
      const staged = journal.entry('check', name)!.rows
      const rowsOf = tables.find((table) => table.rowsOf === name)
      const loaded = rowsOf ? journal.entry('fill', rowsOf.table)!.rows : staged
      const rejected = journal.entry('rejects', name)!.count
      return { file: `${name}.csv`, absent: this.#isAbsent(name), read, loaded, rejected, dropped: staged - loaded }
    })
  }
}

type Statement = { statement: string }
const texts = (statements: readonly Statement[]) => statements.map(({ statement }) => statement)

const stageOf = (service: string) => `${service}_stage`
const nextOf = (service: string) => `${service}_next`

const titles: Record<Doing, (of: string) => string> = {
  load: (of) => `${of}.csv`,
  check: (of) => `check ${of}`,
  fill: (of) => `make ${of}`,
  index: (of) => `index ${of}`,
  table: (of) => `settle ${of}`,
  rejects: (of) => `rejects of ${of}`,
}
const titleOf = ({ does, of }: Step) => titles[does](of)
const titleWidth = 30

const uniqueViolation = '23505'
