import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLock } from '../host/lock.ts'
import { isRunning, postgresIn, signal } from '../host/processes.ts'
import { childrenOf } from './machine.ts'

export type HouseOptions = {
  dataDir: string
  processes: number
  /** Of the demo catalogue, when the directory is new. */
  products: number
  memoryMb?: number
  env: Record<string, string | undefined>
}

/** `atelier start` as a user runs it, a process of its own; and ways to hurt it. Linux only. */
export type House = AsyncDisposable & {
  readonly port: number
  readonly databaseUrl: string
  /** What it and its processes logged is in this file. */
  readonly logFile: string
  /** How many processes listen on the port. */
  listeners(): number
  /** The server processes that run. */
  servers(): number[]
  /** Kills one of them. Each of these resolves when what was killed is gone, with the moment it was killed, of `performance.now()`. */
  killServer(): Promise<number>
  /** Kills the postmaster and every other process of PostgreSQL at one moment. */
  killPostgres(): Promise<number>
  /** Kills one process of PostgreSQL that is not the postmaster, which then ends all others and recovers. */
  killBackend(): Promise<number>
  /** Stops one of the server processes, or all of PostgreSQL, for so long, as a machine does that has too much to do. */
  pauseServer(ms: number): Promise<void>
  pausePostgres(ms: number): Promise<void>
}

export const openHouse = async ({ dataDir, processes, products, memoryMb = 64, env }: HouseOptions): Promise<House> => {
  const logFile = join(dataDir, 'house.log')
  const flags = { data: dataDir, port: 0, processes, products, 'memory-mb': memoryMb }
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawnAtelier(['start', ...args], logFile, env)
  const stop = async () => {
    child.kill('SIGTERM')
    await child.exited
  }
  const { url, databaseUrl } = await described(dataDir, child, logFile).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const port = Number(new URL(url).port)
  const home = join(dataDir, 'postgres')
  const servers = () => childrenOf(child.pid).filter((pid) => commandOf(pid).endsWith(' worker'))
  return {
    port,
    databaseUrl,
    logFile,
    listeners: () => listenersOn(port),
    servers,
    killServer: () => killAny(servers),
    killBackend: () => killAny(() => postgresIn(home).filter((pid) => pid !== postmasterOf(home))),
    async killPostgres() {
      while (postgresIn(home).length === 0) await Bun.sleep(pollMs)
      // Stopped first, so that none sees another one die and does something about it: a machine's end would let none.
      const postmaster = postmasterOf(home)
      if (postgresIn(home).includes(postmaster)) signal(postmaster, 'SIGSTOP')
      const all = postgresIn(home)
      for (const pid of all) signal(pid, 'SIGSTOP')
      const killedMs = performance.now()
      for (const pid of all) signal(pid, 'SIGKILL')
      while (all.some(isRunning)) await Bun.sleep(1)
      return killedMs
    },
    pauseServer: (ms) =>
      pause(
        servers()
          .toSorted(() => Math.random() - 0.5)
          .slice(0, 1),
        ms,
      ),
    pausePostgres: (ms) => pause(postgresIn(home), ms),
    [Symbol.asyncDispose]: stop,
  }
}

const pause = async (pids: readonly number[], ms: number) => {
  for (const pid of pids) signal(pid, 'SIGSTOP')
  await Bun.sleep(ms)
  for (const pid of pids) signal(pid, 'SIGCONT')
}

/** One of those found, and waits until there is one. */
const killAny = async (found: () => number[]) => {
  for (;;) {
    const pids = found()
    const pid = pids[Math.floor(Math.random() * pids.length)]
    if (pid === undefined) await Bun.sleep(pollMs) // all are being replaced
    else {
      const killedMs = performance.now()
      signal(pid, 'SIGKILL')
      while (isThere(pid)) await Bun.sleep(1)
      return killedMs
    }
  }
}

/** A second server process on a database, alone on a port of its own. */
export const openServer = async ({ databaseUrl, env, logFile }: { databaseUrl: string; env: HouseOptions['env']; logFile: string }) => {
  const port = freePort()
  const child = spawnAtelier(['serve', '--host', '127.0.0.1', '--port', String(port), '--database-url', databaseUrl], logFile, env)
  const stop = async () => {
    child.kill('SIGTERM')
    await child.exited
  }
  for (const endMs = Date.now() + startMsMax; listenersOn(port) === 0; await Bun.sleep(pollMs)) {
    if (child.exitCode === null && Date.now() < endMs) continue
    await stop()
    throw new Error(`A server did not start; see ${logFile}.`)
  }
  return { port, [Symbol.asyncDispose]: stop }
}

const spawnAtelier = (args: string[], logFile: string, env: HouseOptions['env']) => {
  const log = openSync(logFile, 'a')
  const child = Bun.spawn([process.execPath, join(import.meta.dir, '../cli/main.ts'), ...args], {
    detached: true, // a terminal's Ctrl-C is for us
    stdin: 'ignore',
    stdout: log,
    stderr: log,
    env: { ...env, DATABASE_URL: '', LOG_LEVEL: 'info' },
  })
  closeSync(log)
  return child
}

/** What the directory's lock says once the house is ready. */
const described = async (dataDir: string, child: Bun.Subprocess, logFile: string) => {
  for (const endMs = Date.now() + startMsMax; Date.now() < endMs; await Bun.sleep(pollMs)) {
    if (child.exitCode !== null) throw new Error(`atelier start ended:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`)
    const holder = await readLock(dataDir)
    const { url, databaseUrl } = holder?.info ?? {}
    if (holder?.pid === child.pid && typeof url === 'string' && typeof databaseUrl === 'string') return { url, databaseUrl }
  }
  throw new Error(`atelier start was not ready after ${startMsMax / 1000} s; see ${logFile}.`)
}

/** Until it was waited for: one whose threads are still ending holds its sockets, whatever its state says. */
const isThere = (pid: number) => existsSync(`/proc/${pid}`)

const commandOf = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return '' // it has just ended
  }
}

/** 0 when the file is not there, which is nobody's pid. */
const postmasterOf = (home: string): number => {
  try {
    return Number(readFileSync(join(home, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
  } catch {
    return 0
  }
}

/** Sockets that share a port are a line each; 0A is the state LISTEN. https://docs.kernel.org/networking/proc_net_tcp.html */
const listenersOn = (port: number): number => {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
  return lines.map((line) => line.trim().split(/\s+/)).filter(([, address = '', , state]) => address.endsWith(local) && state === '0A')
    .length
}

const freePort = () => {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  listener.stop(true)
  return listener.port
}

const startMsMax = 120_000
const pollMs = 10
