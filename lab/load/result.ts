import type { DatabaseUse } from './database-use.ts'
import type { DriveResult, DriveSecond, Sample } from './driving.ts'
import type { MemoryUse } from './memory-use.ts'
import type { ProcessUse } from './process-meter.ts'
import type { ServerUse } from './server-use.ts'
import type { Verdict } from './verdict.ts'

/** Everything a run found out. Rates are per second, times milliseconds, shares parts of 1, processor time microseconds. */
export type LoadResult = {
  scenario: string
  /** Why the run proves nothing, each a sentence. While there are any, no figure of it may be shown. */
  refusals: string[]
  /** How far the driver gets against the limit L1; undefined when nobody asked. */
  calibration: Calibration | undefined
  /** Undefined when the run was refused before it began. */
  figures: LoadFigures | undefined
  /** Which tier limits; of a refused run, why it was. */
  verdict: Verdict | undefined
}

export type LoadFigures = Omit<DriveResult, 'samples'> & {
  offeredPerSecond: number
  /** The goodput: with the status expected, while the schedule lasted; what is answered after its end is no rate that was kept. */
  answeredPerSecond: number
  /** Answered with 503. */
  refusedPerSecond: number
  /** Kept connections of the driver, one request at a time on each. */
  connectionsMax: number
  /** Of the requests offered, those without the answer expected. */
  errorShare: number
  series: LoadSecond[]
  /** By tier: `generator`, `gateway`, `server`, `database`, whatever was found. */
  tiers: Record<string, TierUse>
  /** The same tiers but for the generator, process by process, where /proc tells. */
  processes: Record<string, ProcessUse>
  /** By tier but for the generator; without what processes share, such as PostgreSQL's buffers. */
  memory: Record<string, MemoryUse>
  /** What the servers and their database told of themselves; undefined where they did not. */
  server: ServerUse | undefined
  database: DatabaseUse | undefined
  /** Processors of the machine. */
  cores: number
  /** Part of the machine's memory that was still to be had at the end. */
  memoryFreeShare: number | undefined
  /** Cores used by processes of no tier: by strangers, or by a tier that was not found. */
  othersCores: number | undefined
  /** Part of the machine's time that the hypervisor gave to others; undefined where it does not tell. */
  stolenShare: number | undefined
  diskBytesRead: number | undefined
  /** Undefined when there was no database to compare with. */
  checked: Checked | undefined
}

export type LoadSecond = DriveSecond & {
  /** Cores used by each tier: 1 is one core all the time. */
  tiers: Record<string, number>
  /** Held by each tier but the generator, in bytes. */
  memoryBytes: Record<string, number>
}

export type TierUse = { cpuMicros: number; cores: number; microsPerAnswer: number }

/** Bodies compared with the database's own, and those that differ. */
export type Checked = { compared: number; different: Sample[] }

export type Calibration = {
  /** Size of L1's answers. */
  bodyBytes: number
  /** Twice the highest rate of the scenario. */
  demandedPerSecond: number
  reachedPerSecond: number
  driverMicrosPerRequest: number
  attempts: number
}

/** What the run promised to keep. */
export type ServiceLevel = {
  p99Ms?: number
  /** Part of the requests offered. */
  errorShare?: number
}

/** A result with what is needed to get it again; `figures` is absent when it was refused. */
export type LoadReport = {
  manifest: Manifest
  level: ServiceLevel & {
    /** Why it was not kept; empty when it was. */
    missed: string[]
  }
  result: LoadResult
}

export type Manifest = {
  commit: string | undefined
  at: string
  machine: string
  /** Exactly as it was given. */
  command: string
  /** Versions, rates, connections, seed, keys: all that was set. */
  configuration: Record<string, unknown>
  dataset: Dataset | undefined
}

export type Dataset = {
  /**
   * SHA-256 of what was imported: of each file its size, a hash of how it begins and ends, and how many of its rows were taken. What
   * was written since is not in it.
   */
  fingerprint: string
  /** Rows as PostgreSQL estimates them. */
  tables: { table: string; rows: number; bytes: number }[]
}
