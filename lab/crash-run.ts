import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { isOutage } from '../kit/write-lane.ts'
import { services } from '../services/index.ts'
import { answerFaults, cartFaults, ledgerFaults, tableFaults, type Answers } from './crash-check.ts'
import { openHouse, type House, type HouseOptions } from './crash-house.ts'
import type { Fault, Ledger } from './crash-ledger.ts'
import { durability, readyDocuments } from './crash-queries.ts'
import { readShop } from './crash-shop.ts'
import { Work } from './crash-work.ts'

export type CrashOptions = HouseOptions & {
  kills: number
  clients: number
  /** Of a client between two requests, on average. */
  restMs: number
  /** From when all is well again to the next kill. */
  pauseMsMax: number
  /** Kills between two looks at the data. */
  checkEvery: number
  progress: (line: string) => void
  /** No more kills: what was done is checked. */
  signal?: AbortSignal
}

export const victims = ['a server process', 'all of PostgreSQL', 'one backend of PostgreSQL'] as const
export type Victim = (typeof victims)[number]
export type Recovery = { kills: number; /** Milliseconds until all was well again. */ p50: number; max: number }

export type CrashReport = {
  durability: { fsync: string; synchronousCommit: string }
  seconds: number
  recoveries: Record<Victim, Recovery>
  /** Kills that came before the one before was recovered from. */
  hurried: number
  writes: ReturnType<Ledger['totals']>
  outcomes: Work['outcomes']
  checks: number
  documents: number
  answers: Answers
  /** Answers other than what was asked for and 503. */
  strange: string[]
  faults: Fault[]
}

/** Kills processes of a working shop again and again, and looks whether it kept its word. */
export const proveCrashes = async (options: CrashOptions): Promise<CrashReport> => {
  const { kills, clients, restMs, pauseMsMax, checkEvery, products, processes, progress, signal } = options
  await using opened = new AsyncDisposableStack()
  const house = opened.use(await openHouse(options))
  const sql = openSql(parseDatabaseUrl(house.databaseUrl), { connections: 1 })
  opened.defer(() => sql.end({ timeout: 1 }))
  const [durable] = await sql.unsafe<CrashReport['durability'][]>(durability)
  const shop = await readShop(sql, products)
  const startedMs = performance.now()
  const work = new Work({ port: house.port, shop, clients, restMs })
  const recovered = new Map<Victim, number[]>(victims.map((victim) => [victim, []]))
  const recoveries: Promise<void>[] = []
  const faults = new Set<Fault>()
  let [hurried, checks] = [0, 0]
  const check = async () => {
    checks++
    const now = await throughOutages(async () => [
      ...(await ledgerFaults({ sql, shop, ledger: work.ledger, mark: work.mark })),
      ...(await tableFaults(sql)),
    ])
    for (const fault of now) faults.add(fault)
  }

  const remember = async (victim: Victim, recovery: Promise<number>) => {
    const ms = await recovery
    recovered.get(victim)!.push(ms)
    if (ms === Infinity) faults.add(`not recovered ${recoveryMsMax / 1000} s after ${victim} was killed`)
  }

  if (!(await work.takesWrites(1, recoveryMsMax))) throw new Error(`No write was acknowledged; see ${house.logFile}.`)
  for (let kill = 1; kill <= kills; kill++) {
    if (signal?.aborted) break
    await Bun.sleep(Math.random() * pauseMsMax)
    const victim = victimOf(kill)
    const recovery = remember(victim, hurt(house, work, victim, processes))
    recoveries.push(recovery)
    const hurry = Math.random() < hurryShare
    if (hurry) hurried++
    else await recovery
    if (kill % checkEvery === 0) await check()
    progress(`${kill}/${kills} kills, ${acknowledged(work)} writes acknowledged, ${faults.size} faults`)
  }
  await Promise.all(recoveries)
  await work.stop()
  const seconds = Math.round((performance.now() - startedMs) / 1000)

  progress('all is quiet: looking at every write and every answer')
  const reads = services.flatMap(({ load = [] }) => load)
  const { answers, faults: old } = await answerFaults(sql, { port: house.port, reads, products, processes })
  // What was asked for has been made ready again: by now there is something to compare.
  await Bun.sleep(readyMs)
  await check()
  for (const fault of [...old, ...(await cartFaults(work.ledger, house.port, work.carts))]) faults.add(fault)
  const [ready] = await sql.unsafe<{ documents: number }[]>(readyDocuments)
  return {
    durability: durable!,
    seconds,
    recoveries: Object.fromEntries([...recovered].map(([victim, ms]) => [victim, summary(ms)])) as CrashReport['recoveries'],
    hurried,
    writes: work.ledger.totals(),
    outcomes: work.outcomes,
    checks,
    documents: ready!.documents,
    answers,
    strange: work.strange,
    faults: [...faults],
  }
}

/** Half of them server processes; of the others every fourth is one backend only, as when the kernel runs out of memory. */
const victimOf = (kill: number): Victim => (kill % 2 === 1 ? victims[0] : kill % 8 === 0 ? victims[2] : victims[1])

/** Milliseconds from the kill until all processes listen and by several connections for each of them writes are acknowledged. */
const hurt = async (house: House, work: Work, victim: Victim, processes: number): Promise<number> => {
  const kill = {
    'a server process': house.killServer,
    'all of PostgreSQL': house.killPostgres,
    'one backend of PostgreSQL': house.killBackend,
  }
  const sinceMs = await kill[victim]()
  while (house.listeners() < processes) {
    if (performance.now() - sinceMs > recoveryMsMax) return Infinity
    await Bun.sleep(listenPollMs)
  }
  return (await work.takesWrites(processes * connectionsPerProcess, recoveryMsMax)) ? performance.now() - sinceMs : Infinity
}

/** Once more from the beginning when the database went away meanwhile. */
const throughOutages = async <T>(look: () => Promise<T>): Promise<T> => {
  for (const endMs = performance.now() + recoveryMsMax; ; await Bun.sleep(againMs)) {
    try {
      return await look()
    } catch (error) {
      if (!isOutage(error) || performance.now() > endMs) throw error
    }
  }
}

const acknowledged = ({ ledger }: Work) => Object.values(ledger.totals()).reduce((sum, one) => sum + one.acknowledged, 0)

const summary = (ms: number[]): Recovery => {
  const sorted = ms.toSorted((a, b) => a - b)
  return { kills: ms.length, p50: Math.round(sorted[ms.length >> 1] ?? 0), max: Math.round(sorted.at(-1) ?? 0) }
}

/** Of the kills that are not waited for: the next may come in the middle of a recovery. */
const hurryShare = 0.2
const recoveryMsMax = 120_000
const listenPollMs = 100
/** The kernel gives a connection to any process: so many make it likely that each is met. */
const connectionsPerProcess = 4
const againMs = 200
/** Documents are put back some 100 ms after they were found dropped. */
const readyMs = 1_000
