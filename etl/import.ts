import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { changesChannel } from '../kit/changes.ts'
import { openSql, type Database, type Sql } from '../kit/db.ts'
import type { ImportFamily, ImportFile, ImportTable } from '../kit/import-family.ts'
import { readCsv } from './csv.ts'
import { loadFile, openShape } from './load-file.ts'
import type { Progress } from './progress.ts'
import * as queries from './queries.ts'
import { readFile } from './read-file.ts'
import { Rejects } from './rejects.ts'
import { runTasks, type Task } from './tasks.ts'

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
  progress: Progress
  signal: AbortSignal
}

/** Rows of one file: read = loaded + rejected + dropped. */
export type FileSummary = { file: string; absent: boolean; read: number; loaded: number; rejected: number; dropped: number }

/**
 * Replaces a service's tables by what the files hold. Files are staged, checked, moved into new tables beside the old ones,
 * indexed, and in one transaction the new tables take the old ones' place. Until then nothing that is served has changed; an
 * import that fails or is killed leaves that behind which the next one removes first.
 */
export const importFamily = async (options: ImportOptions): Promise<FileSummary[]> => {
  const { database, service, family, from } = options
  const root = family.files[0]!
  if (!(await exists(join(from, `${root.name}.csv`)))) throw new Error(`There is no ${root.name}.csv in ${from}.`)

  const control = openSql(database, { connections: 1 })
  try {
    await takeLock(control)
    const [memory] = await control.unsafe<{ work_mem: string }[]>(queries.maintenanceMemory)
    const sql = openSql(database, { connections: options.atOnceMax + 1, settings: queries.importSettings(memory!.work_mem) })
    const run = new ImportRun(options, sql)
    try {
      return await run.all()
    } finally {
      await sql.end({ timeout: 0 })
      await removeLeftovers(control, service)
    }
  } finally {
    await control.end({ timeout: 1 })
  }
}

class ImportRun {
  readonly #options: ImportOptions
  readonly #sql: Sql
  readonly #stage: string
  readonly #next: string
  readonly #summaries: Map<string, FileSummary>
  readonly #rejects = new Map<string, Rejects>()

