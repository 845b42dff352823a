import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadWrite } from '../kit/load.ts'
import { services } from '../services/index.ts'
import { openHouse, openPlain, type Bench, type Running } from './bench-house.ts'
import { house, oneCommit, summariseWrite, type MeasuredWrite } from './bench-write-report.ts'
import { flushesPerSecond } from './flushes.ts'
import type { OneCommitOptions } from './one-commit.ts'
import { checkpoint, relationFiles, someKeys, total, written } from './queries.ts'
import { requestTemplate } from './request.ts'
import { measureRounds, warmUp, type Variant, type Written } from './rounds.ts'

const keysMax = 100_000
const poolConnections = 16
/** Of all processes together: the embedded PostgreSQL takes 100 in all. */
const poolConnectionsMax = 48

/** Each kind of write, batched as the house does it, beside the same work done one commit for each request. */
export const benchWrites = async (bench: Bench): Promise<MeasuredWrite[]> => {
  const writes = services.flatMap(({ writeLoad = [] }) => writeLoad).filter(({ name }) => name.includes(bench.only))
  if (writes.length === 0) return []
  await using server = await openHouse(bench, 64 * 1_048_576)
  const results: MeasuredWrite[] = []
  for (const write of writes) {
    bench.progress(`\n${write.name}`)
    await readThrough(bench, write.adds.table.split('.', 1)[0]!)
    results.push(await benchWrite(bench, server, write))
  }
  return results
}

/** Throws when a write was lost or counted twice. */
export const benchWrite = async (bench: Bench, server: Running, write: LoadWrite): Promise<MeasuredWrite> => {
  const { sql, databaseUrl, postmasterPid, dataDir, rounds, seconds, connections, processes, progress } = bench
  const { method, status, path, body, statement, pathId } = write
  await using keys = await openKeys(bench, write)
  const pool = Math.min(poolConnections, Math.floor(poolConnectionsMax / processes))
  await using plain = await openPlain('one-commit.ts', processes, (port) => [
    JSON.stringify({ port, databaseUrl, connections: pool, statement, pathId, status } satisfies OneCommitOptions),
  ])
  const columns = write.keys.columns.length
  const request = requestTemplate({ method, columns, path, body })
  const drive = (port: number) => ({ port, request, status, keys: { file: keys.file, columns }, connections })
  const variants: Variant[] = [
    // First: whatever the first of a round pays for the second, pages of the log or of the disk, is the house's to pay.
    {
      name: house,
      drive: drive(server.port),
      serverPids: server.pids,
      postmasterPid,
      commits: () => commitsOf(server.port),
    },
    { name: oneCommit, drive: drive(plain.port), serverPids: plain.pids, postmasterPid },
  ]
  await sql.unsafe(checkpoint)
  const [before, flushes] = [await count(bench, write), [] as number[]]
  const warmed = await warmUp(variants, seconds)
  const measured = await measureRounds(variants, {
    rounds,
    seconds,
    progress,
    written: async () => (await sql.unsafe<Written[]>(written))[0]!,
    beforeRound: () => void flushes.push(flushesPerSecond(dataDir, Math.min(1, seconds))),
  })
  const all = [...warmed, ...[...measured.values()].flat()]
  const sum = (pick: (round: (typeof all)[number]) => number) => all.reduce((total, round) => total + pick(round), 0)
  const checked = {
    grown: (await count(bench, write)) - before,
    taken: sum(({ taken }) => taken),
    uncertain: sum(({ uncertain }) => uncertain),
  }
  if (checked.grown < checked.taken || checked.grown > checked.taken + checked.uncertain)
    throw new Error(`${write.name}: the data should have grown by what was acknowledged: ${JSON.stringify(checked)}`)
  return summariseWrite(write.name, checked, flushes, measured)
}

const count = async ({ sql }: Bench, { adds }: LoadWrite) => (await sql.unsafe<{ total: number }[]>(total(adds)))[0]!.total

/** Rows of float64, for the driver. */
const openKeys = async ({ sql }: Bench, { name, keys: { table, columns, hot } }: LoadWrite) => {
  const rows = (await sql.unsafe(someKeys(table, columns, hot ? 1 : keysMax)).values()) as unknown as number[][]
  if (rows.length === 0) throw new Error(`${name}: ${table} is empty, so there is nothing to write to.`)
  const folder = await mkdtemp(join(tmpdir(), 'atelier-bench-'))
  const file = join(folder, 'keys')
  await Bun.write(file, new Float64Array(rows.flat()))
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/** Of all writes and all processes of the house; the lab asks for one kind at a time. */
const commitsOf = async (port: number): Promise<number> => {
  const figures = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return [...figures.matchAll(/^atelier_commits_total\{.*\} (\d+)$/gm)].reduce((sum, [, commits]) => sum + Number(commits), 0)
}

/** A schema's files once through the kernel's cache, so that no round waits for the disk. */
const readThrough = async ({ sql, dataDir }: Bench, schema: string) => {
  for (const { path } of await sql.unsafe<{ path: string }[]>(relationFiles, [schema])) {
    for (let segment = 0; ; segment++) {
      const file = Bun.file(join(dataDir, 'postgres', segment === 0 ? path : `${path}.${segment}`))
      if (!(await file.exists())) break
      const reader = file.stream().getReader()
      while (!(await reader.read()).done);
    }
  }
}
