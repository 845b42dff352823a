import { secondsOf } from '../lab/load/arrivals.ts'
import { compare, comparedOf, comparisonText, interleaved, type Compared, type Comparison } from '../lab/load/compare.ts'
import { kinds, missedBy } from '../lab/load/judge.ts'
import type { LoadFigures, LoadResult, Manifest, ServiceLevel } from '../lab/load/result.ts'
import type { LoadMode } from './load-mode.ts'
import { levelOf, loadManifest, openRuns, refusedCode, writeResult, type LoadFlagValues } from './load-runs.ts'
import { openLoadSetup, readScenario } from './load-setup.ts'
import { openSides } from './load-sides.ts'

export type CompareReport = {
  manifest: Manifest
  level: ServiceLevel
  /** In their order: A B A B … A. */
  rounds: { name: string; result: LoadResult; missed: string[] }[]
  /** Absent when a round was refused. */
  comparisons: Comparison[] | undefined
}

/** The same load on A and B in turn; the ratio of what came of it, and what A shows against itself. */
export const loadCompare = async (flags: LoadFlagValues, mode: LoadMode & { kind: 'compare' }, interrupt: AbortSignal): Promise<number> => {
  // A wrong one is to be told before anything is started.
  if (mode.scenario !== undefined) await readScenario(mode.scenario)
  await using sides = await openSides(mode.a, mode.b, { flags, signal: interrupt, say: (line) => console.error(line) })
  const { a, b, signal, databaseUrl = flags['database-url'] } = sides
  await using opened = new AsyncDisposableStack()
  const setup = async (url: string) => opened.use(await openLoadSetup({ ...flags, url, 'database-url': databaseUrl }, mode.scenario))
  const [ofA, ofB] = [await setup(a.url), await setup(b.url)]
  const runs = { a: openRuns(ofA, !flags['no-calibrate'], signal), b: openRuns(ofB, !flags['no-calibrate'], signal) }
  const level = levelOf(flags)
  const compared: Record<'a' | 'b', Compared[]> = { a: [], b: [] }
  const rounds: CompareReport['rounds'] = []
  const count = flags.rounds ?? roundsUnlessTold
  const total = 2 * count + 1
  for (const [i, side] of interleaved(count).entries()) {
    // A and the B after it are asked for the same keys.
    const seed = ofA.options.drive.seed + (i >> 1)
    const { name } = side === 'a' ? a : b
    const result = await unrefused(() => runs[side](ofA.phases, { seed }))
    const { figures, refusals } = result
    const isRefused = refusals.length > 0 || !figures
    rounds.push({ name, result: isRefused ? { ...result, figures: undefined } : result, missed: isRefused ? [] : missedBy(figures, level) })
    console.error(roundLine(`${i + 1}/${total}`, name, isRefused ? undefined : figures, refusals))
    if (isRefused) break
    compared[side].push(comparedOf(figures))
  }
  const isWhole = compared.b.length === count && compared.a.length === count + 1
  const comparisons = isWhole ? compare(compared.a, compared.b) : undefined
  const manifest = loadManifest(flags, ofA, {
    url: { [a.name]: a.url, [b.name]: b.url },
    sides: { [a.name]: a.was, [b.name]: b.was },
    phases: ofA.phases,
  })
  const report: CompareReport = { manifest, level, rounds, comparisons }
  const text = comparisons
    ? `${count} rounds of ${secondsOf(ofA.phases)} s\n${comparisonText(comparisons, { a: a.name, b: b.name })}`
    : 'Refused: there is no comparison.'
  await writeResult(flags, report, { text, refused: !comparisons })
  if (!comparisons) return refusedCode
  return rounds.some(({ missed }) => missed.length > 0) ? 1 : 0
}

/** A bad moment of the machine must not end it all. */
const unrefused = async (run: () => Promise<LoadResult>): Promise<LoadResult> => {
  for (let attempts = 1; ; attempts++) {
    const result = await run()
    if (result.refusals.length === 0 || attempts === attemptsMax) return result
  }
}

const roundLine = (round: string, name: string, figures: LoadFigures | undefined, refusals: readonly string[]): string => {
  if (!figures) return `${round}  ${name}  refused: ${refusals.join(' ')}`
  const { answeredPerSecond, latency, errors } = figures
  const failed = Object.keys(errors).length > 0 ? `  errors ${kinds(errors)}` : ''
  return `${round}  ${name}  answered ${Math.round(answeredPerSecond).toLocaleString('en')}/s  p50 ${latency.p50.toFixed(2)} ms  p99 ${latency.p99.toFixed(2)} ms${failed}`
}

const attemptsMax = 3
const roundsUnlessTold = 5
