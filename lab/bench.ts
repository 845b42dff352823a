import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openEmbedded } from '../host/embedded.ts'
import { acquireLock } from '../host/lock.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { openClone } from './bench-clone.ts'
import { root, type Bench } from './bench-house.ts'
import { benchReads, hotKeys } from './bench-reads.ts'
import { benchTable } from './bench-report.ts'
import { writeTable } from './bench-write-report.ts'
import { benchWrites } from './bench-writes.ts'
import { labFlags } from './flags.ts'
import { machineName } from './machine.ts'
import { durability } from './queries.ts'
import { compareHistory, comparisonText, isWorse } from './report/history-compare.ts'
import { appendHistory, figuresOf, lastEntry, readHistory } from './report/history.ts'
import { roundsMin } from './rounds.ts'

const usage = `Measures, in interleaved rounds, each kind of read against a bare Bun.serve (L1), and each kind of write against the same
statement run by a plain server, a commit for each request, beside the flushes the disk can do (L5).

The writes come last, into a copy of the database that is dropped afterwards, so the next run finds the same data set.

Usage: npm run bench -- [flags]

  --data DIR        data directory with a catalogue; made with a generated one when absent (default .atelier-bench)
  --products N      products in it, and the range of keys (default 10000)
  --restaurants N   the same of restaurants (default 0: none are generated nor asked for)
  --rounds N        rounds that count (default 5)
  --seconds N       of each round (default 3)
  --connections N   closed loops (default 64)
  --processes N     processes of each server (default 2)
  --only TEXT       only the requests whose name contains it
  --reads           only reads
  --writes          only writes
  --out FILE        where the JSON goes (default bench.json)
  --record          adds the medians to docs/results/history.jsonl, as this commit's
  --against REF     compares with what was recorded last of that commit, or of the newest before it; exit code 1 when worse
  --help            this text
`

const texts = ['data', 'products', 'restaurants', 'rounds', 'seconds', 'connections', 'processes', 'only', 'out', 'against'] as const
const { flags, number, wrongUsage } = labFlags(usage, texts, ['reads', 'writes', 'record'])
const dataDir = resolve(flags.data ?? '.atelier-bench')
const products = number('products', 10_000)
const restaurants = number('restaurants', 0, 0)
const rounds = number('rounds', 5)
const seconds = number('seconds', 3)
const connections = number('connections', 64)
// Of the plain server for writes each has some of the 48 connections to the database.
const processes = number('processes', 2, 1, 48)

const atelier = async (...args: string[]) => {
  const { exitCode } = Bun.spawnSync([process.execPath, join(root, 'cli/main.ts'), ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (exitCode !== 0) throw new Error(`atelier ${args[0]} failed`)
}

const git = (...args: string[]) =>
  Bun.spawnSync(['git', ...args], { cwd: root, stderr: 'ignore' })
    .stdout.toString()
    .trim()

const against = flags.against === undefined ? undefined : git('rev-list', '--end-of-options', flags.against, '--').split('\n')
if (against?.[0] === '') wrongUsage(`There is no commit "${flags.against}".`)
if ((flags.record || against) && rounds < roundsMin)
  wrongUsage(`--record and --against need ${roundsMin} rounds at least: of fewer the spread says nothing.`)

const onClone = async (bench: Bench) => {
  await using clone = await openClone(bench.databaseUrl)
  return await benchWrites({ ...bench, sql: clone.sql, databaseUrl: clone.databaseUrl })
}

const main = async () => {
  if (!(await Bun.file(join(dataDir, 'postgres/PG_VERSION')).exists())) {
    const files = join(dataDir, 'files')
    await mkdir(files, { recursive: true })
    const set = ['--products', String(products), '--families', 'product,review,question', '--restaurants', String(restaurants)]
    await atelier('generate', '--out', files, ...set)
    await atelier('import', files, '--data', dataDir, '--rejects', join(files, 'rejects'))
    await rm(files, { recursive: true })
  }
  await using opened = new AsyncDisposableStack()
  const lock = opened.use(await acquireLock(dataDir))
  const embedded = opened.use(await openEmbedded({ dataDir, lock, log: console.error }))
  const sql = openSql(parseDatabaseUrl(embedded.url), { connections: 1 })
  opened.defer(() => sql.end({ timeout: 1 }))

  const [durable] = await sql.unsafe<{ fsync: string; synchronousCommit: string }[]>(durability)
  const bench: Bench = {
    sql,
    databaseUrl: embedded.url,
    postmasterPid: embedded.pid,
    dataDir,
    products,
    restaurants,
    rounds,
    seconds,
    connections,
    processes,
    only: flags.only ?? '',
    progress: (text) => console.error(text.startsWith('\n') ? text : `  ${text}`),
  }
  const conditions = {
    machine: machineName(),
    configuration: { products, ...(restaurants > 0 && { restaurants }), rounds, seconds, connections, processes, hotKeys, ...durable },
  }
  const then = against && lastEntry(await readHistory(), against, conditions)
  if (against && !then) {
    console.error(
      `Neither ${flags.against} nor a commit before it is recorded on this machine with this configuration: ${JSON.stringify(conditions.configuration)}`,
    )
    return 2
  }
  const results = flags.writes ? [] : await benchReads(bench)
  // Nobody may be connected to what is copied.
  await sql.end({ timeout: 1 })
  const writes = flags.reads ? [] : await onClone(bench)

  const report = {
    commit: git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') ? ' and uncommitted changes' : ''),
    at: new Date().toISOString(),
    ...conditions,
    command: `npm run bench -- ${process.argv.slice(2).join(' ')}`,
    results,
    writes,
  }
  await Bun.write(flags.out ?? 'bench.json', `${JSON.stringify(report, null, 2)}\n`)
  if (results.length > 0) console.log(benchTable(results))
  if (writes.length > 0) console.log(`${results.length > 0 ? '\n' : ''}${writeTable(writes)}`)
  const errors = [...results, ...writes.flatMap(({ variants }) => Object.values(variants))].flatMap(({ errors }) => Object.keys(errors))
  // What failed was not measured.
  if (errors.length > 0) return 1
  const figures = figuresOf(results, writes)
  if (flags.record && figures.length > 0) {
    const uncommitted = git('status', '--porcelain', '--', '.', ':!docs/results') !== ''
    await appendHistory({ commit: git('rev-parse', 'HEAD'), uncommitted, at: report.at, ...conditions, figures })
  }
  if (!then) return 0
  const comparisons = compareHistory(then.figures, figures)
  console.log(`\n${comparisonText(then, comparisons)}`)
  return isWorse(comparisons) ? 1 : 0
}

process.exit(await main())
