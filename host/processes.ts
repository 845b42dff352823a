import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

const psMsMax = 5_000

/** Whether `pid` is a process that still runs; one that has ended but was not yet waited for does not. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it exists and is another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !/^[ZX]/.test(stat(pid)?.[0] ?? 'R')
}

/**
 * What tells this process from a later one with the same pid: when it started, and in which boot of the machine.
 * Undefined where the system does not say (no such process, or /proc is hidden).
 */
export const startMark = (pid: number): string | undefined => {
  if (process.platform !== 'linux') return ps(pid, 'lstart')
  const ticksSinceBoot = stat(pid)?.[19] // field 22 of proc(5); the first two are cut off
  return ticksSinceBoot && `${ticksSinceBoot}@${read('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}`
}

/** The PostgreSQL processes that work in the data directory `home` (a real path), the postmaster and its children. */
export const postgresIn = (home: string, postmaster?: number): number[] => {
  if (process.platform !== 'linux') {
    const command = postmaster === undefined ? undefined : ps(postmaster, 'command')
    return postmaster !== undefined && command?.includes('postgres') && command.includes(home) ? [postmaster] : []
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        // Every PostgreSQL process stands in its data directory; nothing else called postgres does.
        return readlinkSync(`/proc/${pid}/cwd`) === home && read(`/proc/${pid}/comm`)?.trim() === 'postgres'
      } catch {
        return false // it ended meanwhile, or belongs to somebody else
      }
    })
    .map(Number)
}

/** Sends a signal; a process that has ended meanwhile is no error. */
export const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The fields of /proc/PID/stat from the third, the state, on; the second, a name, may itself hold blanks and brackets. */
const stat = (pid: number): string[] | undefined => {
  const text = read(`/proc/${pid}/stat`)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

const ps = (pid: number, column: string): string | undefined =>
  spawnSync('ps', ['-o', `${column}=`, '-p', `${pid}`], {
    encoding: 'utf8',
    timeout: psMsMax,
    env: { PATH: '/bin:/usr/bin', TZ: 'UTC', LC_ALL: 'C' },
  }).stdout?.trim() || undefined

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
