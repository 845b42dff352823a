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
import { openRejects, type Rejects } from './rejects.ts'
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
 * import that fails or is killed leaves that behind which the next one removes first. A file that is absent is an empty one;
 * whether there is anything to import is told by `presentFamilies`.
 */
export const importFamily = async (options: ImportOptions): Promise<FileSummary[]> => {
  const { database, service, signal } = options
  const control = openSql(database, { connections: 1 })
  try {
    await takeLock(control, options)
    const [memory] = await control.unsafe<{ work_mem: string }[]>(queries.maintenanceMemory)
    const sql = openSql(database, { connections: options.atOnceMax + 1, settings: queries.importSettings(memory!.work_mem) })
    const run = new ImportRun(options, sql)
    try {
      return await run.all()
    } catch (error) {
      signal.throwIfAborted() // it is why the connections were closed: no other error is worth telling
      throw isLostConnection(error)
        ? new Error(`The connection to the database was lost (${error.message}); import again.`, { cause: error })
        : error
    } finally {
      await sql.end({ timeout: 0 })
      await removeLeftovers(control, service)
    }
  } finally {
    await control.end({ timeout: 1 })
  }
}

/** However it ended: told by PostgreSQL, noticed by the driver, or by the kernel in the middle of a read or a write. */
const isLostConnection = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && /^(57P0[123]|CONNECTION_\w+|ECONNRESET|EPIPE)$/.test(String(error.code))

