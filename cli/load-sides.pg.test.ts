import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cloneTestDatabase } from '../host/testing-cluster.ts'
import { nginxProgram } from '../host/testing-nginx.ts'
import { importFiles, until } from '../host/testing.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { shopFiles } from './fleet-fixture.ts'
import type { CompareReport } from './load-compare.ts'
import { checkTreeMigrations } from './load-sides-migrations.ts'
import { migrated } from './migrated.ts'
import { atelier, ran } from './testing.ts'

setDefaultTimeout(120_000)

const root = dirname(import.meta.dir)
const git = (...args: string[]) => {
  const { exitCode, stdout } = Bun.spawnSync(['git', ...args], { cwd: root, stderr: 'ignore' })
  return exitCode === 0 ? stdout.toString() : undefined
}
/** The newest commits that need no other packages than are here; none without git, or in a package of somebody's. */
const refs = await (async () => {
  const lock = await Bun.file(join(root, 'package-lock.json')).text()
  const found = Bun.which('git') && git('rev-parse', '--show-prefix')?.trim() === '' ? ['HEAD~1', 'HEAD'] : []
  return found.filter((ref) => git('show', `${ref}:package-lock.json`) === lock)
})()
if (refs.length === 0) console.error('Tests that compare commits are skipped: there is no git work tree, or its packages are new.')
const withGit = test.skipIf(refs.length === 0)
const withNginx = test.skipIf(!nginxProgram || process.platform !== 'linux')

