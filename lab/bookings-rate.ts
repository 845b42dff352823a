import { resolve } from 'node:path'
import { openEmbedded } from '../host/embedded.ts'
import { acquireLock } from '../host/lock.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { openHouse } from './bench-house.ts'
import { freeStarts, reservationsTotal } from './bookings-queries.ts'
import { askInLoops, type Loops } from './bookings-loops.ts'
import { isGood, storm, type Free, type Storm } from './bookings-storms.ts'
import { labFlags } from './flags.ts'
import { machineName } from './machine.ts'
import { checkpoint, deadlocks, durability } from './queries.ts'
import { median } from './rounds.ts'
import { table } from './table.ts'

const usage = `How many tables can be booked in a second: spread over all restaurants, where most get one, and all for one evening of one restaurant,
where soon nobody does. Closed loops, each asking again as soon as it was answered, without keys. Then storms: at a start that has one table
left everybody asks for it at once. What is booked stays in the data.

Usage: node cli/bun.mjs lab/bookings-rate.ts [flags]

  --data DIR       an Atelier's data directory with restaurants and their tables, which nobody serves (default .atelier-bench)
  --seconds N      of each of the two (default 10)
  --warmup N       seconds before each that do not count (default 10)
  --connections N  closed loops, and clients of a storm (default 64)
  --storms N       each at a restaurant of its own (default 40)
  --processes N    server processes (default 2)
  --json           the figures as JSON on standard output
  --help           this text

Exit code: 0 everything was answered as it should be and is there, 1 it was not, 2 wrong usage.
`
const { flags, number, wrongUsage } = labFlags(usage, ['data', 'seconds', 'warmup', 'connections', 'processes', 'storms'])
const options = { seconds: number('seconds', 10), connections: number('connections', 64), processes: number('processes', 2) }
const warmup = number('warmup', 10, 0)
const storms = number('storms', 40, 0)
const dataDir = resolve(flags.data ?? '.atelier-bench')
if (!(await Bun.file(`${dataDir}/postgres/PG_VERSION`).exists()))
  wrongUsage(`There is no data in ${flags.data ?? '.atelier-bench'}; --data tells where.`)

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
  const lockedBefore = await deadlocked(sql)
  const stormed: Storm[] = []
  for (const start of lastOfHouses(free, storms)) stormed.push(await storm(server.port, start, options.connections))
  // A server process tells the database's statistics when it has been idle for a second.
  await Bun.sleep(stormed.length > 0 ? 2_000 : 0)
  const locked = (await deadlocked(sql)) - lockedBefore
  const calm = locked === 0 && stormed.every((one) => isGood(one, options.connections))
  const answered = results.every(({ statuses, broken, grown }) => {
    const strange = Object.keys(statuses).some((status) => status !== '201' && status !== '409')
    return !strange && broken === 0 && grown === (statuses['201'] ?? 0)
  })
  const good = calm && answered
  const [durable] = await sql.unsafe(durability)
  if (flags.json)
    console.log(JSON.stringify({ machine: machineName(), options, ...durable, good, results, storms: stormed, deadlocks: locked }, null, 2))
  else console.log([text(results), ...(stormed.length > 0 ? [stormText(stormed, locked)] : [])].join('\n\n'))
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

/** The last in the list, which are the last to be booked, each of another restaurant. */
const lastOfHouses = (free: readonly Free[], count: number) => [...new Map(free.map((one) => [one.house, one])).values()].slice(-count)

const stormText = (stormed: readonly Storm[], locked: number) => {
  const worst = stormed.map(({ worstMs }) => worstMs)
  return (
    `${stormed.length} storms of ${options.connections} for the last table: ${stormed.filter((one) => isGood(one, options.connections)).length} gave it to one and ` +
    `told all others of other times; ${locked} deadlocks; the longest wait of a storm ${median(worst).toFixed(1)} ms, of all ${Math.max(...worst).toFixed(1)} ms`
  )
}

const deadlocked = async (sql: ReturnType<typeof openSql>) => (await sql.unsafe<{ deadlocks: number }[]>(deadlocks))[0]!.deadlocks
const total = async (sql: ReturnType<typeof openSql>) => (await sql.unsafe<{ total: number }[]>(reservationsTotal))[0]!.total

const bookingText = ({ house, starts }: Free) => {
  const body = `{"starts_at":"${starts}","party":2,"name":"Ada","email":"ada@post.example"}`
  return `POST /restaurants/${house}/reservations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

process.exit(await main())
