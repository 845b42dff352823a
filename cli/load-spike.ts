import { resolve } from 'node:path'
import { secondsOf } from '../lab/load/arrivals.ts'
import type { Knee } from '../lab/load/knee.ts'
import type { LoadReport } from '../lab/load/result.ts'
import { spikeOf, spikePhases, spikeText, type Spike } from '../lab/load/spike.ts'
import { writeLoadReport } from '../lab/report/load-report.ts'
import { searchKnee } from './load-knee.ts'
import { openLive } from './load-live.ts'
import { loadManifest, openRuns, refusedCode, writeResult, type LoadFlagValues } from './load-runs.ts'
import { openLoadSetup } from './load-setup.ts'

/** `spike` is absent when it was refused; `knee` when it was given. */
export type SpikeReport = LoadReport & { spike: Spike | undefined; knee: Knee | undefined }

/** Many times what the service can do, for a while, and back: 0 when it became normal again, 1 when not. */
export const loadSpike = async (flags: LoadFlagValues, scenario: string | undefined, signal: AbortSignal): Promise<number> => {
  // Those who are admitted hold a connection while they wait; the others must find one to be refused on.
  await using setup = await openLoadSetup({ ...flags, connections: flags.connections ?? spikeConnections }, scenario)
  const search = flags.knee === undefined ? await searchKnee(flags, setup, signal) : undefined
  const kneePerSecond = flags.knee ?? search?.knee.keptPerSecond
  if (kneePerSecond === undefined) return (console.error(search?.knee.sentence ?? ''), 1)
  const shape = { kneePerSecond, times: flags.times, seconds: (search ? undefined : flags.seconds) ?? spikeSeconds }
  const phases = spikePhases(shape)
  const run = openRuns(setup, !flags['no-calibrate'], signal)
  const result = await run(phases, { live: openLive(`spike of ${setup.scenario.name}`, secondsOf(phases)) })
  const figures = result.refusals.length > 0 ? undefined : result.figures
  const spike = figures && spikeOf(figures, shape)
  const report: SpikeReport = {
    manifest: loadManifest(flags, setup, { phases }),
    level: { missed: [] },
    spike,
    knee: search?.knee,
    result: { ...result, figures },
  }
  const text = spike ? spikeText(spike) : `Refused: there is no figure.\n  ${result.refusals.join('\n  ')}`
  await writeResult(flags, report, { text, refused: !spike })
  if (flags.report) await writeLoadReport(resolve(flags.report), report)
  if (!spike) return refusedCode
  return spike.recoverySeconds === undefined ? 1 : 0
}

const spikeSeconds = 10
const spikeConnections = 1_024
