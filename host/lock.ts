import { createHash, randomUUID } from 'node:crypto'
import { access, constants, link, mkdir, readFile, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isRunning, startMark } from './processes.ts'

const acquireMsMax = 5_000
const retryMs = 10
const unreadableMsMax = 60_000

/** A data directory held by this process until disposed of. */
export type Lock = AsyncDisposable & {
  /** Publishes `info` (JSON, for example the server's address) to whoever calls `readLock`. */
  describe(info: Record<string, unknown>): Promise<void>
}

export type Holder = { pid: number; info: Record<string, unknown> }

/** Another live process holds the data directory. */
export class DataDirectoryBusy extends Error {
  override readonly name = 'DataDirectoryBusy'
  readonly pid: number
  constructor(pid: number, dataDir: string) {
    super(`Another Atelier (pid ${pid}) is running on ${dataDir}; stop it or pass --data with another directory.`)
    this.pid = pid
  }
}

/**
 * Makes this process the only Atelier on `dataDir`, which is created when absent. Throws `DataDirectoryBusy` when another one lives.
 * The file `atelier.lock` names its holder by pid and start time, so one left by a killed process, or by a pid used again, is taken over.
 */
export const acquireLock = async (dataDir: string): Promise<Lock> => {
  const path = lockPath(await makeWritable(dataDir))
  const self = { pid: process.pid, started: startMark(process.pid), nonce: randomUUID() }
  let mine = JSON.stringify({ ...self, info: {} })
  const holder = await claim(path, mine, path, Date.now() + acquireMsMax)
  if (holder) throw new DataDirectoryBusy(holder.pid, dataDir)
  await sweep(path)

  let released = false
  return {
    async describe(info) {
      if (released) throw new Error('The lock was released before it was described.')
      mine = JSON.stringify({ ...self, info })
      await replace(path, mine)
    },
    async [Symbol.asyncDispose]() {
      released = true
      if ((await text(path)) === mine) await rm(path, { force: true })
    },
  }
}

/** The live holder of `dataDir`, or undefined. */
export const readLock = async (dataDir: string): Promise<Holder | undefined> => {
  const found = await text(lockPath(dataDir))
  return found === undefined ? undefined : liveHolder(found)
}

/**
 * Puts `mine` at `path` and returns undefined, or returns the live holder. A free place is taken by link(2), which one of many wins.
 *
 * A stale lock may only be replaced by the process that holds the guard named after its exact content, and only while that content is
 * still there. Its holder is dead and changes nothing, everybody else needs the same guard, so between that look and the rename
 * nothing can come between; without the guard two processes that both saw the stale lock could both win, the slower removing the
 * faster one's. The guard is a lock like any other and may be stale itself, when its owner was killed in the act: hence the recursion.
 */
const claim = async (path: string, mine: string, lock: string, untilMs: number): Promise<Holder | undefined> => {
  while (Date.now() < untilMs) {
    if (await linked(path, mine, lock)) return undefined
    const found = await text(path)
    if (found === undefined) continue
    const holder = liveHolder(found)
    if (holder) return holder

    const guard = guardPath(lock, found)
    if (await claim(guard, mine, lock, untilMs)) {
      await Bun.sleep(retryMs) // its holder is about to replace the lock
      continue
    }
    try {
      if ((await text(path)) === found) {
        await replace(path, mine, lock)
        return undefined
      }
    } finally {
      await rm(guard, { force: true })
    }
  }
  throw new Error(`The lock ${lock} could not be taken within ${acquireMsMax} ms.`)
}

const makeWritable = async (dataDir: string): Promise<string> => {
  try {
    await mkdir(dataDir, { recursive: true })
    await access(dataDir, constants.W_OK)
    return await realpath(dataDir)
  } catch (error) {
    throw new Error(`The data directory ${dataDir} cannot be written to; pass --data with a directory of yours.`, { cause: error })
  }
}

const lockPath = (dataDir: string): string => join(dataDir, 'atelier.lock')

/** The guard of the stale content `found`. */
export const guardPath = (lock: string, found: string): string => `${lock}.${createHash('sha256').update(found).digest('hex').slice(0, 16)}`

const liveHolder = (found: string): Holder | undefined => {
  const { pid, started, info } = parse(found)
  if (typeof pid !== 'number' || pid < 1 || !isRunning(pid)) return undefined
  const now = startMark(pid)
  if (typeof started === 'string' && now !== undefined && now !== started) return undefined // the pid was used again
  return { pid, info: isRecord(info) ? info : {} }
}

/** Creates `path` with `mine` in it, in one step; false when it exists. */
const linked = async (path: string, mine: string, lock: string): Promise<boolean> => {
  const fresh = await writeFresh(mine, lock)
  try {
    await link(fresh, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    await rm(fresh, { force: true })
  }
}

const replace = async (path: string, mine: string, lock = path): Promise<void> => rename(await writeFresh(mine, lock), path)

/** Readers must never see half a lock, so content is written under another name first. Ours alone: the database's URL may hold a password. */
const writeFresh = async (mine: string, lock: string): Promise<string> => {
  const fresh = `${lock}.new-${randomUUID()}`
  await writeFile(fresh, mine, { flag: 'wx', mode: 0o600 })
  return fresh
}

/** Removes what killed processes left beside the lock. Once the lock is ours no guard of an earlier one can lead to it. */
const sweep = async (lock: string): Promise<void> => {
  const folder = dirname(lock)
  const left = (await readdir(folder)).filter((name) => name.startsWith(`${basename(lock)}.`)).map((name) => join(folder, name))
  for (const path of left) {
    const found = await text(path)
    if (found === undefined || liveHolder(found)) continue
    const unfinished = typeof parse(found).pid !== 'number' // perhaps being written this very moment
    const ageMs = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? 0)
    if (!unfinished || ageMs > unreadableMsMax) await rm(path, { force: true })
  }
}

const parse = (found: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(found)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const text = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
