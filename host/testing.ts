import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importFamilies } from '../etl/import-families.ts'
import type { FileSummary } from '../etl/import.ts'
import { openSql, parseDatabaseUrl, type Sql } from '../kit/db.ts'
import { silentLog } from '../kit/log.ts'
import { metricsText } from '../kit/metrics.ts'
import { services } from '../services/index.ts'
import type { Migrated } from './migrate.ts'
import { openServer, type AtelierServer } from './server.ts'
import { cloneTestDatabase } from './testing-cluster.ts'
import { figure } from './testing-figures.ts'

export type TestHostOptions = {
  /** CSV files by name without `.csv`; imported before the server starts. */
  files?: Record<string, string>
  memoryBytesMax?: number
  /** Who sends it may do what a guard keeps from others; without it nobody may. */
  adminToken?: string
  /** Tidies as a server does; otherwise nothing is tidied. */
  tidies?: boolean
}

/** A real server on a real database of its own. */
export type TestHost = AsyncDisposable & {
  readonly origin: string
  readonly databaseUrl: string
  readonly sql: Sql
  readonly server: AtelierServer
  get(path: string, init?: RequestInit): Promise<Response>
  /** The sum of a figure's series, of those whose labels hold `label` when it is given. */
  figure(name: string, label?: string): Promise<number>
  /** Replaces the catalogue; the folder of reject files is among what is returned. */
  import(files: Record<string, string | Uint8Array>): Promise<{ summary: FileSummary[]; rejects: Record<string, string> }>
}

export const openTestHost = async ({
  files,
  memoryBytesMax = 8_388_608,
  adminToken,
  tidies = false,
}: TestHostOptions = {}): Promise<TestHost> => {
  await using opened = new AsyncDisposableStack()
  const databaseUrl = await cloneTestDatabase(testMigrated)
  const sql = openSql(parseDatabaseUrl(databaseUrl), { connections: 2 })
  opened.defer(() => sql.end({ timeout: 1 }))
  if (files) await importFiles(databaseUrl, files)
  const config = { host: '127.0.0.1', port: 0, reusePort: false, databaseUrl, memoryBytesMax, version: 'test', adminToken }
  const server = opened.use(await openServer({ config, services, migrated: testMigrated, log: silentLog(), tidies }))
  const origin = `http://127.0.0.1:${server.port}`
  const get = (path: string, init?: RequestInit) => fetch(`${origin}${path}`, init)
  // It begins to listen for changes, and forgets all it knows, after it has begun to serve.
  await until(() => figure(metricsText(server.snapshot()), 'atelier_memory_drops_total') > 0)
  const kept = opened.move()
  return {
    origin,
    databaseUrl,
    sql,
    server,
    get,
    figure: async (name, label) => figure(await (await get('/metrics')).text(), name, label),
    import: (replacing) => importFiles(databaseUrl, replacing),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Asks again and again until it is so; an error after ten seconds. */
export const until = async (met: () => boolean | Promise<boolean>): Promise<void> => {
  for (const endMs = Date.now() + 10_000; !(await met()); await Bun.sleep(5)) {
    if (Date.now() > endMs) throw new Error('It did not come to pass within ten seconds.')
  }
}

/** Imports files given as texts, as `atelier import` does a folder. */
export const importFiles = async (databaseUrl: string, files: Record<string, string | Uint8Array>) => {
  const from = await mkdtemp(join(tmpdir(), 'atelier-files-'))
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(from, `${name}.csv`), content)
    const rejectsFolder = join(from, 'rejects')
    const options = { database: parseDatabaseUrl(databaseUrl), from, rejectsFolder, atOnceMax: 2, progress: noProgress }
    const summary = await importFamilies(services, { ...options, signal: new AbortController().signal })
    const rejects: Record<string, string> = {}
    for (const file of await readdir(rejectsFolder).catch((): string[] => []))
      rejects[file.replace(/\.csv$/, '')] = await Bun.file(join(rejectsFolder, file)).text()
    return { summary, rejects }
  } finally {
    await rm(from, { recursive: true, force: true })
  }
}

const noProgress = { note: () => {}, start: () => ({ at: () => {}, done: () => {} }) }
const testMigrated: readonly Migrated[] = [...services, { name: 'etl', schema: new URL('../etl/schema.sql', import.meta.url) }]