class ImportRun {
  readonly #options: ImportOptions
  readonly #sql: Sql
  readonly #stage: string
  readonly #next: string
  readonly #summaries: Map<string, FileSummary>
  /** By sequence; null where nothing was imported. */
  readonly #greatestIds = new Map<string, string | null>()
  #rejects: ReadonlyMap<string, Rejects> = new Map()

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
    const { family, service, atOnceMax, rejectsFolder, signal } = this.#options
    await removeLeftovers(this.#sql, service)
    await this.#sql.unsafe(queries.createWorkSchemas(this.#stage, this.#next))
    await this.#sql.unsafe(
      [...family.files.map((file) => queries.createStageTable(this.#stage, file)), queries.createRejectTable(this.#stage)].join('; '),
    )
    // A statement may run for minutes: an interrupt ends it by its connection.
    const stop = () => void this.#sql.end({ timeout: 0 })
    signal.addEventListener('abort', stop)
    try {
      await using rejects = await openRejects(
        rejectsFolder,
        family.files.map(({ name }) => name),
      )
      this.#rejects = rejects.of
      await runTasks(
        [...family.files.flatMap((file) => this.#fileTasks(file)), ...family.tables.map((table) => this.#tableTask(table))],
        atOnceMax,
      )
      for (const file of family.files) await this.#writeLateRejects(file)
      await this.#askGreatestIds()
    } finally {
      signal.removeEventListener('abort', stop)
    }
    await this.#switch()
    return [...this.#summaries.values()]
  }

  /** load X → check X: unique ids, then no orphans, for which the parents must have been checked. */
  #fileTasks(file: ImportFile): Task[] {
    const { name, parents = [] } = file
    return [
      { name: `load ${name}`, after: [], run: () => this.#load(file) },
      { name, after: [`load ${name}`, ...parents.map(({ of }) => of)], run: () => this.#check(file) },
    ]
  }

  async #load(file: ImportFile) {
    const { from, progress, signal } = this.#options
    const path = join(from, `${file.name}.csv`)
    const summary = this.#summaries.get(file.name)!
    if (!(await exists(path))) {
      summary.absent = true
      return progress.note(`  ${file.name}.csv is not there: it counts as empty`)
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
      if (!isPostgres(error, uniqueViolation)) throw error
      await this.#sql.unsafe(queries.rejectDuplicates(this.#stage, file))
    }
    await this.#sql.unsafe(queries.analyzeStaged(this.#stage, file.name))
    for (const parent of file.parents ?? []) {
      const { columns } = this.#options.family.files.find(({ name }) => name === parent.of)!
      await this.#sql.unsafe(queries.rejectOrphans(this.#stage, file, parent, columns[0]!.name))
    }
    const [staged] = await this.#sql.unsafe<{ rows: number }[]>(queries.stagedRows(this.#stage, file.name))
    this.#summaries.get(file.name)!.loaded = staged!.rows
    work.done()
  }

  #tableTask({ table, from, fill, rowsOf }: ImportTable): Task {
    const { service, progress, signal } = this.#options
    const [served, made] = [`${service}.${table}`, `${this.#next}.${table}`]
    const run = async () => {
      signal.throwIfAborted()
      const work = progress.start(`make ${table}`)
      const storage = await this.#sql.unsafe<Statement[]>(queries.storageStatement, [served, made])
      const indexes = await this.#sql.unsafe<Statement[]>(queries.indexStatements, [served, made])
      // Statements sent as one are one transaction; created and filled in one, a table spares the write-ahead log where wal_level
      // allows it. The count is the last one's. (`sql.begin` would, on a connection that was cut, throw where nobody can catch.)
      const making = [queries.createLike(served, made), ...texts(storage), ...(fill ? [fill(this.#stage, this.#next)] : [])]
      const { count } = await this.#sql.unsafe(making.join(';'))
      const rows = fill ? count : 0
      await this.#sql.unsafe(texts(indexes).join(';'))
      await this.#sql.unsafe(queries.settleTable(made))
      if (rowsOf) {
        const summary = this.#summaries.get(rowsOf)!
        Object.assign(summary, { loaded: rows, dropped: summary.loaded - rows })
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
    await rejects.flush()
    this.#summaries.get(file.name)!.rejected = rejects.count
  }

  /** Before the switch: its locks are what readers wait for, and these may be scans. */
  async #askGreatestIds() {
    for (const sequence of this.#options.family.sequences ?? []) {
      const [greatest] = await this.#sql.unsafe<{ id: string | null }[]>(queries.greatestId(this.#next, sequence))
      this.#greatestIds.set(sequence.sequence, greatest!.id)
    }
  }

  async #switch() {
    const { service, family, signal, progress } = this.#options
    const tables = family.tables.map(({ table }) => table)
    for (let attempt = 1; attempt <= switchAttemptsMax; attempt++) {
      signal.throwIfAborted()
      try {
        return await this.#sql.begin(async (sql) => {
          await sql.unsafe(queries.switchPatience)
          await sql.unsafe(queries.lockServed(service, tables))
          await sql.unsafe(queries.patienceOver)
          for (const table of tables) await sql.unsafe(queries.replaceTable(service, this.#next, table))
          for (const [sequence, id] of this.#greatestIds) await sql.unsafe(queries.raiseSequence(service, sequence), [id])
          await sql.unsafe(queries.recordImport, [service, new Date(), sql.json([...this.#summaries.values()])])
          await sql.notify(changesChannel, service)
        })
      } catch (error) {
        if (!(isPostgres(error, queryCanceled) || isPostgres(error, deadlockDetected))) throw error
        if (attempt === 1) progress.note('  waiting for a transaction that reads the old tables')
        await Bun.sleep(switchWaitMs)
      }
    }
    throw new Error('Something (a backup, an open transaction?) goes on reading the old tables; end it and import again.')
  }
}

type Statement = { statement: string }
const texts = (statements: readonly Statement[]) => statements.map(({ statement }) => statement)

type LateReject = { line: number; reason: string }

const removeLeftovers = (sql: Sql, service: string) => sql.unsafe(queries.dropWorkSchemas(stageOf(service), nextOf(service)))

const stageOf = (service: string) => `${service}_stage`
const nextOf = (service: string) => `${service}_next`

/** A killed import's session ends within a second or two, so a lock that is taken is asked for again. */
const takeLock = async (sql: Sql, { signal, progress }: ImportOptions) => {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    const [lock] = await sql.unsafe<{ taken: boolean }[]>(queries.takeImportLock)
    if (lock?.taken) return
    if (attempt === 1) progress.note('  waiting for another import to end')
    if (attempt === lockAttemptsMax) throw new Error('Another import is running on this database; wait for it to end.')
    await Bun.sleep(lockWaitMs)
  }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
const isPostgres = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code
const uniqueViolation = '23505'
const deadlockDetected = '40P01'
const queryCanceled = '57014'

/** A minute in all. */
const switchAttemptsMax = 60
const switchWaitMs = 700
const lockAttemptsMax = 20
const lockWaitMs = 500
const lateRowsMax = 10_000
