import { availableParallelism } from 'node:os'
import { privateBytes } from '../machine.ts'
import { secondsOf } from './arrivals.ts'
import { bodyBytesOf, calibrate } from './calibrate.ts'
import type { DatabaseMeter } from './database-meter.ts'
import { runDriver } from './driver-process.ts'
import type { DriveMessage, DriveOptions, DriveSecond, Sample } from './driving.ts'
import { calibrationRefusals, refusalsOf } from './judge.ts'
import { openMachineMeter } from './machine-meter.ts'
import { memoryUseOf } from './memory-use.ts'
import { openProcessMeter } from './process-meter.ts'
import type { Calibration, Checked, LoadFigures, LoadResult, LoadSecond } from './result.ts'
import type { Scrape } from './scrape.ts'
import { serverUseOf } from './server-use.ts'
import { openTierMeter, type Tiers } from './tiers.ts'
import { refusedVerdict, verdictOf } from './verdict.ts'

export type LoadOptions = {
  scenario: string
  drive: DriveOptions
  /** The processes of each tier, asked anew every second. */
  tiers?: () => Tiers
  /** False to go without, or one that was made for a rate at least as high. */
  calibration?: boolean | Calibration
  /** The servers' own figures, asked for every second. */
  scrape?: () => Promise<Scrape | undefined>
  database?: DatabaseMeter
  /** Compares bodies with what they should be. */
  check?: (samples: readonly Sample[]) => Promise<Checked>
  /** Told every second, the warm-up's too. */
  live?: (second: LoadSecond) => void
  signal?: AbortSignal
}

/** Calibrates, offers the load, and puts together what is known of it. Rejects when nothing listens there, or the signal aborts. */
export const runLoad = async (options: LoadOptions): Promise<LoadResult> => {
  const { scenario, drive, calibration: wanted = true, signal } = options
  const calibration =
    typeof wanted === 'object' ? wanted : wanted ? await calibrate(drive, await bodyBytesOf(drive, signal), signal) : undefined
  const refusals = calibration ? calibrationRefusals(calibration) : []
  if (refusals.length > 0) return { scenario, refusals, calibration, figures: undefined, verdict: refusedVerdict(refusals, undefined) }
  const figures = await measure(options)
  const verdict = verdictOf(figures)
  const reasons = refusalsOf(figures, verdict.limit)
  return { scenario, refusals: reasons, calibration, figures, verdict: reasons.length > 0 ? refusedVerdict(reasons, verdict) : verdict }
}

const measure = async ({ drive, tiers = () => ({}), scrape, database, check, live, signal }: LoadOptions): Promise<LoadFigures> => {
  const series: LoadSecond[] = []
  const usage = openUsage(tiers)
  const machine = openMachineMeter()
  const processes = openProcessMeter(tiers)
  const scrapes: Promise<Scrape | undefined>[] = []
  const look = () => void (scrape && scrapes.push(scrape()))
  const heard = (message: DriveMessage) => {
    if (message.kind === 'begin') {
      usage.begin()
      machine.begin()
      processes.begin()
      database?.begin()
      look()
    } else if (message.kind === 'end') {
      usage.end()
      machine.end()
      processes.end()
      database?.end()
      look()
    } else if (message.kind === 'second') {
      const second = { ...message.second, tiers: usage.second(message.second), memoryBytes: memoryBytesOf(tiers()) }
      // The last one is a piece, and most often an empty one.
      if (second.second >= secondsOf(drive.phases) && isQuiet(second)) return
      // Those before the begin would count the warm-up.
      if (scrapes.length > 0 && second.second < secondsOf(drive.phases) - 1) look()
      series.push(second)
      live?.(second)
    }
  }
  const { samples, ...result } = await runDriver(drive, { heard, ...(signal && { signal }) })
  const failed = Object.values(result.errors).reduce((sum, count) => sum + count, 0)
  const tiersUsed = Object.fromEntries(
    Object.entries({ generator: result.cpuMicros, ...usage.used() }).map(([tier, cpuMicros]) => [
      tier,
      { cpuMicros, cores: cpuMicros / 1e6 / result.seconds, microsPerAnswer: cpuMicros / Math.max(1, result.answered) },
    ]),
  )
  const { busyCores, ...use } = machine.read()
  return {
    ...result,
    offeredPerSecond: result.offered / result.seconds,
    answeredPerSecond: result.answeredInTime / result.seconds,
    refusedPerSecond: result.refused.count / result.seconds,
    connectionsMax: drive.connections,
    errorShare: failed / Math.max(1, result.offered),
    series,
    tiers: tiersUsed,
    processes: processes.read(),
    memory: memoryUseOf(series),
    server: serverUseOf((await Promise.all(scrapes)).filter((one) => one !== undefined)),
    database: await database?.read(),
    cores: availableParallelism(),
    othersCores: busyCores && Math.max(0, busyCores - Object.values(tiersUsed).reduce((sum, { cores }) => sum + cores, 0)),
    ...use,
    checked: check && samples.length > 0 ? await check(samples) : undefined,
  }
}

/** Processor time by tier: in each second, and from the begin to the end of what counts. */
const openUsage = (tiers: () => Tiers) => {
  const read = openTierMeter(tiers)
  let last = read()
  let lastMs = performance.now()
  let began = last
  let ended = last
  return {
    begin: () => void (began = read()),
    end: () => void (ended = read()),
    used: () => less(ended, began),
    second({ cpuMicros }: DriveSecond): Record<string, number> {
      const [now, nowMs] = [read(), performance.now()]
      const used = { generator: cpuMicros, ...less(now, last) }
      const micros = (nowMs - lastMs) * 1000
      last = now
      lastMs = nowMs
      // The kernel counts in hundredths of a second.
      if (micros < shortestMicros) return {}
      return Object.fromEntries(Object.entries(used).map(([tier, value]) => [tier, value / micros]))
    },
  }
}

const memoryBytesOf = (tiers: Tiers) => Object.fromEntries(Object.entries(tiers).map(([tier, pids]) => [tier, privateBytes(pids)]))

const isQuiet = ({ offered, answered, errors }: DriveSecond) => offered + answered + Object.keys(errors).length === 0

const less = (now: Record<string, number>, before: Record<string, number>) =>
  Object.fromEntries(Object.entries(now).map(([tier, micros]) => [tier, micros - (before[tier] ?? 0)]))

const shortestMicros = 500_000
