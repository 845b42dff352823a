import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { WrongUsage } from './command.ts'

/** The files of a commit, or those that are here. */
export type Tree = AsyncDisposable & {
  readonly folder: string
  /** What runs `atelier` of it; its arguments follow. */
  readonly program: readonly string[]
}

export type TreeOptions = {
  /** How it is called in what is said. */
  name: string
  /** Undefined is what is here. */
  commit: string | undefined
  signal: AbortSignal
  say: (line: string) => void
  /** The work tree whose repository has the commit. */
  root?: string
}

/** The hash of what git takes for a commit. Throws wrong usage when it takes it for none. */
export const commitOf = async (ref: string, name: string, root = here): Promise<string> => {
  const inside = await git(root, ['rev-parse', '--show-prefix'])
  // Installed as a package of another project, the repository around it would be that project's.
  if (inside.code !== 0 || inside.out !== '')
    throw new WrongUsage(`${name} cannot be a commit: this Atelier is no git work tree. Compare addresses, or "." with flags.`)
  const { code, out } = await git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`])
  if (code !== 0) throw new WrongUsage(`${name} is no commit that git knows: "${ref}".`)
  return out
}

/** Of the work tree as it is: its commit, and whether it is exactly that; undefined without git. */
export const stateOf = async (root = here): Promise<{ commit: string; uncommitted: boolean } | undefined> => {
  const commit = await commitOf('HEAD', '', root).catch(() => undefined)
  return commit === undefined ? undefined : { commit, uncommitted: (await git(root, ['status', '--porcelain'])).out !== '' }
}

/** A commit is checked out into a folder of its own, which is there until this is disposed of. */
export const openTree = async ({ name, commit, signal, say, root = here }: TreeOptions): Promise<Tree> => {
  if (commit === undefined) return { folder: root, program: straight(root), async [Symbol.asyncDispose]() {} }
  await using opened = new AsyncDisposableStack()
  // As git will call it, whatever links lead there.
  const own = await realpath(await mkdtemp(join(tmpdir(), 'atelier-side-')))
  opened.defer(() => rm(own, { recursive: true, force: true }))
  const folder = join(own, 'tree')
  opened.defer(async () => {
    await rm(folder, { recursive: true, force: true })
    // Twice by force: git keeps one locked that it was not done with.
    await git(root, ['worktree', 'remove', '--force', '--force', folder])
  })
  const added = await git(root, ['worktree', 'add', '--detach', folder, commit], signal)
  if (added.code !== 0) throw new Error(`${name} could not be checked out: ${added.err.split('\n').at(-1)}`)
  const isSame = (await lockOf(folder)) === (await lockOf(root)) && existsSync(join(root, 'node_modules'))
  if (isSame) await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  else {
    say(`${name} depends on other packages than the work tree; installing them with npm ci …`)
    const { code, err } = await ran(
      ['npm', 'ci', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'],
      folder,
      installMsMax,
      signal,
    )
    if (code !== 0) throw new Error(`npm ci failed for ${name}:\n${err.split('\n').slice(0, npmLinesMax).join('\n')}`)
  }
  const kept = opened.move()
  return { folder, program: isSame ? straight(folder) : throughNode(folder), [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

const straight = (folder: string) => [process.execPath, join(folder, 'cli/main.ts')]
/** Bun is one of its packages, too, and may be another than ours. */
const throughNode = (folder: string) => ['node', join(folder, 'cli/atelier.mjs')]

const lockOf = async (folder: string) =>
  Bun.file(join(folder, 'package-lock.json'))
    .text()
    .catch(() => undefined)

/** Hooks of the repository are for whoever works in it. */
const git = (root: string, args: readonly string[], signal?: AbortSignal) =>
  ran(['git', '-c', 'core.hooksPath=/dev/null', ...args], root, gitMsMax, signal)

type Ran = { code: number; out: string; err: string }

/** Throws what the signal was aborted for. What cannot be started has code 127, as in shells. */
const ran = async (command: string[], cwd: string, timeout: number, signal?: AbortSignal): Promise<Ran> => {
  signal?.throwIfAborted()
  // A hook that runs us would have us write into the index of the commit that is being made.
  const env = { ...process.env, GIT_DIR: undefined, GIT_INDEX_FILE: undefined, GIT_WORK_TREE: undefined }
  let child
  try {
    child = Bun.spawn(command, { cwd, env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', timeout, ...(signal && { signal }) })
  } catch (error) {
    return { code: 127, out: '', err: error instanceof Error ? error.message : String(error) }
  }
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited])
  signal?.throwIfAborted()
  return { code, out: out.trim(), err: err.trim() }
}

const here = dirname(import.meta.dir)
const gitMsMax = 60_000
const installMsMax = 900_000
const npmLinesMax = 10
