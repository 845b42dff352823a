import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { labFlags } from './flags.ts'
import { machineName } from './machine.ts'
import { table } from './table.ts'
import { measureVisibility, type Part } from './visibility-run.ts'

const usage = `Measures how soon one server process shows what another has acknowledged: two processes on two ports, one PostgreSQL of their own,
writes by both all the while. Each probe writes by one and asks the other, which has the page in memory, until it shows it. So with
nothing in the way; with the sessions on which they hear of changes cut just before the write, and again and again; and with the
process that wrote killed as soon as it has acknowledged, so that nobody is told. Linux only.

Usage: node cli/bun.mjs lab/visibility.ts [flags]

  --seconds N   of each part but the last (default 20)
  --rate N      writes a second, of both processes together (default 1000)
  --kills N     of the last part, up to a minute each (default 3; 0: without it)
  --products N  of the generated shop (default 1000)
  --data DIR    a new directory for its data, which is kept (default: a temporary one)
  --json        the figures as JSON on standard output
  --help        this text

Exit code: 0 all was shown, 1 something was not, 2 wrong usage.
`

const { flags, number } = labFlags(usage, ['seconds', 'rate', 'kills', 'products', 'data'])

const options = {
  seconds: number('seconds', 20, 1),
  rate: number('rate', 1_000, 1),
  kills: number('kills', 3, 0),
  products: number('products', 1_000, 100),
}

const text = (parts: readonly Part[]) =>
  table(
    ['milliseconds until it is shown, when', '', 'probes', 'p50', 'p99', 'max', 'never', 'not taken', 'cuts', 'writes/s'],
    parts.map(({ name, ...of }) => [
      name,
      '',
      ...[of.probes, of.p50, of.p99, of.max, of.unseen, of.notTaken, of.cuts, of.rate].map(String),
    ]),
  )

const main = async () => {
  const folder = flags.data ? resolve(flags.data) : await mkdtemp(join(tmpdir(), 'atelier-visibility-'))
  await mkdir(folder, { recursive: true })
  const dataDir = await realpath(folder)
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => controller.abort())
  const parts = await measureVisibility({ ...options, dataDir, env: process.env, progress: console.error, signal: controller.signal })
  const good = parts.every(({ unseen }) => unseen === 0)
  if (flags.json) console.log(JSON.stringify({ machine: machineName(), command: process.argv.slice(2), options, good, parts }, null, 2))
  else console.log(text(parts))
  if (good && !flags.data) await rm(dataDir, { recursive: true })
  else console.error(`The data and the logs are in ${dataDir}.`)
  return good ? 0 : 1
}

process.exit(await main())