  constructor(options: ImportOptions, sql: Sql) {
    this.#options = options
    this.#sql = sql
    this.#stage = stageOf(options.service)
    this.#next = nextOf(options.service)
    this.#summaries = new Map(
      options.family.files.map(({ name }) => [name, { file: `${name}.csv`, absent: false, read: 0, loaded: 0, rejected: 0, dropped: 0 }]),
    )
  }

  async all(): Promise<FileSummary[]> {
    const { family, service, atOnceMax, rejectsFolder } = this.#options
    await removeLeftovers(this.#sql, service)
    await this.#sql.unsafe(`create schema ${this.#stage}; create schema ${this.#next}`)
    await this.#sql.unsafe(
      [...family.files.map((file) => queries.createStageTable(this.#stage, file)), queries.createRejectTable(this.#stage)].join('; '),
    )
    for (const { name } of family.files) this.#rejects.set(name, await Rejects.open(rejectsFolder, name))
    try {
      await runTasks(
        [...family.files.flatMap((file) => this.#fileTasks(file)), ...family.tables.map((table) => this.#tableTask(table))],
        atOnceMax,
      )
      for (const file of family.files) await this.#writeLateRejects(file)
    } finally {
      for (const rejects of this.#rejects.values()) await rejects[Symbol.asyncDispose]()
    }
    await this.#switch()
    return [...this.#summaries.values()]
  }

  /** load X → check X: unique ids, then no orphans, for which the parents must have been checked. */
  #fileTasks(file: ImportFile): Task[] {
    const { name, parent } = file
    return [
      { name: `load ${name}`, after: [], run: () => this.#load(file) },
      { name, after: parent ? [`load ${name}`, parent.of] : [`load ${name}`], run: () => this.#check(file) },
    ]
  }

  async #load(file: ImportFile) {
    const { from, progress, signal } = this.#options
    const path = join(from, `${file.name}.csv`)
    const summary = this.#summaries.get(file.name)!
    if (!(await exists(path))) {
      summary.absent = true
      return progress.note(`  ${file.name}.csv is not there: its tables will be empty`)
    }
    const work = progress.start(`${file.name}.csv`)
    summary.read = await loadFile({ sql: this.#sql, path, file, stage: this.#stage, rejects: this.#rejects.get(file.name)!, work, signal })
    work.done(summary.read)
  }

  async #check(file: ImportFile) {
    this.#options.signal.throwIfAborted()
    const work = this.#options.progress.start(`check ${file.name}`)
    try {
      await this.#sql.unsafe(queries.uniqueIds(this.#stage, file))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === '23505')) throw error
      await this.#sql.unsafe(queries.rejectDuplicates(this.#stage, file))
    }
    await this.#sql.unsafe(`analyze ${this.#stage}.${file.name}`)
    const parent = this.#options.family.files.find(({ name }) => name === file.parent?.of)
    if (parent) await this.#sql.unsafe(queries.rejectOrphans(this.#stage, file, parent.columns[0]!.name))
    work.done()
  }

  #tableTask({ table, from, fill, rowsOf }: ImportTable): Task {
    const { service, progress, signal } = this.#options
    const [served, made] = [`${service}.${table}`, `${this.#next}.${table}`]
    const run = async () => {
      signal.throwIfAborted()
      const work = progress.start(`make ${table}`)
      const rows = await this.#sql.begin(async (sql) => {
        // Created and filled in one transaction, which spares the write-ahead log where wal_level allows it.
        await sql.unsafe(queries.createLike(service, this.#next, table))
        const [storage] = await sql.unsafe<{ options: string }[]>(queries.storageOptions, [served])
        if (storage) await sql.unsafe(`alter table ${made} set (${storage.options})`)
        const { count } = await sql.unsafe(fill(this.#stage, this.#next))
        for (const { statement } of await sql.unsafe<{ statement: string }[]>(queries.indexStatements, [served, made]))
          await sql.unsafe(statement)
        return count
      })
      // Now, so that no reader pays for marking the rows visible, and plans are right from the first statement.
      await this.#sql.unsafe(`vacuum (freeze, analyze) ${made}`)
      if (rowsOf) {
        const [staged] = await this.#sql.unsafe<{ rows: number }[]>(queries.stagedRows(this.#stage, rowsOf))
        Object.assign(this.#summaries.get(rowsOf)!, { loaded: rows, dropped: staged!.rows - rows })
      }
      work.done(rows)
    }
    return { name: `table ${table}`, after: from, run }
  }

  /** Duplicates and orphans are known by their lines only: the file is read again for what stood there. */
  async #writeLateRejects(file: ImportFile) {
    const rejects = this.#rejects.get(file.name)!
    const page = (after: number) => this.#sql.unsafe<LateReject[]>(queries.rejectedLines(this.#stage), [file.name, after, lateRowsMax])
    let late: LateReject[] = await page(0)
    if (late.length > 0) {
      let next = 0
      const { header, plausible } = openShape(file)
      await readCsv(readFile(join(this.#options.from, `${file.name}.csv`)), {
        header,
        plausible,
        reject: () => {},
        record({ line, bytes, recordStart, recordEnd }) {
          if (late[next]?.line !== line) return
          const added = rejects.add(line, late[next++]!.reason, bytes.subarray(recordStart, recordEnd))
          if (next < lateRowsMax) return added
          next = 0
          return Promise.resolve(added)
            .then(() => page(line))
            .then((rows) => void (late = rows))
        },
      })
    }
    this.#summaries.get(file.name)!.rejected = rejects.count
  }

  async #switch() {
    const { service, family, signal } = this.#options
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted()
      try {
        await this.#sql.begin(async (sql) => {
          await sql.unsafe(queries.switchPatience)
          for (const { table } of family.tables) await sql.unsafe(queries.replaceTable(service, this.#next, table))
          await sql.unsafe(queries.recordImport, [service, new Date(), JSON.stringify([...this.#summaries.values()])])
          await sql.notify(changesChannel, service)
        })
        return
      } catch (error) {
        if (attempt === switchAttemptsMax || !(error instanceof Error && 'code' in error && error.code === '55P03')) throw error
      }
    }
  }
}

type LateReject = { line: number; reason: string }

/** What is beside the served tables: of an import that ended, however it ended. */
const removeLeftovers = (sql: Sql, service: string) =>
  sql.unsafe(`drop schema if exists ${stageOf(service)} cascade; drop schema if exists ${nextOf(service)} cascade`)

const stageOf = (service: string) => `${service}_stage`
const nextOf = (service: string) => `${service}_next`

/** A killed import's session ends within a second or two, so a lock that is taken is asked for again. */
const takeLock = async (sql: Sql) => {
  for (let attempt = 1; ; attempt++) {
    const [lock] = await sql.unsafe<{ taken: boolean }[]>(queries.takeImportLock)
    if (lock?.taken) return
    if (attempt === lockAttemptsMax) throw new Error('Another import is running on this database; wait for it to end.')
    await Bun.sleep(lockWaitMs)
  }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

const switchAttemptsMax = 30
const lockAttemptsMax = 20
const lockWaitMs = 500
const lateRowsMax = 10_000
