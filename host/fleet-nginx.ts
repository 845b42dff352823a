import { spawn, type ChildProcess } from 'node:child_process'
import { appendFile, chmod, chown, mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { outMarks } from '../deploy/nginx-upstreams.ts'
import { renderNginx } from '../deploy/nginx.ts'
import type { Tier, Topology } from '../deploy/topology.ts'
import type { Log } from '../kit/log.ts'
import { limits } from '../kit/limits.ts'
import { openServerLog, type ServerLog } from './embedded-log.ts'
import { environment, findLauncher, unprivilegedAccount, type Account, type Launcher, type Program } from './unprivileged.ts'

export type NginxOptions = {
  /** The path of the program. */
  program: string
  topology: Topology
  /** What it complains of is written to this file. */
  logFile: string
  log: Log
}

export type Nginx = AsyncDisposable & {
  readonly pid: number
  /** Nothing new is sent to this server of the tier, counted from 1, or again. One at a time may be out. */
  setOut(tier: Tier, place: number, out: boolean): Promise<void>
}

/** Its path, or an error that says how to get it. `path` as in the environment; a user's often lacks the folder Debian puts it in. */
export const findNginx = (path: string, more = '/usr/sbin:/usr/local/sbin'): string => {
  const found = Bun.which('nginx', { PATH: `${path}:${more}` })
  if (found) return found
  throw new Error('NGINX was not found; install it (Debian, Ubuntu: apt-get install nginx), or run one machine without it: atelier start.')
}

/** NGINX in front of the servers, for as long as we are: one that ends by itself is started again. Resolves when it listens. */
export const openNginx = async ({ program, topology, logFile, log }: NginxOptions): Promise<Nginx> => {
  const { folder, accessLog } = topology.door
  await using opened = new AsyncDisposableStack()
  const account = await unprivilegedAccount(nginx)
  // What a killed one left is of no use.
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, 'out'), { recursive: true })
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  await giveTo(account, folder)
  if (accessLog !== undefined) {
    await appendFile(accessLog, '')
    await giveTo(account, accessLog)
  }
  await writeFile(join(folder, 'nginx.conf'), renderNginx(topology))
  // Root's umask may be 077, and NGINX is another user.
  await chmod(folder, 0o755)
  await chmod(join(folder, 'out'), 0o755)
  await chmod(join(folder, 'nginx.conf'), 0o644)
  const launcher = await findLauncher(account, program, await realpath(folder), nginx)
  const serverLog = opened.use(openServerLog(logFile))
  let current = await start(launcher, program, folder, serverLog)
  const stop = { asked: false }

  const again = async () => {
    while (!stop.asked) {
      try {
        current = await start(launcher, program, folder, serverLog)
        return
      } catch (error) {
        log.error({ err: error }, 'NGINX could not be started')
        await Bun.sleep(restartWaitMs)
      }
    }
  }
  const keep = async () => {
    for (;;) {
      const how = await current.exited
      end(current.child) // workers live on without their master, and hold its port
      if (stop.asked) return
      log.error({ how, nginx: current.child.pid }, 'NGINX ended; starting it again')
      await again()
      if (stop.asked) current.child.stdin?.end()
    }
  }
  const keeping = keep()
  opened.defer(async () => {
    stop.asked = true
    current.child.stdin?.end()
    const late = setTimeout(() => end(current.child), limits.drainMsMax + quitMsMax)
    await keeping
    clearTimeout(late)
  })

  const running = opened.move()
  return {
    get pid() {
      return current.child.pid ?? 0
    },
    async setOut(tier, place, out) {
      const { which, any } = outMarks(topology.door, tier, place)
      if (out) for (const mark of [which, any]) await writeFile(mark, '')
      else for (const mark of [any, which]) await rm(mark, { force: true })
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Not as the database's user: whoever breaks into the one shall not read the files of the other. */
const nginx: Program = {
  name: 'NGINX',
  accounts: ['www-data', 'nginx', 'http', 'nobody'],
  version: '-v',
  instead: 'run one machine without it: atelier start',
}

type Running = { child: ChildProcess; exited: Promise<number | NodeJS.Signals> }

/**
 * In a session of its own: a terminal's Ctrl-C would have it cut off whom it is just answering. It is told to end by the end of our
 * pipe, which comes even when we are killed; it then answers what it has, for as long as `worker_shutdown_timeout` says.
 */
const start = async (launcher: Launcher, program: string, folder: string, log: ServerLog): Promise<Running> => {
  const pidFile = join(folder, 'nginx.pid')
  await rm(pidFile, { force: true })
  const [command = '', ...args] = [
    ...launcher.before,
    '/bin/sh',
    '-c',
    guard,
    'sh',
    program,
    '-p',
    folder,
    '-c',
    join(folder, 'nginx.conf'),
  ]
  const child = spawn(command, args, { ...launcher.ids, cwd: '/', env: environment, detached: true, stdio: ['pipe', log.fd, log.fd] })
  child.stdin?.on('error', () => {}) // it has ended before its pipe
  let ended: number | NodeJS.Signals | undefined
  const exited = new Promise<number | NodeJS.Signals>((settle) => {
    child.on('exit', (code, signal) => settle((ended = code ?? signal ?? 0)))
    child.on('error', () => settle((ended = 127)))
  })
  // It writes its process id when it listens.
  for (const untilMs = performance.now() + startMsMax; (await Bun.file(pidFile).exists()) === false; await Bun.sleep(pollMs)) {
    if (ended === undefined && performance.now() < untilMs) continue
    end(child)
    throw new Error(`NGINX could not be started (${program}, ${dirname(pidFile)}): ${log.tail(1)}`)
  }
  return { child, exited }
}

const guard = `
exec 3<&0 </dev/null
"$@" 3<&- &
nginx=$!
(cat <&3 >/dev/null; kill -QUIT "$nginx" 2>/dev/null) &
wait "$nginx"
`

/** All that is left of it. */
const end = ({ pid }: ChildProcess) => {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const giveTo = async (account: Account | undefined, path: string) => {
  if (account) await chown(path, account.uid, account.gid)
}

const startMsMax = 15_000
const pollMs = 5
const quitMsMax = 5_000
const restartWaitMs = 200
