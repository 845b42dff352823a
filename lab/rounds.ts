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
}

export type Round = {
  rate: number
  errors: Record<string, number>
  p50: number
  p99: number
  /** Processor time per answer by tier, microseconds. */
  micros: { driver: number; server: number; database: number }
  diskBytesRead: number
  /** Part of the time that the hypervisor gave to others. */
  stolen: number
  samples: DriveResult['samples']
}

/** Measures the variants in turn, A B C A B C …, after a round of each that does not count. */
export const measureRounds = async (
  variants: readonly Variant[],
  rounds: number,
  seconds: number,
  progress: (text: string) => void,
): Promise<Map<string, Round[]>> => {
  const measured = new Map<string, Round[]>(variants.map(({ name }) => [name, []]))
  for (const variant of variants) await measure(variant, Math.min(1, seconds), 1)
  for (let round = 1; round <= rounds; round++) {
    for (const variant of variants) {
      const result = await measure(variant, seconds, round + 1)
      measured.get(variant.name)!.push(result)
      progress(`round ${round}/${rounds}  ${variant.name.padEnd(24)}${Math.round(result.rate).toLocaleString('en').padStart(8)}/s`)
    }
  }
  return measured
}

const measure = async ({ drive, serverPids, postmasterPid }: Variant, seconds: number, seed: number): Promise<Round> => {
  const database = postmasterPid ? [postmasterPid, ...childrenOf(postmasterPid)] : []
  const before = { server: cpuMicros(serverPids), database: cpuMicros(database), disk: diskBytesRead() }
  const stolen = openStealMeter()
  const options: DriveOptions = { ...drive, seconds, seed: seed * 2_654_435_761 }
  const driver = Bun.spawn([process.execPath, join(import.meta.dir, 'drive.ts'), JSON.stringify(options)], {
    stdout: 'pipe',
    timeout: (seconds + 30) * 1000,
  })
  const result = JSON.parse(await new Response(driver.stdout).text()) as DriveResult
  const per = (micros: number) => micros / Math.max(1, result.answers)
  return {
    rate: result.answers / result.seconds,
    errors: result.errors,
    p50: result.p50,
    p99: result.p99,
    micros: {
      driver: per(result.cpuMicros),
      server: per(cpuMicros(serverPids) - before.server),
      database: per(cpuMicros(database) - before.database),
    },
    diskBytesRead: diskBytesRead() - before.disk,
    stolen: stolen(),
    samples: result.samples,
  }
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length % 2 ? sorted[(sorted.length - 1) / 2]! : (sorted[sorted.length / 2 - 1]! + sorted[sorted.length / 2]!) / 2
}
