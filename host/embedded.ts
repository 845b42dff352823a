import { mkdir, realpath, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import postgres from 'postgres'
import { readyBinaries } from './embedded-binaries.ts'
import { openCluster, ownerOf, user, writeSettings } from './embedded-cluster.ts'
import { openServerLog } from './embedded-log.ts'
import { embeddedQueries } from './embedded-queries.ts'
import { spawnServer, stopLeftover, stopServer, untilReady } from './embedded-server.ts'
import { settings } from './embedded-settings.ts'
import { closeSocketDir, openSocketDir, port } from './embedded-socket.ts'
import { acquireLock, type Lock } from './lock.ts'
import { memoryBytes } from './machine.ts'
import { unprivilegedAccount } from './unprivileged.ts'

const database = 'atelier'
const connectSMax = 30
const closeSMax = 5

export type EmbeddedOptions = {
  /** PostgreSQL's files go to `dataDir/postgres`, its log to `dataDir/postgres.log`. */
  dataDir: string
  /** The lock on `dataDir` when the caller holds it; otherwise it is taken until `stop`. */
  lock?: Lock
  /** Told, a sentence at a time, what a person waiting would like to know. */
  log?: (line: string) => void
  /** False is for tests: fast, and lost when the machine stops. */
  durable?: boolean
}

/** A running PostgreSQL of our own. */
export type Embedded = AsyncDisposable & {
  /** `postgres:///atelier?host=<socketDir>&port=5432&user=atelier`: libpq's form, which postgres.js does not read. */
  url: string
  socketDir: string
  port: number
  user: string
  database: string
  /** Of the postmaster. */
  pid: number
  /** Resolves when the postmaster has ended, by `stop` or otherwise: its exit code or signal. */
  exited: Promise<number | NodeJS.Signals>
  /** Ends every connection and writes all to disk; 40 s at most. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * Starts the PostgreSQL that came with npm on `dataDir/postgres`; a unix socket only, no TCP. A data directory is made when there is
 * none; a server left running by a killed process is stopped first. Throws `DataDirectoryBusy` when another Atelier holds the
 * directory, and otherwise an Error whose message says what to do.
 */
export const openEmbedded = async (options: EmbeddedOptions): Promise<Embedded> => {
  const { log = () => {}, durable = true } = options
  await using opened = new AsyncDisposableStack()
  if (!options.lock) opened.use(await acquireLock(options.dataDir))
  await mkdir(options.dataDir, { recursive: true })
  const dataDir = await realpath(options.dataDir)
  const home = join(dataDir, 'postgres')

  const binaries = await readyBinaries()
  const account = await ownerOf(home, await unprivilegedAccount())
  await stopLeftover(home, log)
  const launcher = await openCluster({ home, account, binaries, durable })
  await writeSettings(home, settings({ memoryBytes: memoryBytes(), diskBytes: await freeBytes(dataDir), durable }))

  const socketDir = await openSocketDir(home, account)
  opened.defer(() => closeSocketDir(socketDir, home))
  const serverLog = opened.use(openServerLog(join(dataDir, 'postgres.log')))
  const server = await spawnServer(launcher, binaries.postgres, home, socketDir, serverLog)
  opened.defer(() => stopServer(server))
  await untilReady(server, home, serverLog, log)
  await ensureDatabase(socketDir)

  const open = opened.move()
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= open.disposeAsync())
  const query = new URLSearchParams({ host: socketDir, port: `${port}`, user })
  const url = `postgres:///${database}?${query}`
  return { url, socketDir, port, user, database, pid: server.pid, exited: server.exited, stop, [Symbol.asyncDispose]: stop }
}

const ensureDatabase = async (socketDir: string): Promise<void> => {
  const sql = postgres({
    host: socketDir,
    port,
    user,
    database: 'postgres',
    max: 1,
    ssl: false,
    connect_timeout: connectSMax,
    fetch_types: false,
  })
  try {
    const queries = embeddedQueries(sql)
    if (!(await queries.hasDatabase(database))) await queries.createDatabase(database)
  } finally {
    await sql.end({ timeout: closeSMax })
  }
}

const freeBytes = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
