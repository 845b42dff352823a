import { join } from 'node:path'
import { Supervisor } from '../host/supervisor.ts'
import type { Sql } from '../kit/db.ts'
import { openLog } from '../kit/log.ts'

/** What is measured on, and how long. */
export type Bench = {
  sql: Sql
  databaseUrl: string
  postmasterPid: number | undefined
  dataDir: string
  products: number
  restaurants: number
  rounds: number
  seconds: number
  connections: number
  processes: number
  /** Only what has this in its name. */
  only: string
  progress: (text: string) => void
}

/** A server of some processes on one port. */
export type Running = { readonly port: number; readonly pids: number[] }

export const root = join(import.meta.dir, '..')

/** The server as it is sold. */
export const openHouse = async ({ databaseUrl, processes }: Bench, memoryBytesMax: number): Promise<Running & AsyncDisposable> => {
  const port = freePort()
  const config = { host: '127.0.0.1', port, reusePort: true, databaseUrl, memoryBytesMax, version: 'bench' }
  const command = [process.execPath, join(root, 'cli/main.ts'), 'worker']
  const supervisor = await Supervisor.open({ processes, config, command, log: openLog('warn') })
  return { port, pids: supervisor.pids, [Symbol.asyncDispose]: () => supervisor[Symbol.asyncDispose]() }
}

/** One of the lab's own servers, which says when it is ready. */
export const openPlain = async (main: string, processes: number, args: (port: number) => string[]): Promise<Running & AsyncDisposable> => {
  const port = freePort()
  const started = Array.from({ length: processes }, () =>
    Bun.spawn([process.execPath, join(import.meta.dir, main), ...args(port)], { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' }),
  )
  const stop = async () => {
    for (const one of started) one.kill()
    await Promise.all(started.map(({ exited }) => exited))
  }
  const ready = await Promise.all(started.map(({ stdout }) => stdout.getReader().read()))
  if (ready.some(({ done }) => done)) {
    await stop()
    throw new Error(`lab/${main} ended before it was ready.`)
  }
  return { port, pids: started.map(({ pid }) => pid), [Symbol.asyncDispose]: stop }
}

const freePort = () => {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  listener.stop(true)
  return listener.port
}
