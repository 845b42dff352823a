import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { openEmbedded } from './embedded.ts'
import { migrate, type Migrated } from './migrate.ts'
import { cloneDatabase } from './queries.ts'

/** A PostgreSQL for a whole test run, started by the first test that needs it; each test file works on a clone of a migrated template. */
let cluster: ReturnType<typeof openCluster> | undefined
let clones = 0

const openCluster = async (migrated: readonly Migrated[]) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'atelier-test-'))
  const embedded = await openEmbedded({ dataDir, durable: false })
  const admin = openSql(parseDatabaseUrl(embedded.url), { connections: 1 })
  await admin.unsafe(`create database template_migrated`)
  const sql = openSql(parseDatabaseUrl(named(embedded.url, 'template_migrated')), { connections: 1 })
  await migrate(sql, migrated)
  await sql.end()
  return { dataDir, embedded, admin }
}

/** The URL of a fresh database with every schema in it, empty. It lives until the test run ends. */
export const cloneTestDatabase = async (migrated: readonly Migrated[]): Promise<string> => {
  cluster ??= openCluster(migrated)
  const { embedded, admin } = await cluster
  const name = `clone_${++clones}`
  await admin.unsafe(cloneDatabase(name, 'template_migrated'))
  return named(embedded.url, name)
}

/** The postmaster's pid, for tests that stop or freeze the database; they must bring it back. */
export const testPostmaster = async () => (await cluster)?.embedded.pid

export const closeTestCluster = async () => {
  if (!cluster) return
  const { dataDir, embedded, admin } = await cluster
  cluster = undefined
  await admin.end({ timeout: 1 })
  await embedded.stop()
  await rm(dataDir, { recursive: true, force: true })
}

const named = (url: string, name: string) => url.replace('///atelier?', `///${name}?`)
