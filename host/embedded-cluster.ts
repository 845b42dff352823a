import { randomUUID } from 'node:crypto'
import { chown, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Binaries } from './embedded-binaries.ts'
import { findLauncher, run, type Account, type Launcher } from './unprivileged.ts'

const initMsMax = 300_000
const chownMsMax = 300_000
const settingsFile = 'atelier.conf'

export const user = 'atelier'

type Cluster = { home: string; account: Account | undefined; binaries: Binaries; durable: boolean }

/** Makes the data directory `home` when there is none, and finds how to start its server. */
export const openCluster = async (cluster: Cluster): Promise<Launcher> => {
  const { home, account, binaries } = cluster
  const found = await stat(join(home, 'PG_VERSION')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new Error(`${home} belongs to another user; start Atelier as that user, or pass --data with a directory of yours.`, {
      cause: error,
    })
  })
  if (!found) return initialise(cluster)
  if (account && found.uid !== account.uid) await giveTo(account, home)
  return findLauncher(account, binaries.postgres, home)
}

/** The account the data directory belongs to, when it is not root's: a `postgres` user added since must not lock us out of it. */
export const ownerOf = async (home: string, preferred: Account | undefined): Promise<Account | undefined> => {
  const found = await stat(home).catch(() => undefined)
  if (!preferred || !found || found.uid === 0) return preferred
  return { name: `number ${found.uid}`, uid: found.uid, gid: found.gid }
}

/** Settings are written anew at every start, for the machine as it is; `alter system` still overrides them. */
export const writeSettings = async (home: string, text: string): Promise<void> => {
  const fresh = join(home, `${settingsFile}.new`)
  // The folder belongs to another user when we are root: never write through what may be a link of theirs.
  await rm(fresh, { force: true })
  {
    await using file = await open(fresh, 'wx')
    await file.chmod(0o644) // root's umask may be 077, and the server is another user
    await file.writeFile(`# Written by Atelier at every start; use "alter system" for settings of your own.\n${text}`)
  }
  await rename(fresh, join(home, settingsFile))
}

/** All or nothing: made under another name, so that a kill in the middle leaves nothing that looks like a data directory. */
const initialise = async ({ home, account, binaries, durable }: Cluster): Promise<Launcher> => {
  await removeEmpty(home)
  await removePartial(home)
  const partial = `${home}.partial-${randomUUID()}` // the initdb of a start that was killed may still be at work in its own
  try {
    await mkdir(partial, { mode: 0o700 })
    if (account) await chown(partial, account.uid, account.gid).catch((error: unknown) => refuse(account, home, error))
    const launcher = await findLauncher(account, binaries.postgres, partial)
    const { ok, output } = await run(launcher, initdb(binaries, partial, durable), initMsMax)
    if (!ok) throw new Error(`PostgreSQL's initdb failed on ${home}: ${output.trim().split('\n').slice(-3).join(' ')}`)
    await rename(partial, home)
    if (durable) await syncFolder(dirname(home))
    return launcher
  } finally {
    await removePartial(home)
  }
}

const initdb = (binaries: Binaries, folder: string, durable: boolean): string[] => {
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const access = [`--username=${user}`, '--auth-local=trust', '--auth-host=reject'] // the socket's folder is the guard
  const include = ['--set', `include_if_exists=${settingsFile}`]
  return [binaries.initdb, '-D', folder, ...locale, ...access, ...include, '--no-instructions', ...(durable ? [] : ['--no-sync'])]
}

/** A folder that resists, because an initdb still writes to it, is removed by the next start. */
const removePartial = async (home: string): Promise<void> => {
  const left = (await readdir(dirname(home))).filter((name) => name.startsWith(`${basename(home)}.partial`))
  for (const name of left) await rm(join(dirname(home), name), { recursive: true, force: true }).catch(() => {})
}

const removeEmpty = async (home: string): Promise<void> => {
  const content = await readdir(home).catch(() => undefined)
  if (content?.length)
    throw new Error(`${home} exists but is not a PostgreSQL data directory; move it away, or pass --data with another directory.`)
  if (content) await rmdir(home)
}

/** Data copied or restored by root belongs to root; PostgreSQL wants to own it. */
const giveTo = async (account: Account, home: string): Promise<void> => {
  const self = { before: [], ids: {} }
  const { ok, output } = await run(self, ['chown', '-R', '-h', `${account.uid}:${account.gid}`, home], chownMsMax)
  if (!ok) refuse(account, home, output)
}

const refuse = (account: Account, home: string, cause: unknown): never => {
  throw new Error(
    `PostgreSQL must run as the user ${account.name}, and ${home} cannot be given to that user; pass --data with a directory on a local disk, or use --database-url.`,
    { cause },
  )
}

const syncFolder = async (folder: string): Promise<void> => {
  await using handle = await open(folder)
  await handle.sync()
}
