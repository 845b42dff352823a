import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importFamilies } from '../etl/import-families.ts'
import type { FileSummary } from '../etl/import.ts'
import { openSql, parseDatabaseUrl, type Sql } from '../kit/db.ts'
import { silentLog } from '../kit/log.ts'
import { mergeSnapshots, metricsText } from '../kit/metrics.ts'
import { services } from '../services/index.ts'
import type { Migrated } from './migrate.ts'
import { openServer, type AtelierServer } from './server.ts'
import { cloneTestDatabase } from './testing-cluster.ts'
import { figure } from './testing-figures.ts'
import { nginxProgram, openTestNginx } from './testing-nginx.ts'
import { openPatience } from './testing-patience.ts'

export type TestHostOptions = {
  /** CSV files by name without `.csv`; imported before the server starts. */
  files?: Record<string, string>
  memoryBytesMax?: number
  /** Who sends it may do what a guard keeps from others; without it nobody may. */
  adminToken?: string
  /** Tidies as a server does; otherwise nothing is tidied. */
  tidies?: boolean
  /** False where it is seen that nobody waits longer than the limits say. */
  patient?: boolean
}

/**
 * A real server on a real database of its own; with `ATELIER_TEST_FLEET=N` in the environment N of them behind a real NGINX, which must
 * look the same to a client.
 */
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
  patient = true,
}: TestHostOptions = {}): Promise<TestHost> => {
  await using opened = new AsyncDisposableStack()
  if (patient) opened.use(openPatience())
  const databaseUrl = await cloneTestDatabase(testMigrated)
  const sql = openSql(parseDatabaseUrl(databaseUrl), { connections: 2 })
  opened.defer(() => sql.end({ timeout: 1 }))
  if (files) await importFiles(databaseUrl, files)
  // What another server remembers may be a moment old: with a fleet, nothing is remembered.
  const config = {
    host: '127.0.0.1',
    port: 0,
    reusePort: false,
    databaseUrl,
    memoryBytesMax: fleet > 0 ? 0 : memoryBytesMax,
    version: 'test',
    adminToken,
  }
  const openOne = async () => opened.use(await openServer({ config, services, migrated: testMigrated, log: silentLog(), tidies }))
  const server = await openOne()
  const servers = [server]
  while (servers.length < fleet) servers.push(await openOne())
  const addresses = servers.map(({ port }) => ({ host: '127.0.0.1', port }))
  const { port } = fleet > 0 ? opened.use(await openTestNginx({ servers: addresses, open: ['admin'] })) : server
  const origin = `http://127.0.0.1:${port}`
  const get = (path: string, init?: RequestInit) => fetch(`${origin}${path}`, init)
  // It begins to listen for changes, and forgets all it knows, after it has begun to serve.
  for (const one of servers) await until(() => figure(metricsText(one.snapshot()), 'atelier_memory_drops_total') > 0)
  const kept = opened.move()
  return {
    origin,
    databaseUrl,
    sql,
    server,
    get,
    figure: async (name, label) => figure(metricsText(mergeSnapshots(servers.map((one) => one.snapshot()))), name, label),
    import: (replacing) => importFiles(databaseUrl, replacing),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Asks again and again until it is so; an error after 25 seconds. */
export const until = async (met: () => boolean | Promise<boolean>): Promise<void> => {
  for (const endMs = Date.now() + 25_000; !(await met()); await Bun.sleep(5)) {
    if (Date.now() > endMs) throw new Error('It did not come to pass within 25 seconds.')
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

/** 0: no fleet, one server that is asked itself. Without NGINX there is none. */
const fleet = nginxProgram === undefined ? 0 : Number(process.env['ATELIER_TEST_FLEET'] ?? 0)
/** NGINX has headers of its own, answers paths that are not well-formed itself, and spreads requests that a test sends to one batch. */
export const isFleet = fleet > 0
/** Of texts in paths, those that reach a server. */
export const reaching = (texts: string[]): string[] => texts.filter((text) => !isFleet || !/%00|%(?![0-9a-f]{2})/i.test(text))
const noProgress = { note: () => {}, start: () => ({ at: () => {}, done: () => {} }) }
const testMigrated: readonly Migrated[] = [...services, { name: 'etl', schema: new URL('../etl/schema.sql', import.meta.url) }]
