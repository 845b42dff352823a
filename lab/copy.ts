import { chmod, mkdtemp, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from '../etl/generate/generate.ts'
import { chunkBytesUsual } from '../etl/import.ts'
import { loadFile } from '../etl/load-file.ts'
import { importSettings } from '../etl/queries.ts'
import { Rejects } from '../etl/rejects.ts'
import { openEmbedded } from '../host/embedded.ts'
import { openSql, parseDatabaseUrl, type Sql } from '../kit/db.ts'
import type { ImportFile } from '../kit/import-family.ts'
import { reviewImport } from '../services/reviews/import.ts'
import * as queries from './copy-queries.ts'
import { labFlags } from './flags.ts'
import { childrenOf, cpuMicros, machineName } from './machine.ts'
import { checkpoint } from './queries.ts'
import { median } from './rounds.ts'
import { table } from './table.ts'

const usage = `Loads generated reviews into unlogged tables, in interleaved rounds: as \`atelier import\` does (reading, checking, binary COPY), and
by PostgreSQL itself with \`COPY … FROM 'FILE'\` (L4). The ratio is that of their rates; ours has line numbers on top.

Usage: node cli/bun.mjs lab/copy.ts [flags]

  --rows N      reviews, about (default 1000000); the other files of the family in proportion
  --rounds N    rounds that count (default 3)
  --only NAME   only this file
  --json        the report as JSON on standard output
  --help        this text
`

const { flags, number, wrongUsage } = labFlags(usage, ['rows', 'rounds', 'only'])
const rows = number('rows', 1_000_000)
const rounds = number('rounds', 3)
const files = reviewImport.files.filter(({ name }) => !flags.only || name === flags.only)
if (files.length === 0) wrongUsage(`--only takes one of ${reviewImport.files.map(({ name }) => name).join(', ')}.`)

/** By the clock, and of processor time: the importer's and PostgreSQL's. */
type Run = { seconds: number; here: number; there: number }
const timed = async (postmaster: number, run: () => Promise<unknown>): Promise<Run> => {
  const figures = () => [performance.now() / 1e3, cpuMicros([process.pid]) / 1e6, cpuMicros(childrenOf(postmaster)) / 1e6] as const
  const before = figures()
  await run()
  const [seconds, here, there] = figures().map((value, i) => value - before[i]!) as [number, number, number]
  return { seconds, here, there }
}

const load = async (sql: Sql, folder: string, file: ImportFile) => {
  await using rejects = new Rejects(folder, `${file.name}-rejects`)
  const work = { at: () => {}, done: () => {} }
  const signal = new AbortController().signal
  const of = { sql, path: join(folder, `${file.name}.csv`), file, stage: queries.ours, rejects, work, signal }
  await loadFile({ ...of, chunkBytes: chunkBytesUsual, from: undefined, reached: async () => {} })
}

const compare = async (sql: Sql, postmaster: number, folder: string, file: ImportFile) => {
  const path = join(folder, `${file.name}.csv`)
  const variants = {
    ours: { schema: queries.ours, run: () => load(sql, folder, file) },
    L4: { schema: queries.plain, run: () => sql.unsafe(queries.serverSideCopy(file, path)) },
  }
  const runs: Record<keyof typeof variants, Run[]> = { ours: [], L4: [] }
  const counts = new Set<number>()
  for (let round = 0; round <= rounds; round++) {
    for (const name of ['ours', 'L4'] as const) {
      const { schema, run } = variants[name]
      await sql.unsafe(queries.emptied(schema, file))
      await sql.unsafe(checkpoint)
      const measured = await timed(postmaster, run)
      if (round > 0) runs[name].push(measured) // the first is the warm-up
      counts.add((await sql.unsafe<{ rows: number }[]>(queries.rowsOf(schema, file)))[0]!.rows)
    }
  }
  if (counts.size > 1) throw new Error(`${file.name}: not the same rows: ${[...counts].join(', ')}`)
  const middle = (all: readonly Run[], of: keyof Run) => median(all.map((one) => one[of]))
  const { ours, L4 } = runs
  const times = { ours: middle(ours, 'seconds'), here: middle(ours, 'here'), there: middle(ours, 'there') }
  const plain = { L4: middle(L4, 'seconds'), thereL4: middle(L4, 'there') }
  return { file: file.name, rows: [...counts][0]!, bytes: (await stat(path)).size, ...times, ...plain, rounds: runs }
}

const main = async () => {
  await using opened = new AsyncDisposableStack()
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'atelier-copy-')))
  opened.defer(() => rm(folder, { recursive: true }))
  await chmod(folder, 0o755) // PostgreSQL reads the files itself, maybe as another user
  const reviewsPerProduct = 5.775
  await generate({ out: folder, products: Math.ceil(rows / reviewsPerProduct), seed: 1, clean: true, families: ['review'] })
  const embedded = opened.use(await openEmbedded({ dataDir: join(folder, 'data') }))
  const sql = openSql(parseDatabaseUrl(embedded.url), { connections: 2, settings: importSettings('64MB') })
  opened.defer(() => sql.end({ timeout: 1 }))
  await sql.unsafe(queries.createSchemas)

  const results: Awaited<ReturnType<typeof compare>>[] = []
  for (const file of files) results.push(await compare(sql, embedded.pid, folder, file))
  const figures = ['rows', 'bytes', 'ours', 'here', 'there', 'L4', 'thereL4'] as const
  const sum = Object.fromEntries(figures.map((figure) => [figure, results.reduce((total, one) => total + one[figure], 0)]))
  const report = [...results, { ...(sum as Record<(typeof figures)[number], number>), file: 'all' }].map((one) => ({
    ...one,
    ratio: one.L4 / one.ours,
  }))
  if (flags.json) return console.log(JSON.stringify({ machine: machineName(), command: process.argv.slice(2), report }, null, 2))
  const cells = report.map((one) => [
    one.file,
    '',
    one.rows.toLocaleString('en'),
    (one.bytes / 1e6).toFixed(0),
    ...[one.ours, one.here, one.there, one.L4, one.thereL4, one.ratio].map((value) => value.toFixed(2)),
  ])
  console.log(table(['file', '', 'rows', 'MB', 'ours s', 'cpu here', 'cpu PostgreSQL', 'L4 s', 'cpu L4', 'ratio'], cells))
}

await main()
process.exit()
