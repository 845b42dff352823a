import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readlink, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commitOf, openTree, stateOf } from './load-sides-tree.ts'

setDefaultTimeout(60_000)

const withGit = test.skipIf(!Bun.which('git'))
const { signal } = new AbortController()

let root: string
const git = (...args: string[]) =>
  Bun.spawnSync(['git', '-c', 'user.name=n', '-c', 'user.email=e', ...args], { cwd: root }).stdout.toString()
const write = (file: string, text: string) => Bun.write(join(root, file), text)
const lock = (version: string) =>
  JSON.stringify({ name: 'tiny', version, lockfileVersion: 3, requires: true, packages: { '': { name: 'tiny', version } } })
const worktrees = () => git('worktree', 'list').trim().split('\n').length

/** Two commits that differ in what they depend on. */
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'atelier-tree-test-')))
  if (!Bun.which('git')) return
  git('init', '-q')
  for (const version of ['1.0.0', '2.0.0']) {
    await write('package.json', JSON.stringify({ name: 'tiny', version }))
    await write('package-lock.json', lock(version))
    git('add', '.')
    git('commit', '-qm', version)
  }
  await mkdir(join(root, 'node_modules'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const open = async (ref: string, said: string[] = []) =>
  openTree({ name: 'X', commit: await commitOf(ref, 'X', root), signal, say: (line) => said.push(line), root })

withGit('a commit is checked out, with the packages that are here, and nothing of it is left', async () => {
  let folder: string
  {
    const said: string[] = []
    await using tree = await open('HEAD', said)
    folder = tree.folder
    expect(await Bun.file(join(folder, 'package.json')).json()).toMatchObject({ version: '2.0.0' })
    expect(await readlink(join(folder, 'node_modules'))).toBe(join(root, 'node_modules'))
    expect([said, tree.program, worktrees()]).toEqual([[], [process.execPath, join(folder, 'cli/main.ts')], 2])
  }
  expect([existsSync(join(folder, '..')), worktrees(), existsSync(join(root, 'node_modules'))]).toEqual([false, 1, true])
})

withGit('with another lock file it gets packages of its own, and it is said', async () => {
  const said: string[] = []
  await using tree = await open('HEAD~1', said)
  expect(said).toEqual(['X depends on other packages than the work tree; installing them with npm ci …'])
  expect(await readlink(join(tree.folder, 'node_modules')).catch(() => 'no link')).toBe('no link')
  // Its Bun is one of them.
  expect(tree.program).toEqual(['node', join(tree.folder, 'cli/atelier.mjs')])
})

withGit('npm that fails is told, with its reasons, and nothing is left', async () => {
  await write('package-lock.json', lock('3.0.0').replace('"tiny",', '"tiny","dependencies":{"a":"1.0.0"},'))
  await write('package.json', JSON.stringify({ name: 'tiny', version: '3.0.0', dependencies: { b: '1.0.0' } }))
  git('commit', '-qam', 'broken')
  await write('package-lock.json', lock('2.0.0'))
  await expect(open('HEAD')).rejects.toThrow(/^npm ci failed for X:\nnpm (?:error|ERR!) [^]*\S$/)
  git('checkout', '-q', '.')
  git('reset', '-q', '--hard', 'HEAD~1')
  expect(worktrees()).toBe(1)
})

withGit('interrupted, it leaves nothing either', async () => {
  const controller = new AbortController()
  const commit = await commitOf('HEAD', 'X', root)
  const opening = openTree({ name: 'X', commit, signal: controller.signal, say() {}, root })
  controller.abort(new Error('Interrupted.'))
  await expect(opening).rejects.toThrow('Interrupted.')
  expect(worktrees()).toBe(1)
})

withGit('the work tree is what is here, with its commit and whether it is exactly that', async () => {
  await using tree = await openTree({ name: 'X', commit: undefined, signal, say() {}, root })
  expect([tree.folder, existsSync(join(root, 'package.json'))]).toEqual([root, true])
  const commit = git('rev-parse', 'HEAD').trim()
  await write('.gitignore', 'node_modules/\n')
  expect(await stateOf(root)).toEqual({ commit, uncommitted: true })
  await rm(join(root, '.gitignore'))
  await rm(join(root, 'node_modules'), { recursive: true })
  expect(await stateOf(root)).toEqual({ commit, uncommitted: false })
  await mkdir(join(root, 'node_modules'))
})

withGit('what is no commit, and a folder that is no work tree of its own, are wrong usage', async () => {
  for (const ref of ['nowhere', '--all', 'HEAD:package.json', 'HEAD~99'])
    await expect(commitOf(ref, 'X', root)).rejects.toThrow(`X is no commit that git knows: "${ref}".`)
  const inside = join(root, 'node_modules')
  await expect(commitOf('HEAD', 'X', inside)).rejects.toThrow('X cannot be a commit: this Atelier is no git work tree.')
  expect(await stateOf(inside)).toBeUndefined()
})
