import { resolve } from 'node:path'
import { secondsOf, type Phase } from '../lab/load/arrivals.ts'
import type { Knee } from '../lab/load/knee.ts'
import type { LoadReport, LoadResult } from '../lab/load/result.ts'
import { recoveriesText, spikeLine, spikeOf, spikePhases, spikeText, type Spike, type SpikeShape } from '../lab/load/spike.ts'
import { writeLoadReport } from '../lab/report/load-report.ts'
import { searchKnee, tellKnee } from './load-knee.ts'
import { openLive } from './load-live.ts'
import { loadManifest, openRuns, refusedCode, writeResult, type LoadFlagValues } from './load-runs.ts'
import { openLoadSetup, type LoadSetup } from './load-setup.ts'

/** `spike` is the last of `spikes`, absent when a run was refused; `knee` is absent when it was given. */
export type SpikeReport = LoadReport & { spike: Spike | undefined; spikes: Spike[]; knee: Knee | undefined }

/** Many times what the service can do, for a while, and back: 0 when it became normal again each time, 1 when not. */
export const loadSpike = async (flags: LoadFlagValues, scenario: string | undefined, signal: AbortSignal): Promise<number> => {
  // Those who are admitted hold a connection while they wait; the others must find one to be refused on.
  await using setup = await openLoadSetup({ ...flags, connections: flags.connections ?? spikeConnections }, scenario)
  const search = flags.knee === undefined ? await searchKnee(flags, setup, signal) : undefined
  // What no soak confirmed is no knee: then there is no spike, and the search is told as `--find-knee` tells it.
  const kneePerSecond = flags.knee ?? (search?.knee.confirmed ? search.knee.keptPerSecond : undefined)
  if (kneePerSecond === undefined) return await tellKnee(flags, setup, search!)
  const shape = { kneePerSecond, times: flags.times, seconds: (search ? undefined : flags.seconds) ?? spikeSeconds }
  const phases = spikePhases(shape)
  const { spikes, last } = await runSpikes(flags, setup, { shape, phases, signal })
  const refused = last.refusals.length > 0
  const report: SpikeReport = {
    manifest: loadManifest(flags, setup, { phases }),
    level: { missed: [] },
    spike: refused ? undefined : spikes.at(-1),
    spikes,
    knee: search?.knee,
    result: last,
  }
  const text = refused
    ? `Refused: there is no figure.\n  ${last.refusals.join('\n  ')}`
    : `${spikeText(spikes.at(-1)!)}${spikes.length > 1 ? `\n${recoveriesText(spikes)}` : ''}`
  await writeResult(flags, report, { text, refused })
  if (flags.report) await writeLoadReport(resolve(flags.report), report)
  if (refused) return refusedCode
  return spikes.every(({ recoverySeconds }) => recoverySeconds !== undefined) ? 0 : 1
}

/** One after the other, each with keys of its own; the first that is refused is the last. */
const runSpikes = async (
  flags: LoadFlagValues,
  setup: LoadSetup,
  { shape, phases, signal }: { shape: SpikeShape; phases: readonly Phase[]; signal: AbortSignal },
): Promise<{ spikes: Spike[]; last: LoadResult }> => {
  const run = openRuns(setup, !flags['no-calibrate'], signal)
  const rounds = flags.rounds ?? 1
  const spikes: Spike[] = []
  for (let round = 0; ; round++) {
    const live = openLive(`spike of ${setup.scenario.name}`, secondsOf(phases))
    const result = await run(phases, { seed: setup.options.drive.seed + round, ...(rounds === 1 && { live }) })
    if (result.refusals.length > 0 || !result.figures) return { spikes, last: { ...result, figures: undefined } }
    spikes.push(spikeOf(result.figures, shape))
    if (rounds > 1) console.error(spikeLine(spikes.at(-1)!))
    if (round + 1 === rounds) return { spikes, last: result }
  }
}

const spikeSeconds = 10
const spikeConnections = 1_024
