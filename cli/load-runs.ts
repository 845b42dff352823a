import { resolve } from 'node:path'
import type { Phase } from '../lab/load/arrivals.ts'
import { openCalibrations } from '../lab/load/calibrations.ts'
import { highestRate } from '../lab/load/arrivals.ts'
import { manifestOf } from '../lab/load/manifest.ts'
import type { LoadResult, LoadSecond, Manifest, ServiceLevel } from '../lab/load/result.ts'
import { runLoad } from '../lab/load/run.ts'
import type { FlagValues } from './command.ts'
import { environment } from './environment.ts'
import type { loadFlags } from './load-flags.ts'
import { waitingMaxOf, type LoadSetup } from './load-setup.ts'

export type LoadFlagValues = FlagValues<typeof loadFlags>
export type RunWatch = { seed?: number; live?: (second: LoadSecond) => void }

/** Runs of one setup with arrivals of many shapes; what the driver has proven that it reaches is not asked of it again. */
export const openRuns = (setup: LoadSetup, calibrated: boolean, signal: AbortSignal) => {
  const { options } = setup
  const calibrations = openCalibrations(options.drive, signal)
  return async (phases: readonly Phase[], { seed = options.drive.seed, live }: RunWatch = {}): Promise<LoadResult> =>
    runLoad({
      ...options,
      drive: { ...options.drive, phases, seed, waitingMax: waitingMaxOf(phases) },
      calibration: calibrated && (await calibrations(highestRate(phases))),
      signal,
      ...(live && { live }),
    })
}

export const levelOf = ({ 'p99-ms': p99Ms, errors: errorShare }: LoadFlagValues): ServiceLevel => ({
  ...(p99Ms !== undefined && { p99Ms }),
  ...(errorShare !== undefined && { errorShare }),
})

/** A rate is a knee only of a level. */
export const kneeLevelOf = (flags: LoadFlagValues): Required<ServiceLevel> => ({ p99Ms: 50, errorShare: 0.001, ...levelOf(flags) })

export const loadManifest = (
  flags: LoadFlagValues,
  { scenario, options, dataset }: LoadSetup,
  more: Record<string, unknown> = {},
): Manifest => {
  const { 'database-url': _, ...settings } = flags
  const configuration = { version: environment.version, ...settings, connections: options.drive.connections, scenario, ...more }
  return manifestOf(process.argv.slice(2), configuration, dataset)
}

/** As the flags want it: JSON into a file, JSON or the text on standard output; why there is no result, on standard error. */
export const writeResult = async (
  flags: LoadFlagValues,
  report: object,
  { text, refused }: { text: string; refused: boolean },
): Promise<void> => {
  const json = `${JSON.stringify(report, null, 2)}\n`
  if (flags.out) await Bun.write(resolve(flags.out), json)
  if (flags.json) process.stdout.write(json)
  if (refused) console.error(text)
  else if (!flags.json) console.log(text)
}

export const refusedCode = 3
