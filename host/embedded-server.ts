import { spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServerLog } from './embedded-log.ts'
import { port } from './embedded-socket.ts'
import { isRunning, postgresIn, signal } from './processes.ts'
import { environment, type Launcher } from './unprivileged.ts'

const startMsMax = 60_000 // without a sign of progress
const recoveryMsMax = 3_600_000
const reportEveryMs = 5_000
const pollMs = 10
const stopMsMax = 30_000
const orphanMsMax = 2_000
const quitMsMax = 5_000
const killMsMax = 5_000

/** `ended` is how it ended, once it has; from then on its pid may be another program's. */
export type Server = { pid: number; exited: Promise<number | NodeJS.Signals>; ended(): number | NodeJS.Signals | undefined }

/** Starts the postmaster; it is not yet ready. In its own session: Ctrl-C must reach it only after the servers have finished with it. */
export const spawnServer = (launcher: Launcher, postgres: string, home: string, socketDir: string, log: ServerLog): Promise<Server> =>
  new Promise((resolve, reject) => {
    // Who may connect is decided here, not in a file a user may edit.
    const access = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${socketDir}`, '-c', `port=${port}`]
    const [program = '', ...args] = [...launcher.before, postgres, '-D', home, ...access]
    const child = spawn(program, args, { ...launcher.ids, cwd: '/', env: environment, detached: true, stdio: ['ignore', log.fd, log.fd] })
    let how: number | NodeJS.Signals | undefined
    const exited = new Promise<number | NodeJS.Signals>((settle) => {
      child.on('exit', (code, killedBy) => settle((how = code ?? killedBy ?? 0)))
    })
    child.on('error', reject)
    child.on('spawn', () => resolve({ pid: child.pid ?? 0, exited, ended: () => how }))
  })

/**
 * Waits until the server takes connections. Recovery after a crash may last minutes, and giving up in the middle would only start it
 * over, so the limit counts from the server's last sign of life in its log.
 */
export const untilReady = async (server: Server, home: string, log: ServerLog, say: (line: string) => void): Promise<void> => {
  const begunMs = performance.now()
  let [seenBytes, seenMs, saidMs] = [log.bytes(), begunMs, begunMs]
  for (;;) {
    const { pid, status } = await postmasterFile(home)
    if (pid === server.pid && status === 'ready') return
    if (server.ended() !== undefined)
      throw new Error(`PostgreSQL ended while starting (${server.ended()}). The end of its log:\n${log.tail(8)}`)

    const nowMs = performance.now()
    if (log.bytes() !== seenBytes) [seenBytes, seenMs] = [log.bytes(), nowMs]
    if (nowMs - seenMs > startMsMax || nowMs - begunMs > recoveryMsMax) {
      throw new Error(`PostgreSQL was not ready after ${Math.round((nowMs - begunMs) / 1000)} s. The end of its log:\n${log.tail(8)}`)
    }
    if (nowMs - saidMs > reportEveryMs) {
      saidMs = nowMs
      say(`PostgreSQL is still starting (${Math.round((nowMs - begunMs) / 1000)} s): ${log.tail(1)}`)
    }
    await Bun.sleep(pollMs)
  }
}

/** Stops our server: clients are cut off and all is written; a server that does not manage is stopped harder, and recovers at its next start. */
export const stopServer = async (server: Server): Promise<void> => {
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', stopMsMax],
    ['SIGQUIT', quitMsMax],
    ['SIGKILL', killMsMax],
  ]
  for (const [name, msMax] of steps) {
    if (server.ended() !== undefined) return
    signal(server.pid, name)
    await endsWithin(server, msMax)
  }
}

/** Waits at most `msMax`. The timer is taken back: it would keep our process alive after everything is closed. */
const endsWithin = async (server: Server, msMax: number): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, msMax)
  await Promise.race([server.exited, promise])
  clearTimeout(timer)
}

/**
 * Stops what a killed Atelier left running in `home`. Only for the holder of the data directory's lock: nobody else's server can be
 * there. Also clears the way when the pid in postmaster.pid is now another program's, which PostgreSQL would take for a server.
 */
export const stopLeftover = async (home: string, say: (line: string) => void): Promise<void> => {
  const { pid } = await postmasterFile(home)
  if (await goneWithin(home, pid, 0)) return removeForeignPid(home, pid)
  say(`Stopping the PostgreSQL (pid ${pid ?? 'unknown'}) that an earlier Atelier left running.`)
  // A postmaster ends its children properly. Children without one end by themselves, unless they are busy, and then for nobody.
  const whole = pid !== undefined && postgresIn(home, pid).includes(pid)
  if (whole) signal(pid, 'SIGINT')
  if (await goneWithin(home, pid, whole ? stopMsMax : orphanMsMax)) return
  for (const name of ['SIGQUIT', 'SIGKILL'] as const) {
    for (const left of postgresIn(home, pid)) signal(left, name)
    if (await goneWithin(home, pid, quitMsMax)) return removeForeignPid(home, pid)
  }
  throw new Error(
    `The PostgreSQL of an earlier Atelier (processes ${postgresIn(home, pid).join(', ')}) does not end; stop it and start again.`,
  )
}

const goneWithin = async (home: string, postmaster: number | undefined, msMax: number): Promise<boolean> => {
  const untilMs = performance.now() + msMax
  while (postgresIn(home, postmaster).length > 0) {
    if (performance.now() >= untilMs) return false
    await Bun.sleep(pollMs)
  }
  return true
}

/** Of a pid that is nobody's PostgreSQL judges itself; it then also looks whether memory is still shared by lost children. */
const removeForeignPid = async (home: string, pid: number | undefined): Promise<void> => {
  if (pid !== undefined && isRunning(pid)) await rm(join(home, 'postmaster.pid'), { force: true })
}

/** The first line of postmaster.pid is the pid, the eighth the status. */
const postmasterFile = async (home: string): Promise<{ pid?: number; status?: string }> => {
  const lines = (await readFile(join(home, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  return Number.isInteger(pid) && pid > 0 ? { pid, status: lines[7]?.trim() ?? '' } : {}
}