let databaseUrl: string
let folder: string
let temporary: string
beforeAll(async () => {
  databaseUrl = await cloneTestDatabase(migrated)
  await importFiles(databaseUrl, shopFiles)
  folder = await mkdtemp(join(tmpdir(), 'atelier-sides-test-'))
  temporary = join(folder, 'temporary')
  await mkdir(temporary)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Whatever became of it. */
afterEach(async () => {
  expect(await readdir(temporary)).toEqual([])
  expect(git('worktree', 'list') ?? '').not.toContain(temporary)
})

const few = ['--rate', '100', '--seconds', '1', '--warmup', '0', '--products', '2', '--rounds', '1', '--no-calibrate', '--json']
const line = (...sides: string[]) => ['load', 'shop', '--compare', ...sides, ...few, '--database-url', databaseUrl, '--data', folder]

/** On a machine that others keep busy a run may be refused, rightly; the servers were there all the same. */
const compared = async (...sides: string[]) => {
  const { code, out, err } = await ran(line(...sides), { TMPDIR: temporary })
  if (code !== 3) expect([code, err]).toEqual([0, expect.stringContaining('3/3  ')])
  const { manifest, rounds } = JSON.parse(out) as CompareReport
  const urls = [...err.matchAll(/^.* is .* at (http:\/\/127\.0\.0\.1:\d+)\.$/gm)].map(([, url]) => url!)
  await nobodyAt(urls)
  return { err, manifest, names: rounds.map(({ name }) => name), urls }
}
const nobodyAt = async (urls: readonly string[]) => {
  for (const url of urls) await expect(fetch(url, { keepalive: false })).rejects.toThrow()
}

withGit('two commits are checked out, started, compared, and gone', async () => {
  const [before = '', after = before] = refs
  const { manifest, names, err, urls } = await compared(`before=${before}`, after)
  expect([names[0], names[1] ?? 'B', urls.length]).toEqual(['before', 'B', 2])
  const [hash, later] = [before, after].map((ref) => git('rev-parse', ref)!.trim())
  expect(manifest.configuration['sides']).toEqual({
    before: { ref: before, commit: hash, uncommitted: false, command: 'serve', flags: [] },
    B: { ref: after, commit: later, uncommitted: false, command: 'serve', flags: [] },
  })
  expect(err).toContain(`before is serve of ${before} (${hash!.slice(0, 7)}), at ${urls[0]}.\n`)
  expect(JSON.stringify(manifest.configuration)).not.toContain('postgres://')
})

test('the work tree is compared with itself in another configuration', async () => {
  const { manifest, err, urls } = await compared('.', 'none=. --memory-mb 0')
  expect(manifest.configuration['sides']).toMatchObject({
    A: { ref: '.', command: 'serve', flags: [] },
    none: { ref: '.', command: 'serve', flags: ['--memory-mb', '0'] },
  })
  expect(err).toMatch(/^none is serve --memory-mb 0 of the work tree.*, at http:.*\.$/m)
  expect(urls).toHaveLength(2)
})

withNginx('so is a fleet, with a server that runs already', async () => {
  await using run = atelier(['serve', '--host', '127.0.0.1', '--port', '0'], { DATABASE_URL: databaseUrl, LOG_LEVEL: 'info' })
  const url = `http://127.0.0.1:${await run.port()}`
  const { manifest, urls } = await compared(url, 'fleet=. fleet --servers 2 --cache')
  expect(manifest.configuration).toMatchObject({
    url: { A: url, fleet: urls[0]! },
    sides: { A: { url }, fleet: { command: 'fleet', flags: ['--servers', '2', '--cache'] } },
  })
  expect((await fetch(`${url}/readyz`, { keepalive: false })).status).toBe(200)
})

test('what is no commit is wrong usage, and what is no scenario is told before anything is started', async () => {
  const typo = await ran(['load', 'typo', '--compare', '.', '.', '--database-url', databaseUrl], { TMPDIR: temporary })
  expect([typo.code, typo.err.split('\n', 1)]).toEqual([2, ['There is no scenario "typo": neither a shipped one nor a file.']])
  const { code, out, err } = await ran(line('.', 'new=no-such-branch'), { TMPDIR: temporary })
  expect([code, out, err]).toEqual([
    2,
    '',
    expect.stringMatching(/^new (?:is no commit that git knows: "no-such-branch"|cannot be .*)\.\n\n/),
  ])
  expect(err).toContain('\nUsage: atelier load ')
})

withGit('a server that does not start says why, and the other one is ended, too', async () => {
  const { code, out, err } = await ran(line('.', `${refs[0]} --no-such-flag`), { TMPDIR: temporary })
  expect([code, out]).toEqual([1, ''])
  const [first = '', second, third] = err.split('\n')
  expect(first).toStartWith('A is serve of the work tree')
  expect([second, third]).toEqual(['B ended (exit code 2). It said last:', "  Unknown option '--no-such-flag'."])
  await nobodyAt([/http:[^\s]*\d/.exec(first)![0]])
})

withGit('Ctrl-C ends both and removes what was checked out', async () => {
  const straight = [process.execPath, join(import.meta.dir, 'main.ts')]
  const run = atelier([...line(refs[0]!, '.'), '--seconds', '600'], { TMPDIR: temporary }, straight)
  await until(() => run.output.err.includes('\nB is ') || run.output.err.startsWith('B is '))
  expect(await readdir(temporary)).not.toEqual([])
  run.kill('SIGINT')
  expect([await run.exited, run.output.err]).toEqual([130, expect.stringMatching(/\nInterrupted\.\n$/)])
  await nobodyAt([...run.output.err.matchAll(/ at (http:.*)\.$/gm)].map(([, url]) => url!))
})

test('a tree whose migrations are not the database’s is told before any load', async () => {
  const otherUrl = await cloneTestDatabase(migrated)
  const sql = openSql(parseDatabaseUrl(otherUrl), { connections: 1 })
  try {
    expect(await checkTreeMigrations(otherUrl, root, 'X')).toBeUndefined()
    await sql.unsafe(`insert into host.migration (service, number, checksum) values ('products', 99, 'x')`)
    expect(await checkTreeMigrations(otherUrl, root, 'X')).toBe('The database has migrations that X does not know of: products 99.')
    await sql.unsafe(`delete from host.migration where service = 'carts'`)
    const { code, err } = await ran(['load', '--compare', '.', '.', '--database-url', otherUrl], { TMPDIR: temporary })
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^The migrations of A are not the database's: the database lacks carts 1[^\n]*\.\n$/),
    ])
    await sql.unsafe(`update host.migration set checksum = 'x' where service = 'etl'`)
    await expect(checkTreeMigrations(otherUrl, root, 'X')).rejects.toThrow(/^The migrations of X are .* Migration 1 of etl was changed /)
    await sql.unsafe('drop schema host cascade')
    await expect(checkTreeMigrations(otherUrl, root, 'X')).rejects.toThrow('The database is not migrated; run atelier migrate.')
  } finally {
    await sql.end({ timeout: 1 })
  }
})
