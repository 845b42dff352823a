import { resolve } from 'node:path'
import { openEmbedded } from '../host/embedded.ts'
import { acquireLock } from '../host/lock.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { openHouse } from './bench-house.ts'
import { freeStarts, reservationsTotal } from './bookings-queries.ts'
import { askInLoops, type Loops } from './bookings-loops.ts'
import { labFlags } from './flags.ts'
import { machineName } from './machine.ts'
import { checkpoint, durability } from './queries.ts'
import { table } from './table.ts'

const usage = `How many tables can be booked in a second: spread over all restaurants, where most get one, and all for one evening of one restaurant,
where soon nobody does. Closed loops, each asking again as soon as it was answered, without keys. What it books stays in the data.

Usage: node cli/bun.mjs lab/bookings-rate.ts [flags]

  --data DIR       an Atelier's data directory with restaurants and their tables, which nobody serves (default .atelier-bench)
  --seconds N      of each of the two (default 10)
  --warmup N       seconds before each that do not count (default 10)
  --connections N  closed loops (default 64)
  --processes N    server processes (default 2)
  --json           the figures as JSON on standard output
  --help           this text

Exit code: 0 everything was answered as it should be and is there, 1 it was not, 2 wrong usage.
`
const { flags, number, wrongUsage } = labFlags(usage, ['data', 'seconds', 'warmup', 'connections', 'processes'])
const options = { seconds: number('seconds', 10), connections: number('connections', 64), processes: number('processes', 2) }
const warmup = number('warmup', 10, 0)
const dataDir = resolve(flags.data ?? '.atelier-bench')
if (!(await Bun.file(`${dataDir}/postgres/PG_VERSION`).exists()))
  wrongUsage(`There is no data in ${flags.data ?? '.atelier-bench'}; --data tells where.`)

type Free = { house: number; starts: string }

const main = async () => {
  await using opened = new AsyncDisposableStack()
  const lock = opened.use(await acquireLock(dataDir))
  const embedded = opened.use(await openEmbedded({ dataDir, lock, log: console.error }))
  const sql = openSql(parseDatabaseUrl(embedded.url), { connections: 1 })
  opened.defer(() => sql.end({ timeout: 1 }))
  const free = await sql.unsafe<Free[]>(freeStarts)
  if (free.length === 0) throw new Error('No restaurant has a table that is free.')
  const all = { databaseUrl: embedded.url, ...options } as Parameters<typeof openHouse>[0]
  const server = opened.use(await openHouse(all, 64 * 1_048_576))

  const wanted = free[0]!
  const evening = free.filter(({ house, starts }) => house === wanted.house && starts.startsWith(wanted.starts.slice(0, 10)))
  const kinds: [string, readonly Free[]][] = [
    ['spread over all restaurants', free],
    ['an evening of one restaurant', evening],
  ]
  const results: (Loops & { name: string; grown: number })[] = []
  for (const [name, starts] of kinds) {
    await sql.unsafe(checkpoint)
    let n = 0
    const asked = { port: server.port, next: () => bookingText(starts[n++ % starts.length]!), ...options }
    if (warmup > 0) await askInLoops({ ...asked, seconds: warmup })
    const before = await total(sql)
    const loops = await askInLoops(asked)
    results.push({ name, ...loops, grown: (await total(sql)) - before })
  }
  const good = results.every(({ statuses, broken, grown }) => {
    const strange = Object.keys(statuses).some((status) => status !== '201' && status !== '409')
    return !strange && broken === 0 && grown === (statuses['201'] ?? 0)
  })
  const [durable] = await sql.unsafe(durability)
  if (flags.json) console.log(JSON.stringify({ machine: machineName(), options, ...durable, good, results }, null, 2))
  else console.log(text(results))
  return good ? 0 : 1
}

const text = (results: readonly (Loops & { name: string; grown: number })[]) =>
  table(
    ['', '', 'attempts/s', '201/s', '409/s', 'p50 ms', 'p99 ms', 'others'],
    results.map(({ name, statuses, seconds, p50, p99, broken }) => {
      const { 201: made = 0, 409: full = 0, ...others } = statuses
      const rate = (count: number) => Math.round(count / seconds).toLocaleString('en')
      const strange = Object.entries(others).map(([status, count]) => `${count} × ${status}`)
      return [
        name,
        '',
        rate(made + full),
        rate(made),
        rate(full),
        p50.toFixed(1),
        p99.toFixed(1),
        [...strange, ...(broken ? [`${broken} broken`] : [])].join(' ') || 'none',
      ]
    }),
  )

const total = async (sql: ReturnType<typeof openSql>) => (await sql.unsafe<{ total: number }[]>(reservationsTotal))[0]!.total

const bookingText = ({ house, starts }: Free) => {
  const body = `{"starts_at":"${starts}","party":2,"name":"Ada","email":"ada@post.example"}`
  return `POST /restaurants/${house}/reservations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

process.exit(await main())
