import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { flushesPerSecond } from '../lab/flushes.ts'
import { highestRate, scaled, type Phase } from '../lab/load/arrivals.ts'
import { openDatabaseMeter } from '../lab/load/database-meter.ts'
import type { Dataset } from '../lab/load/result.ts'
import type { LoadOptions } from '../lab/load/run.ts'
import { comparableReads, mixOf, parseScenario, phasesOf, scenarioOfAll, type Scenario } from '../lab/load/scenario.ts'
import { openScrapes } from '../lab/load/scrape.ts'
import { openTiers } from '../lab/load/tiers.ts'
import { services } from '../services/index.ts'
import { WrongUsage, type FlagValues } from './command.ts'
import { openLoadDatabase } from './load-database.ts'
import { targetOf, type loadFlags } from './load-flags.ts'

/** A run as the flags and the scenario describe it; keys of writes are there until it is disposed of. */
export type LoadSetup = AsyncDisposable & {
  readonly scenario: Scenario
  readonly phases: readonly Phase[]
  readonly options: LoadOptions
  /** Undefined when there is no database to ask. */
  readonly dataset: Dataset | undefined
}

export const openLoadSetup = async (flags: FlagValues<typeof loadFlags>, name: string | undefined): Promise<LoadSetup> => {
  const { host, port } = targetOf(flags.url)
  const reads = services.flatMap(({ load = [] }) => load)
  const writes = services.flatMap(({ writeLoad = [] }) => writeLoad)
  const scenario =
    name === undefined ? scenarioOfAll(reads.filter(({ keys }) => keys(flags.products, flags.restaurants) > 0)) : await readScenario(name)
  const phases = scaled(phasesOf(scenario), flags)
  await using opened = new AsyncDisposableStack()
  const database = await openLoadDatabase(flags, port)
  if (database) opened.use(database)
  const mix = await mixOf(scenario, {
    reads,
    writes,
    products: flags.products,
    restaurants: flags.restaurants,
    fromMs: flags.from === undefined ? Date.now() : Date.parse(flags.from),
    ...(flags.keys && { keys: flags.keys }),
    rowsOf(write) {
      if (!database) throw new Error(`${write.name} needs the database, to know what there is to write to: pass --data or --database-url.`)
      return database.rowsOf(write)
    },
  })
  const writing = scenario.mix.some(({ request }) => writes.some(({ name }) => name === request))
  // L5 is of the disk the log is on: only of a database that lies here is that one known.
  const flushes = writing && existsSync(join(flags.data, 'postgres/PG_VERSION')) ? flushesPerSecond(flags.data, flushSeconds) : undefined
  const meter = database && opened.use(openDatabaseMeter(database.at, flushes))
  const kept = opened.move()
  return {
    scenario,
    phases,
    dataset: database?.dataset,
    options: {
      scenario: scenario.name,
      drive: {
        host,
        port,
        mix,
        phases,
        poisson: scenario.poisson ?? false,
        warmupSeconds: flags.warmup,
        connections: flags.connections ?? connections,
        waitingMax: waitingMaxOf(phases),
        timeoutMs,
        seed: flags.seed,
        samplesMax,
      },
      tiers: openTiers(port, database?.at),
      scrape: openScrapes(host, port),
      ...(meter && { database: meter }),
      calibration: !flags['no-calibrate'],
      // While rows change, the database may say something else a moment later.
      ...(database && !writing && { check: (samples) => database.check(samples, comparableReads(scenario, reads)) }),
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** So that a server that stands still for a second or two is charged for everybody who came meanwhile. */
export const waitingMaxOf = (phases: readonly Phase[]) => Math.max(waitingMin, Math.ceil(highestRate(phases) * waitingSeconds))

/** A shipped one, or a file. Throws wrong usage. */
export const readScenario = async (name: string): Promise<Scenario> => {
  const shipped = Bun.file(join(import.meta.dir, '../lab/scenarios', `${name}.json`))
  const file = /^[\w-]+$/.test(name) && (await shipped.exists()) ? shipped : Bun.file(resolve(name))
  if (!(await file.exists())) throw new WrongUsage(`There is no scenario "${name}": neither a shipped one nor a file.`)
  try {
    return parseScenario(await file.text(), name)
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error))
  }
}

const connections = 64
const waitingSeconds = 3
const waitingMin = 1_024
const timeoutMs = 10_000
const samplesMax = 32
const flushSeconds = 0.5
