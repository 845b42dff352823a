import { appendFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Measured } from '../bench-report.ts'
import { house, type MeasuredWrite } from '../bench-write-report.ts'
import type { Spread } from '../rounds.ts'

/** What a run of the benchmark found a commit capable of: a line of JSON in docs/results/history.jsonl. */
export type HistoryEntry = {
  /** In full. */
  commit: string
  /** It was not exactly that commit. */
  uncommitted: boolean
  at: string
  machine: string
  configuration: Record<string, unknown>
  figures: HistoryFigure[]
}

export type HistoryFigure = {
  request: string
  variant: string
  /** Of reads to L1, of writes to one commit for each request, in the same round; over the rounds. */
  ratio: Spread
  /** Processor time an answer by tier, median of the rounds. */
  micros: { driver: number; server: number; database: number }
}

export const historyFile = join(import.meta.dir, '../../docs/results/history.jsonl')

/** Without the limits: they are 1 by definition. */
export const figuresOf = (reads: readonly Measured[], writes: readonly MeasuredWrite[]): HistoryFigure[] => [
  ...reads.flatMap(({ request, variants }) =>
    Object.entries(variants)
      .filter(([variant]) => variant !== 'L1')
      .map(([variant, { ratio, micros }]) => ({ request, variant, ratio, micros })),
  ),
  ...writes.map(({ write, variants }) => {
    const { ratio, micros } = variants[house]!
    return { request: write, variant: house, ratio, micros }
  }),
]

export const appendHistory = async (entry: HistoryEntry, file = historyFile): Promise<void> => {
  await mkdir(dirname(file), { recursive: true })
  await appendFile(file, `${JSON.stringify(entry)}\n`)
}

/** The oldest first; none without a file. */
export const readHistory = async (file = historyFile): Promise<HistoryEntry[]> => {
  const text = (await Bun.file(file).exists()) ? await Bun.file(file).text() : ''
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    try {
      return JSON.parse(line) as HistoryEntry
    } catch (error) {
      throw new Error(`${file}, line ${i + 1}, is no JSON.`, { cause: error })
    }
  })
}

/** Of how long was measured the ratio does not depend; of all else it may. */
export const isComparable = (a: Conditions, b: Conditions): boolean =>
  a.machine === b.machine && Bun.deepEquals(conditionsOf(a.configuration), conditionsOf(b.configuration))

/** The last comparable one of the first of these commits that has one. What was not committed is no commit's. */
export const lastEntry = (entries: readonly HistoryEntry[], commits: readonly string[], like: Conditions): HistoryEntry | undefined => {
  const found = new Map(entries.filter((entry) => !entry.uncommitted && isComparable(entry, like)).map((entry) => [entry.commit, entry]))
  return commits.flatMap((commit) => found.get(commit) ?? [])[0]
}

export type Conditions = Pick<HistoryEntry, 'machine' | 'configuration'>

/** As JSON would have it: what is undefined is not there. */
const conditionsOf = (configuration: Record<string, unknown>) =>
  JSON.parse(JSON.stringify({ ...configuration, rounds: undefined, seconds: undefined })) as Record<string, unknown>
