import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from './address.ts'
import { environment } from './environment.ts'
import { Interrupted } from './interrupt.ts'
import { checkTreeMigrations } from './load-sides-migrations.ts'
import type { Side, TreeSide } from './load-sides-parse.ts'
import { openSideServer } from './load-sides-server.ts'
import { commitOf, openTree, stateOf, type Tree } from './load-sides-tree.ts'
import { openDatabase } from './open-database.ts'

/** A side whose server answers. */
export type OpenSide = { name: string; url: string; was: SideRecord }
/** What a side was, for the manifest. */
export type SideRecord =
  | { url: string }
  | { ref: string; commit: string | undefined; uncommitted: boolean; command: string; flags: string[] }

export type OpenSides = AsyncDisposable & {
  readonly a: OpenSide
  readonly b: OpenSide
  /** Of the servers that were started; undefined when none was. */
  readonly databaseUrl: string | undefined
  /** Aborts with the one given, and when a server that was started ends. */
  readonly signal: AbortSignal
}

export type SidesOptions = {
  flags: { data: string; 'database-url': string | undefined }
  signal: AbortSignal
  say: (line: string) => void
}

/** Checks out what is no server yet, and starts it; all of it is ended and removed when this is disposed of. */
export const openSides = async (a: Side, b: Side, { flags, signal: interrupt, say }: SidesOptions): Promise<OpenSides> => {
  const commits = new Map<Side, string | undefined>()
  for (const side of [a, b]) if (isTree(side)) commits.set(side, side.ref === '.' ? undefined : await commitOf(side.ref, side.name))
  await using opened = new AsyncDisposableStack()
  const database = commits.size > 0 ? opened.use(await openDatabase(flags)) : undefined
  const signals = [interrupt, opened.use(openHangUp()).signal]
  const trees = new Map<Side, Tree>()
  for (const [side, commit] of commits) {
    const { name } = side
    const tree = opened.use(await openTree({ name, commit, signal: AbortSignal.any(signals), say }))
    const remark = await checkTreeMigrations(database!.url, tree.folder, name)
    if (remark !== undefined) say(remark)
    trees.set(side, tree)
  }
  const open = async (side: Side): Promise<OpenSide> => {
    if (!isTree(side)) return { ...side, was: { url: side.url } }
    const { name, ref, command, flags } = side
    const { folder, program } = trees.get(side)!
    // The one before it listens by now, so it does not find the same.
    const [port] = await freePorts(lowestPort + Math.floor(Math.random() * portsWide), 1)
    const url = `http://127.0.0.1:${port}`
    const ours = ['--host', '127.0.0.1', '--port', String(port)]
    const server = await openSideServer({
      name,
      command: [...program, command, ...flags, ...ours, ...(command === 'fleet' ? await fleetFlags(opened) : [])],
      cwd: folder,
      databaseUrl: database!.url,
      url,
      signal: AbortSignal.any(signals),
    })
    opened.use(server)
    signals.push(server.gone)
    const commit = commits.get(side)
    const { commit: at, uncommitted } = commit === undefined ? { uncommitted: false, ...(await stateOf()) } : { commit, uncommitted: false }
    const was = { ref, commit: at, uncommitted, command, flags }
    say(`${name} is ${[command, ...flags].join(' ')} of ${treeText(was)}, at ${url}.`)
    return { name, url, was }
  }
  const [ofA, ofB] = [await open(a), await open(b)]
  const kept = opened.move()
  return {
    a: ofA,
    b: ofB,
    databaseUrl: database?.url,
    signal: AbortSignal.any(signals),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

const isTree = (side: Side): side is TreeSide => 'ref' in side

/** A data directory of its own, for it is locked, and nothing is loaded into the database. */
const fleetFlags = async (opened: AsyncDisposableStack): Promise<string[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-fleet-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  return ['--data', join(folder, 'data'), '--products', '0']
}

/** The terminal is gone: the servers, in groups of their own, do not hear of it. Without one, as under `nohup`, we go on. */
const openHangUp = (): Disposable & { readonly signal: AbortSignal } => {
  const controller = new AbortController()
  const abort = () => controller.abort(new Interrupted('Interrupted.'))
  if (environment.terminal) process.on('SIGHUP', abort)
  return { signal: controller.signal, [Symbol.dispose]: () => void process.off('SIGHUP', abort) }
}

const treeText = ({ ref, commit, uncommitted }: { ref: string; commit: string | undefined; uncommitted: boolean }) => {
  const hash = commit?.slice(0, 7)
  if (ref !== '.') return `${ref} (${hash})`
  return `the work tree${hash ? ` (${hash}${uncommitted ? ' and uncommitted changes' : ''})` : ''}`
}

/** Below those the system gives to outgoing connections, with room for the servers of a fleet. */
const lowestPort = 20_000
const portsWide = 10_000
