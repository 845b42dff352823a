import { join } from 'node:path'
import type { DriveOptions, DriveResult } from './drive.ts'
import { childrenOf, cpuMicros, diskBytesRead, openStealMeter } from './machine.ts'

/** One thing to be measured: a server on a port, a kind of request, and whose processor time is whose. */
export type Variant = {
  name: string
  drive: Omit<DriveOptions, 'seed' | 'seconds'>
  serverPids: number[]
  /** The postmaster's; undefined when no database works for this. */
  postmasterPid: number | undefined
  /** Commits of its writes so far, when it has other transactions too. */
  commits?: () => Promise<number>
}

/** What a database wrote so far. */
export type Written = { transactions: number; logBytes: number }

export type Round = Pick<DriveResult, 'taken' | 'uncertain' | 'errors' | 'p50' | 'p99' | 'samples'> & {
  rate: number
  /** Processor time per answer by tier, microseconds. */
  micros: { driver: number; server: number; database: number }
  written: Written
  commits: number
  diskBytesRead: number
  /** Part of the time that the hypervisor gave to others. */
  stolen: number
}

export type RoundsOptions = {
  rounds: number
  seconds: number
  progress: (text: string) => void
  /** For writes, which may read what they change from disk; a round of reads that comes to the disk is void. */
  written?: () => Promise<Written>
  beforeRound?: () => void
}

/** A round of each that does not count. */
export const warmUp = async (variants: readonly Variant[], seconds: number): Promise<Round[]> => {
  const rounds: Round[] = []
  for (const variant of variants) rounds.push(await measure(variant, Math.min(1, seconds), rounds.length + 1))
  return rounds
}

/** Measures the variants in turn, A B C A B C …; each round of each asks for other keys. */
export const measureRounds = async (variants: readonly Variant[], options: RoundsOptions): Promise<Map<string, Round[]>> => {
  const { rounds, seconds, progress, written, beforeRound } = options
  const measured = new Map<string, Round[]>(variants.map(({ name }) => [name, []]))
  for (let round = 1; round <= rounds; round++) {
    beforeRound?.()
    for (const [i, variant] of variants.entries()) {
      const once = () => measure(variant, seconds, round * variants.length + i + 1, written)
      const result = written ? await once() : await inMemory(once, progress)
      measured.get(variant.name)!.push(result)
      progress(`round ${round}/${rounds}  ${variant.name.padEnd(24)}${Math.round(result.rate).toLocaleString('en').padStart(8)}/s`)
    }
  }
  return measured
}

/**
 * A round that read from disk is no figure of memory: it is measured again, and when that does not help there is none. Throws with
 * what was read.
 */
export const inMemory = async <R extends Pick<Round, 'diskBytesRead'>>(
  once: () => Promise<R>,
  progress: (text: string) => void,
): Promise<R> => {
  for (let tries = 1; ; tries++) {
    const round = await once()
    if (round.diskBytesRead <= othersBytesMax) return round
    const read = `${(round.diskBytesRead / 1e6).toFixed(1)} MB were read from disk`
    if (tries === triesMax)
      throw new Error(`${read}, in the last of ${triesMax} tries of a round: the data set does not stay in memory here.`)
    progress(`void: ${read}`)
  }
}
const triesMax = 4
/** Of a second program's start, or a log's page: the machine counts for all of them together. */
const othersBytesMax = 1_048_576

const measure = async (
  { drive, serverPids, postmasterPid, commits }: Variant,
  seconds: number,
  seed: number,
  written: () => Promise<Written> = () => Promise.resolve({ transactions: 0, logBytes: 0 }),
): Promise<Round> => {
  const figures = async () => {
    const now = await written()
    return { ...now, commits: commits ? await commits() : now.transactions }
  }
  const database = postmasterPid ? [postmasterPid, ...childrenOf(postmasterPid)] : []
  const begun = await figures()
  const before = { server: cpuMicros(serverPids), database: cpuMicros(database), disk: diskBytesRead() }
  const stolen = openStealMeter()
  const result = await run({ ...drive, seconds, seed: seed * 2_654_435_761 })
  const server = cpuMicros(serverPids) - before.server
  const busy = cpuMicros(database) - before.database
  const ended = await figures()
  return {
    taken: result.taken,
    uncertain: result.uncertain,
    errors: result.errors,
    p50: result.p50,
    p99: result.p99,
    samples: result.samples,
    rate: result.answers / result.seconds,
    micros: {
      driver: result.cpuMicros / Math.max(1, result.answers),
      server: server / Math.max(1, result.taken),
      database: busy / Math.max(1, result.taken),
    },
    written: { transactions: ended.transactions - begun.transactions, logBytes: ended.logBytes - begun.logBytes },
    commits: ended.commits - begun.commits,
    diskBytesRead: diskBytesRead() - before.disk,
    stolen: stolen(),
  }
}

const run = async (options: DriveOptions): Promise<DriveResult> => {
  const driver = Bun.spawn([process.execPath, join(import.meta.dir, 'drive.ts'), JSON.stringify(options)], {
    stdout: 'pipe',
    timeout: (options.seconds + 30) * 1000,
  })
  return JSON.parse(await new Response(driver.stdout).text()) as DriveResult
}

/** Of fewer rounds the spread says nothing: two sets of five that do not overlap are chance once in 126, of three once in ten. */
export const roundsMin = 5

/** The median of some rounds, their least and their greatest. */
export type Spread = { median: number; min: number; max: number }
export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
})

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length % 2 ? sorted[(sorted.length - 1) / 2]! : (sorted[sorted.length / 2 - 1]! + sorted[sorted.length / 2]!) / 2
}
