import { createHash } from 'node:crypto'
import { lchown, lstat, mkdir, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Account } from './unprivileged.ts'

/** The number in the socket's name; nothing listens on a TCP port. */
export const port = 5432

const socketFile = `.s.PGSQL.${port}`
const pathBytesMax = 103 // sun_path of macOS; Linux takes 107

/**
 * The folder of the socket: short, because a socket's path may not be longer than 103 bytes while data directories are deep, and only
 * for `account` (undefined: us) and root, because the socket asks for no password. It is named after `home`, the real path of the
 * PostgreSQL data directory, so that the next start meets what a killed one left.
 */
export const openSocketDir = async (home: string, account: Account | undefined): Promise<string> => {
  const name = `atelier-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`
  // Everybody may write to /tmp, so a name may be taken by somebody else: the next one then. Without a usable /tmp, the data itself.
  const shared = [...new Set([tmpdir(), '/tmp'])].flatMap((folder) => ['', '-1', '-2', '-3'].map((suffix) => join(folder, name + suffix)))
  for (const dir of [...shared, home]) {
    if (Buffer.byteLength(join(dir, socketFile)) > pathBytesMax) continue
    if (dir !== home && !(await isPrivate(dir, account))) continue
    await removeSocket(dir)
    return dir
  }
  throw new Error(
    `No folder for PostgreSQL's socket: ${tmpdir()} is not writable and ${home} is too long a path; pass --data with a shorter one.`,
  )
}

/** Removes the socket's folder, and what a killed server left in it. */
export const closeSocketDir = async (dir: string, home: string): Promise<void> => {
  await removeSocket(dir)
  if (dir !== home) await rmdir(dir).catch(() => {}) // somebody put something in it
}

/** The data directory is locked and its PostgreSQL stopped, so these are nobody's; with them it might refuse to start. */
const removeSocket = async (dir: string): Promise<void> => {
  await rm(join(dir, socketFile), { force: true })
  await rm(join(dir, `${socketFile}.lock`), { force: true })
}

/** Makes `dir`, or sees that it is a folder of the database's user which nobody else may enter. Repairs nothing: it may be a trap. */
const isPrivate = async (dir: string, account: Account | undefined): Promise<boolean> => {
  const self = process.geteuid?.() ?? 0
  await mkdir(dir, { mode: 0o700 }).catch(() => {})
  const found = await lstat(dir).catch(() => undefined)
  if (!found?.isDirectory() || (found.mode & 0o777) !== 0o700) return false
  if (found.uid === self && account) await lchown(dir, account.uid, account.gid)
  return found.uid === self || found.uid === account?.uid
}
