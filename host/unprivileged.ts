import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'

const probeMsMax = 10_000

/** An unprivileged user. */
export type Account = { name: string; uid: number; gid: number }

/** A program that is not to run as root: the users it may run as, the best first, what has it say its version and do no more, and what to do instead of starting it. */
export type Program = { name: string; accounts: readonly string[]; version: string; instead: string }

const postgres: Program = {
  name: 'PostgreSQL',
  accounts: ['postgres', '_postgres', 'nobody'],
  version: '--version',
  instead: 'use --database-url',
}

/** How to start a program as that user: words to put before it, and the ids the kernel switches to when it starts. */
export type Launcher = { before: string[]; ids: { uid?: number; gid?: number } }

/** The environment of every process of such a program: nothing of ours, so that neither our secrets nor somebody's PGDATA get in. */
export const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin', LC_ALL: 'C', TZ: 'UTC' }

/** The account to use instead of root, or undefined when we are not root. PostgreSQL refuses to run as root. */
export const unprivilegedAccount = async ({ name: title, accounts: names, instead } = postgres): Promise<Account | undefined> => {
  if (process.geteuid?.() !== 0) return undefined
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const accounts = passwd.split('\n').map(account)
  for (const name of names) {
    const found = accounts.find((entry) => entry.name === name && entry.uid > 0)
    if (found) return found
  }
  throw new Error(
    `${title} does not run as root and /etc/passwd has neither a user "${names[0]}" nor "nobody"; start Atelier as an ordinary user, or ${instead}.`,
  )
}

/**
 * Finds a way to run `program` as `account` (undefined: as ourselves) with `folder` as its own; each is tried for real.
 *
 * The clone or the data may lie below a folder only root may enter (/root, `mktemp -d`), which an ordinary user cannot pass. There the
 * process gets one capability more: to pass through folders, nothing else; or, where that is not to be had (Docker's default), to
 * pass over file permissions altogether. PostgreSQL asks access(2) about its own program, which ignores capabilities of an ordinary
 * user unless the secure bit no_setuid_fixup is set.
 */
export const findLauncher = async (
  account: Account | undefined,
  program: string,
  folder: string,
  about: Program = postgres,
): Promise<Launcher> => {
  const attempts: Attempt[] = []
  for (const launcher of account ? launchersFor(account) : [{ before: [], ids: {} }]) {
    const attempted = await attempt(launcher, program, folder, about)
    if ('launcher' in attempted) return attempted.launcher
    attempts.push(attempted)
  }
  throw new Error(explain(attempts, program, dirname(folder), about, account))
}

const launchersFor = ({ uid, gid }: Account): Launcher[] => {
  const drop = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup']
  const withCapability = (name: string) => ({ before: [...drop, `--inh-caps=+${name}`, `--ambient-caps=+${name}`], ids: {} })
  return [{ before: [], ids: { uid, gid } }, withCapability('dac_read_search'), withCapability('dac_override')]
}

type Attempt = { launcher: Launcher } | { reason: string }

const attempt = async (launcher: Launcher, program: string, folder: string, { version }: Program): Promise<Attempt> => {
  const check = 'cd -- "$1" && test -w . && test -x "$2" && exec "$2" "$3"'
  const { ok, output } = await run(launcher, ['/bin/sh', '-c', check, 'sh', folder, program, version], probeMsMax)
  return ok ? { launcher } : { reason: output.trim().split('\n').at(-1) ?? '' }
}

const explain = (attempts: Attempt[], program: string, folder: string, { name, instead }: Program, account?: Account): string => {
  // The first way is the plain one: what stopped it is what the user can mend.
  const reason = attempts.map((one) => ('reason' in one ? one.reason : ''))[0] || 'permission denied'
  // The shell says "not found" of a program that is there when the C library it was built for is not.
  if (/exec.*not found/.test(reason)) {
    return `${name} (${program}) needs glibc, which this system (Alpine?) lacks; use a glibc system such as Debian, or ${instead}.`
  }
  if (!account) return `${name} (${program}) cannot work in ${folder}: ${reason}; pass --data with a directory of yours, or ${instead}.`
  return (
    `${name} must run as the user ${account.name}, who cannot reach ${program} or ${folder} (${reason}); ` +
    `move Atelier and --data below folders everybody may enter, start it as an ordinary user, or ${instead}.`
  )
}

/** Runs a command to its end, or to `msMax`. `output` is both of its streams, or why it did not start. */
export const run = async (launcher: Launcher, command: string[], msMax: number): Promise<{ ok: boolean; output: string }> => {
  const [program = '', ...args] = [...launcher.before, ...command]
  const ended = Promise.withResolvers<{ ok: boolean; output: string }>()
  try {
    const child = spawn(program, args, {
      ...launcher.ids,
      cwd: '/', // root's own may be closed to the other user
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: msMax,
      killSignal: 'SIGKILL',
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.on('error', ended.reject)
    child.on('close', (code, signal) => ended.resolve({ ok: code === 0, output: signal ? `${output}\nended by ${signal}` : output }))
    return await ended.promise
  } catch (error) {
    // Bun throws at once when the ids may not be changed; other failures come as events.
    return { ok: false, output: error instanceof Error ? error.message : String(error) }
  }
}

const account = (line: string): Account => {
  const [name = '', , uid, gid] = line.split(':')
  return { name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 } // nobody is -2 on macOS
}
