import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { crashText } from './crash-report.ts'
import { proveCrashes } from './crash-run.ts'
import { labFlags } from './flags.ts'
import { machineName } from './machine.ts'

const usage = `Runs \`atelier start\` with a PostgreSQL of its own that waits for the disk, lets many clients write and read, and kills -9 a server
process, or PostgreSQL whole, or one of its backends, at random moments. Then, and now and then in between, looks whether every
acknowledged write is there once, whether counters and ready documents are what the rows say, and whether anybody was answered 500.
Linux only. It is processes that are killed, not the machine: that the disk keeps what it was told to keep is not looked at here.

Usage: node cli/bun.mjs lab/crash.ts [flags]

  --kills N        half of them server processes (default 200)
  --processes N    server processes (default 3)
  --clients N      (default 32)
  --rest-ms N      of a client between two requests, on average (default 40)
  --pause-ms N     at most, from when all is well to the next kill (default 2000)
  --check-every N  kills between two looks at the data (default 20)
  --products N     of the generated shop (default 300)
  --data DIR       a new directory for its data, which is kept (default: a temporary one, kept when something is wrong)
  --json           the report as JSON on standard output
  --help           this text

Exit code: 0 it kept its word, 1 it did not, 2 wrong usage. Ctrl-C ends the killing, not the looking.
`

const { flags, number } = labFlags(usage, ['kills', 'processes', 'clients', 'rest-ms', 'pause-ms', 'check-every', 'products', 'data'])

const options = {
  kills: number('kills', 200),
  processes: number('processes', 3),
  clients: number('clients', 32),
  restMs: number('rest-ms', 40),
  pauseMsMax: number('pause-ms', 2_000),
  checkEvery: number('check-every', 20),
  products: number('products', 300),
}

const main = async () => {
  const folder = flags.data ? resolve(flags.data) : await mkdtemp(join(tmpdir(), 'atelier-crash-'))
  await mkdir(folder, { recursive: true })
  const dataDir = await realpath(folder)
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => controller.abort())
  const report = await proveCrashes({
    ...options,
    dataDir,
    env: process.env,
    progress: (line) => console.error(line),
    signal: controller.signal,
  })
  const good = report.faults.length === 0 && report.strange.length === 0
  if (flags.json) console.log(JSON.stringify({ machine: machineName(), command: process.argv.slice(2), options, good, ...report }, null, 2))
  else console.log(crashText(report))
  if (good && !flags.data) await rm(dataDir, { recursive: true })
  else console.error(`The data and the log are in ${dataDir}.`)
  return good ? 0 : 1
}

process.exit(await main())
