import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bookingsText, progressText } from './bookings-report.ts'
import { proveBookings, type Done } from './bookings-run.ts'
import { labFlags } from './flags.ts'
import { machineName } from './machine.ts'

const usage = `Proves that no table is given twice. Runs \`atelier start\` with a PostgreSQL of its own that waits for the disk; many clients book, hold,
confirm, change and cancel the same few tables, and wait for them, each request now and then sent twice at once, again later, or with
another body under its key, while servers and PostgreSQL are killed and stopped and answers are lost. Every window of some 50,000
attempts has evenings of its own; then its history is held against the tables, and against a replay of who had what when:
no two parties at a table at once at any moment, every 201 kept just as it was answered, every refusal right at some moment between
its request and its answer, one effect and one answer for each key, no change by an old revision, tables given back free again. Linux only.

Usage: node cli/bun.mjs lab/bookings.ts --attempts N [flags]

  --attempts N     100000, or 10000000 for the long run (default 100000)
  --restaurants N  that everybody wants (default 8)
  --clients N      (default 128)
  --servers N      server processes (default 3)
  --kills N        faults, in turn: a server killed, PostgreSQL killed, a server stopped for a second, PostgreSQL stopped, a backend killed
                   (default one for 5,000 attempts, 400 at most)
  --seed N         of what is asked for; not of when (default 1)
  --json           the report as JSON on standard output
  --help           this text

Exit code: 0 proven, 1 violated, with the history of each violation, and data and logs kept, 2 wrong usage. Ctrl-C ends the asking, not the looking.
`

const { flags, number } = labFlags(usage, ['attempts', 'restaurants', 'clients', 'servers', 'kills', 'seed'])

const attempts = number('attempts', 100_000, 1, 100_000_000)
const options = {
  attempts,
  restaurants: number('restaurants', 8, 1, 1_000),
  clients: number('clients', 128, 1, 1_000),
  servers: number('servers', 3, 1, 64),
  kills: number('kills', Math.min(400, Math.ceil(attempts / 5_000)), 0, 1_000_000),
  seed: number('seed', 1, 0, 4_294_967_295),
}

/** A line rewritten on a terminal; elsewhere one now and then. */
const openProgress = () => {
  const terminal = process.stderr.isTTY === true
  let [sinceMs, before, rate] = [performance.now(), 0, NaN]
  return (done: Done) => {
    const ms = performance.now() - sinceMs
    if (ms < (terminal ? 500 : 10_000)) return
    rate = ((done.attempts - before) * 1_000) / ms
    ;[sinceMs, before] = [performance.now(), done.attempts]
    process.stderr.write(`${terminal ? '\r\x1b[K' : ''}${progressText(done, attempts, rate)}${terminal ? '' : '\n'}`)
  }
}

const main = async () => {
  const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'atelier-bookings-')))
  let keeps = false
  try {
    const controller = new AbortController()
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => controller.abort())
    const report = await proveBookings({ ...options, dataDir, env: process.env, progress: openProgress(), signal: controller.signal })
    if (process.stderr.isTTY) process.stderr.write('\n')
    const good = report.violations.length === 0
    if (flags.json)
      console.log(JSON.stringify({ machine: machineName(), command: process.argv.slice(2), options, good, ...report }, null, 2))
    else console.log(bookingsText(report))
    keeps = !good
    if (keeps) console.error(`The data and the logs are in ${dataDir}.`)
    return good ? 0 : 1
  } finally {
    if (!keeps) await rm(dataDir, { recursive: true, force: true })
  }
}

process.exit(await main())
