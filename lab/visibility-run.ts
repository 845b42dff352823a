import { join } from 'node:path'
import { signal } from '../host/processes.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { Client } from './crash-client.ts'
import { openHouse, openServer, type HouseOptions } from './crash-house.ts'
import { readShop } from './crash-shop.ts'
import { PacedLoad } from './visibility-load.ts'
import { openProbes, see, shareShop, type Seen } from './visibility-probe.ts'
import { cutListeners } from './visibility-queries.ts'

export type VisibilityOptions = Omit<HouseOptions, 'processes'> & {
  /** Of each part. */
  seconds: number
  /** Writes a second, of both processes together. */
  rate: number
  /** How often the process that wrote is killed: each may take a minute. */
  kills: number
  progress: (line: string) => void
  /** Ends early. */
  signal?: AbortSignal
}

/** Milliseconds from the acknowledgement of a write by one process to the first answer of the other that shows it. */
export type Part = {
  name: string
  probes: number
  p50: number
  p99: number
  max: number
  /** Writes that were never shown. */
  unseen: number
  /** Probes of what no page shows, and those whose write was not acknowledged. */
  notTaken: number
  /** Listening sessions that were ended. */
  cuts: number
  /** Acknowledged writes a second of the load meanwhile. */
  rate: number
}

/** Two server processes on two ports and one database, under load: how soon the one shows what the other has acknowledged. */
export const measureVisibility = async (options: VisibilityOptions): Promise<Part[]> => {
  const { seconds, rate, kills, products, dataDir, env, progress, signal: stop } = options
  await using opened = new AsyncDisposableStack()
  const house = opened.use(await openHouse({ ...options, processes: 1 }))
  const second = opened.use(await openServer({ databaseUrl: house.databaseUrl, env, logFile: join(dataDir, 'second.log') }))
  const sql = openSql(parseDatabaseUrl(house.databaseUrl), { connections: 1 })
  opened.defer(() => sql.end({ timeout: 1 }))
  const { probed, loaded } = shareShop(await readShop(sql, products))
  const next = openProbes(probed)
  const ports = [house.port, second.port]

  const measure = async (name: string, probe: (i: number) => Promise<Seen>, { probes = Infinity, cutting = false } = {}): Promise<Part> => {
    await using load = new PacedLoad({ ports, shop: loaded, rate })
    await Bun.sleep(warmMs)
    const [startedMs, takenBefore, cutsBefore] = [performance.now(), load.taken, cuts]
    const going = () => !stop?.aborted && performance.now() - startedMs < seconds * 1_000
    const cutter = cutting ? cutWhile(going) : undefined
    const seen: Seen[] = []
    for (let i = 0; probes === Infinity ? going() : i < probes && !stop?.aborted; i++) seen.push(await probe(i))
    await cutter
    const rateThen = ((load.taken - takenBefore) * 1_000) / (performance.now() - startedMs)
    const part = { name, ...summary(seen), cuts: cuts - cutsBefore, rate: Math.round(rateThen) }
    progress(`${name}: p50 ${part.p50} ms, p99 ${part.p99} ms, max ${part.max} ms of ${part.probes}`)
    return part
  }
  let cuts = 0
  const cut = async () => void (cuts += (await sql.unsafe(cutListeners)).length)
  const cutWhile = async (going: () => boolean) => {
    for (; going(); await Bun.sleep(Math.random() * cutPauseMsMax)) await cut()
  }
  const eitherWay = async (i: number, before?: () => Promise<void>) => {
    using writer = new Client(ports[i % 2]!)
    using reader = new Client(ports[(i + 1) % 2]!)
    return see(next(), { writer, reader, msMax: unseenMsMax, before })
  }
  const killed = async () => {
    using writer = new Client(house.port)
    using reader = new Client(second.port)
    const [pid] = house.servers()
    const seen = await see(next(), { writer, reader, msMax: unseenMsMax, taken: () => pid && signal(pid, 'SIGKILL') })
    while (house.listeners() === 0) await Bun.sleep(listenPollMs)
    return seen
  }
  return [
    await measure('nothing happens', (i) => eitherWay(i)),
    await measure('the listeners are cut just before the write', (i) => eitherWay(i, cut)),
    await measure('the listeners are cut again and again', (i) => eitherWay(i), { cutting: true }),
    ...(kills > 0 ? [await measure('the process that wrote is killed', killed, { probes: kills })] : []),
  ]
}

const summary = (seen: readonly Seen[]) => {
  const ms = seen.filter((one) => typeof one === 'number').toSorted((a, b) => a - b)
  const at = (part: number) => Number((ms[Math.min(ms.length - 1, Math.floor(ms.length * part))] ?? 0).toFixed(1))
  const times = (what: Seen) => seen.filter((one) => one === what).length
  return { probes: seen.length, p50: at(0.5), p99: at(0.99), max: at(1), unseen: times('unseen'), notTaken: times('not taken') }
}

const warmMs = 2_000
/** A little more than what is kept in memory is kept. */
const unseenMsMax = 75_000
const cutPauseMsMax = 200
const listenPollMs = 100
