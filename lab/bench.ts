import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openEmbedded } from '../host/embedded.ts'
import { acquireLock } from '../host/lock.ts'
import { Supervisor } from '../host/supervisor.ts'
import { openSql, parseDatabaseUrl, type Sql } from '../kit/db.ts'
import type { LoadRequest } from '../kit/load.ts'
import { openLog } from '../kit/log.ts'
import { productLoad } from '../services/products/load.ts'
import { benchTable, summarise, type Measured } from './bench-report.ts'
import { machineName } from './machine.ts'
import { measureRounds, type Variant } from './rounds.ts'

const usage = `Measures the read path against a bare Bun.serve (L1), in interleaved rounds.

Usage: npm run bench -- [flags]

  --data DIR        data directory with a catalogue; made with a generated one when absent (default .atelier-bench)
  --products N      products in it, and the range of keys (default 10000)
  --rounds N        rounds that count (default 5)
  --seconds N       of each round (default 3)
  --connections N   closed loops (default 64)
  --processes N     server processes, and L1's (default 2)
  --only TEXT       only the requests whose name contains it
  --out FILE        where the JSON goes (default bench.json)
  --help            this text
`

const flags = (() => {
  try {
    const text = { type: 'string' as const }
    return parseArgs({
      options: {
        data: text,
        products: text,
        rounds: text,
        seconds: text,
        connections: text,
        processes: text,
        only: text,
        out: text,
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exit(2)
  }
})()
if (flags.help) {
  console.log(usage)
  process.exit()
}

const root = join(import.meta.dir, '..')
const dataDir = resolve(flags.data ?? '.atelier-bench')
const products = Number(flags.products ?? 10_000)
const rounds = Number(flags.rounds ?? 5)
const seconds = Number(flags.seconds ?? 3)
const connections = Number(flags.connections ?? 64)
const processes = Number(flags.processes ?? 2)
const hotKeys = 100
const smallKeys = 10_000

const atelier = async (...args: string[]) => {
  const { exitCode } = Bun.spawnSync([process.execPath, join(root, 'cli/main.ts'), ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (exitCode !== 0) throw new Error(`atelier ${args[0]} failed`)
}

/** Every document once through the buffers, the way reads go, so that no round waits for the disk. */
const warm = async (sql: Sql, { statement, columns, keys }: LoadRequest) => {
  const all = keys(products)
  for (let first = 1; first <= all; first += 2_000) {
    const some = Array.from({ length: Math.min(2_000, all - first + 1) }, (_, i) => columns(first + i))
    await sql.unsafe(statement, some[0]!.map((_, c) => some.map((row) => row[c]!)) as never)
  }
}

const expected = async (sql: Sql, { statement, columns }: LoadRequest, key: number) => {
  const [row] = await sql.unsafe(statement, columns(key).map((value) => [value]) as never).values()
  return String(row?.[1])
}

const startLimit = async (port: number, bytes: number) => {
  const servers = Array.from({ length: processes }, () =>
    Bun.spawn([process.execPath, join(import.meta.dir, 'limit.ts'), String(port), String(bytes)], { stdout: 'pipe' }),
  )
  await Promise.all(servers.map(({ stdout }) => stdout.getReader().read()))
  return servers
}

const freePort = () => {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  listener.stop(true)
  return listener.port
}

const git = (...args: string[]) =>
  Bun.spawnSync(['git', ...args], { cwd: root })
    .stdout.toString()
    .trim()

const main = async () => {
  if (!(await Bun.file(join(dataDir, 'postgres/PG_VERSION')).exists())) {
    const files = join(dataDir, 'files')
    await mkdir(files, { recursive: true })
    await atelier('generate', '--out', files, '--products', String(products))
    await atelier('import', files, '--data', dataDir, '--rejects', join(files, 'rejects'))
    await rm(files, { recursive: true })
  }
  await using opened = new AsyncDisposableStack()
  const lock = opened.use(await acquireLock(dataDir))
  const embedded = opened.use(await openEmbedded({ dataDir, lock, log: console.error }))
  const sql = openSql(parseDatabaseUrl(embedded.url), { connections: 1 })
  opened.defer(() => sql.end({ timeout: 1 }))

  const serve = async (memoryBytesMax: number) => {
    const port = freePort()
    const config = { host: '127.0.0.1', port, reusePort: true, databaseUrl: embedded.url, memoryBytesMax, version: 'bench' }
    const supervisor = opened.use(
      await Supervisor.open({ processes, config, command: [process.execPath, join(root, 'cli/main.ts'), 'worker'], log: openLog('warn') }),
    )
    return { port, pids: supervisor.pids }
  }
  const [off, on] = [await serve(0), await serve(64 * 1_048_576)]
  const results: Measured[] = []

  for (const request of productLoad.filter(({ name }) => name.includes(flags.only ?? ''))) {
    console.error(`\n${request.name}`)
    await warm(sql, request)
    const [prefix = '', suffix = ''] = request.path(0).split('0')
    const bodies = await Promise.all(
      Array.from({ length: 200 }, (_, i) => expected(sql, request, 1 + Math.floor((i * request.keys(products)) / 200))),
    )
    const bytes = Math.round(bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / bodies.length)
    const limitPort = freePort()
    const limit = await startLimit(limitPort, bytes)
    const drive = (port: number, keys: number) => ({ port, prefix, suffix, keys, connections })
    const variants: Variant[] = [
      { name: 'L1', drive: drive(limitPort, request.keys(products)), serverPids: limit.map(({ pid }) => pid), postmasterPid: undefined },
      { name: 'cold', drive: drive(off.port, request.keys(products)), serverPids: off.pids, postmasterPid: embedded.pid },
      { name: 'hot', drive: drive(on.port, hotKeys), serverPids: on.pids, postmasterPid: embedded.pid },
    ]
    if (products > smallKeys)
      variants.push({
        name: 'cold, 10,000 products',
        drive: drive(off.port, request.keys(smallKeys)),
        serverPids: off.pids,
        postmasterPid: embedded.pid,
      })
    try {
      const measured = await measureRounds(variants, rounds, seconds, (text) => console.error(`  ${text}`))
      let checked = 0
      for (const { samples } of measured.get('cold')!) {
        for (const { key, body } of samples) {
          if (body !== (await expected(sql, request, key)))
            throw new Error(`${request.path(key)} was answered wrongly: ${body.slice(0, 200)}`)
          checked++
        }
      }
      results.push(summarise(request.name, bytes, checked, measured))
    } finally {
      for (const server of limit) server.kill()
    }
  }

  const report = {
    commit: git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') ? ' and uncommitted changes' : ''),
    at: new Date().toISOString(),
    machine: machineName(),
    command: `npm run bench -- ${process.argv.slice(2).join(' ')}`,
    configuration: { products, rounds, seconds, connections, processes, hotKeys },
    results,
  }
  await Bun.write(flags.out ?? 'bench.json', `${JSON.stringify(report, null, 2)}\n`)
  console.log(benchTable(results))
  return results.some(({ errors }) => Object.keys(errors).length > 0) ? 1 : 0
}

process.exit(await main())
