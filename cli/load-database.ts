import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { lastImports, tableSizes } from '../etl/queries.ts'
import { readLock } from '../host/lock.ts'
import { openSql, parseDatabaseUrl, type Database, type Sql } from '../kit/db.ts'
import type { LoadRequest, LoadWrite } from '../kit/load.ts'
import type { Sample } from '../lab/load/driving.ts'
import type { Checked, Dataset } from '../lab/load/result.ts'
import { someKeys } from '../lab/queries.ts'
import { services } from '../services/index.ts'
import { environment } from './environment.ts'

/** What `load` asks the database of the server: what is in it, whether answers are right, where keys of writes are. */
export type LoadDatabase = AsyncDisposable & {
  readonly at: Database
  /** As it was before the load. */
  readonly dataset: Dataset
  check(samples: readonly Sample[], reads: readonly LoadRequest[]): Promise<Checked>
  /** Keys in a file that is there until this is disposed of. */
  rowsOf(write: LoadWrite): Promise<{ file: string; columns: number; rows: number }>
}

/** The one named, or that of the Atelier which says that it serves this port, or the environment's; undefined when there is none. */
export const openLoadDatabase = async (
  flags: { data: string; 'database-url': string | undefined },
  port: number,
): Promise<LoadDatabase | undefined> => {
  const url = flags['database-url'] ?? (await servedFrom(flags.data, port)) ?? environment.databaseUrl
  if (url === undefined) return undefined
  const at = parseDatabaseUrl(url)
  await using opened = new AsyncDisposableStack()
  const sql = openSql(at, { connections: 1 })
  opened.defer(() => sql.end({ timeout: 1 }))
  const dataset = await datasetOf(sql)
  const folder = await mkdtemp(join(tmpdir(), 'atelier-load-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const kept = opened.move()
  let files = 0
  return {
    at,
    dataset,
    async check(samples, reads) {
      const different: Sample[] = []
      let compared = 0
      for (const sample of samples) {
        const read = reads.find(({ name }) => name === sample.part)
        if (!read) continue
        compared++
        if (sample.body !== (await bodyOf(sql, read, sample.key))) different.push(sample)
      }
      return { compared, different }
    },
    async rowsOf({ name, keys: { table, columns, hot } }) {
      const rows = (await sql.unsafe(someKeys(table, columns, hot ? 1 : keysMax)).values()) as unknown as number[][]
      if (rows.length === 0) throw new Error(`${name}: ${table} is empty, so there is nothing to write to.`)
      const file = join(folder, `keys-${files++}`)
      await Bun.write(file, new Float64Array(rows.flat()))
      return { file, columns: columns.length, rows: rows.length }
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

const servedFrom = async (dataDir: string, port: number): Promise<string | undefined> => {
  const { url, databaseUrl } = (await readLock(resolve(dataDir)))?.info ?? {}
  return typeof url === 'string' && URL.parse(url)?.port === String(port) && typeof databaseUrl === 'string' ? databaseUrl : undefined
}

const bodyOf = async (sql: Sql, { statement, columns }: LoadRequest, key: number): Promise<string> => {
  const [row] = await sql.unsafe(statement, columns(key).map((value) => [value]) as never).values()
  return String(row?.[1])
}

const datasetOf = async (sql: Sql): Promise<Dataset> => {
  const imports = await sql.unsafe(lastImports).catch(() => [])
  const names = services.map(({ name }) => name)
  const tables = await sql.unsafe<{ service: string; table: string; rows: number; bytes: number }[]>(tableSizes, [names])
  return {
    fingerprint: createHash('sha256')
      .update(JSON.stringify(imports.map(({ service, files }) => [service, files])))
      .digest('hex'),
    tables: tables.map(({ service, table, rows, bytes }) => ({ table: `${service}.${table}`, rows, bytes })),
  }
}

const keysMax = 100_000
