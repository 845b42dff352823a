import { resolve } from 'node:path'
import { missedBy } from '../lab/load/judge.ts'
import { findKnee, stepLine, type Knee, type StepResult } from '../lab/load/knee.ts'
import type { LoadReport, LoadResult, ServiceLevel } from '../lab/load/result.ts'
import { verdictRows } from '../lab/load/show-verdict.ts'
import { writeLoadReport } from '../lab/report/load-report.ts'
import { kneeLevelOf, loadManifest, openRuns, refusedCode, writeResult, type LoadFlagValues } from './load-runs.ts'
import { openLoadSetup, type LoadSetup } from './load-setup.ts'

/** A search and the last run of it, which is the soak when one confirmed it. */
export type KneeReport = LoadReport & { knee: Knee }

export const loadKnee = async (flags: LoadFlagValues, scenario: string | undefined, signal: AbortSignal): Promise<number> => {
  // Past the knee answers take long, and 64 connections would be the limit before the server is.
  await using setup = await openLoadSetup({ ...flags, connections: flags.connections ?? kneeConnections }, scenario)
  return await tellKnee(flags, setup, await searchKnee(flags, setup, signal))
}

/** Writes what a search found, and returns the exit code. */
export const tellKnee = async (flags: LoadFlagValues, setup: LoadSetup, { knee, last }: KneeSearch): Promise<number> => {
  const level = kneeLevelOf(flags)
  const figures = last.refusals.length > 0 ? undefined : last.figures
  const report: KneeReport = {
    manifest: loadManifest(flags, setup),
    level: { ...level, missed: figures ? missedBy(figures, level) : [] },
    knee,
    result: { ...last, figures },
  }
  const verdict =
    figures && last.verdict
      ? `\n${verdictRows(last.verdict)
          .map(([name, value]) => `${name.padEnd(11)}${value}`)
          .join('\n')}`
      : ''
  await writeResult(flags, report, { text: `${knee.sentence}${verdict}`, refused: !knee.confirmed && !figures })
  if (flags.report) await writeLoadReport(resolve(flags.report), report)
  return knee.confirmed ? 0 : knee.steps.at(-1)?.outcome === 'refused' ? refusedCode : 1
}

type KneeSearch = { knee: Knee; last: LoadResult }

/** Every step is told on standard error as it ends. */
export const searchKnee = async (flags: LoadFlagValues, setup: LoadSetup, signal: AbortSignal): Promise<KneeSearch> => {
  const level = kneeLevelOf(flags)
  const run = openRuns(setup, !flags['no-calibrate'], signal)
  let last: LoadResult | undefined
  let seed = setup.options.drive.seed
  const knee = await findKnee({
    first: flags.rate ?? firstRate,
    seconds: flags.seconds ?? stepSeconds,
    soakSeconds: flags.soak,
    async measure(rate, seconds) {
      // Other keys each time: those of the step before may be in memory.
      last = await run([{ rate, seconds }], { seed: seed++ })
      return stepResult(last, level)
    },
    heard: (step) => console.error(stepLine(step)),
  })
  return { knee, last: last! }
}

const stepResult = ({ refusals, figures, verdict }: LoadResult, level: ServiceLevel): StepResult => {
  if (refusals.length > 0 || !figures) return { outcome: 'refused', why: refusals }
  const why = missedBy(figures, level)
  const { answeredPerSecond, latency, errorShare } = figures
  return { outcome: why.length > 0 ? 'missed' : 'kept', why, answeredPerSecond, p99: latency.p99, errorShare, limit: verdict?.limit }
}

const kneeConnections = 256
const firstRate = 1_000
const stepSeconds = 5
