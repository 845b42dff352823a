import type { Sql } from '../kit/db.ts'
import type { LoadRequest } from '../kit/load.ts'
import { services } from '../services/index.ts'
import { openHouse, openPlain, type Bench, type Running } from './bench-house.ts'
import { summarise, type Measured } from './bench-report.ts'
import { requestTemplate } from './request.ts'
import { measureRounds, warmUp, type Variant } from './rounds.ts'

export const hotKeys = 100
const smallKeys = 10_000

/** Each kind of read against a bare server, from the database, from memory, and from a small part of a large catalogue. */
export const benchReads = async (bench: Bench): Promise<Measured[]> => {
  const asked = ({ name, keys }: LoadRequest) => name.includes(bench.only) && keys(bench.products, bench.restaurants) > 0
  const requests = services.flatMap(({ load = [] }) => load).filter(asked)
  if (requests.length === 0) return []
  await using off = await openHouse(bench, 0)
  await using on = await openHouse(bench, 64 * 1_048_576)
  const results: Measured[] = []
  for (const request of requests) results.push(await benchRead(bench, { off, on }, request))
  return results
}

const benchRead = async (bench: Bench, { off, on }: { off: Running; on: Running }, request: LoadRequest): Promise<Measured> => {
  const { sql, products, restaurants, rounds, seconds, connections, processes, postmasterPid, progress } = bench
  const keys = request.keys(products, restaurants)
  progress(`\n${request.name}`)
  await warm(sql, request, keys)
  const bodies = await Promise.all(Array.from({ length: 200 }, (_, i) => expected(sql, request, 1 + Math.floor((i * keys) / 200))))
  const bytes = Math.round(bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / bodies.length)
  await using limit = await openPlain('limit.ts', processes, (port) => [String(port), String(bytes)])
  const template = requestTemplate({ method: 'GET', columns: 1, path: (key = 0) => request.path(key) })
  const drive = (port: number, keys: number) => ({ port, request: template, status: 200, keys, connections })
  const variants: Variant[] = [
    { name: 'L1', drive: drive(limit.port, keys), serverPids: limit.pids, postmasterPid: undefined },
    { name: 'cold', drive: drive(off.port, keys), serverPids: off.pids, postmasterPid },
    { name: 'hot', drive: drive(on.port, hotKeys), serverPids: on.pids, postmasterPid },
  ]
  if (keys > smallKeys)
    variants.push({
      name: 'cold, 10,000 products',
      drive: drive(off.port, request.keys(smallKeys, smallKeys)),
      serverPids: off.pids,
      postmasterPid,
    })
  await warmUp(variants, seconds)
  const measured = await measureRounds(variants, { rounds, seconds, progress })
  let checked = 0
  for (const { samples } of measured.get('cold')!) {
    for (const { key, body } of samples) {
      if (body !== (await expected(sql, request, key))) throw new Error(`${request.path(key)} was answered wrongly: ${body.slice(0, 200)}`)
      checked++
    }
  }
  return summarise(request.name, bytes, checked, measured)
}

/** Every document once through the buffers, the way reads go, so that no round waits for the disk. */
const warm = async (sql: Sql, { statement, columns }: LoadRequest, keys: number) => {
  for (let first = 1; first <= keys; first += 2_000) {
    const some = Array.from({ length: Math.min(2_000, keys - first + 1) }, (_, i) => columns(first + i))
    await sql.unsafe(statement, some[0]!.map((_, c) => some.map((row) => row[c]!)) as never)
  }
}

const expected = async (sql: Sql, { statement, columns }: LoadRequest, key: number) => {
  const [row] = await sql.unsafe(statement, columns(key).map((value) => [value]) as never).values()
  return String(row?.[1])
}
