import { median, spread, type Round, type Spread } from './rounds.ts'
import { table } from './table.ts'

export type MeasuredWrite = {
  write: string
  /** What the data grew by in all rounds, and what was acknowledged in them; of `uncertain` requests nobody was told. */
  checked: { grown: number; taken: number; uncertain: number }
  /** L5, a second, before each round. */
  flushes: Spread
  variants: Record<string, MeasuredVariant>
}
export type MeasuredVariant = {
  rate: Spread
  /** To one commit for each request, in the same round. */
  ratio: Spread
  p50: number
  p99: number
  micros: Round['micros']
  commitsPerSecond: number
  itemsPerCommit: number
  /** Commits, and words to other processes. */
  transactionsPerSecond: number
  logBytesPerWrite: number
  diskBytesRead: number
  stolen: number
  errors: Record<string, number>
}

export const oneCommit = 'one commit each'
export const house = 'Atelier'

export const summariseWrite = (
  write: string,
  checked: MeasuredWrite['checked'],
  flushes: readonly number[],
  measured: ReadonlyMap<string, readonly Round[]>,
): MeasuredWrite => {
  const plain = measured.get(oneCommit)!
  const variants: MeasuredWrite['variants'] = {}
  for (const name of [oneCommit, house]) {
    const rounds = measured.get(name)!
    const of = (pick: (round: Round) => number) => median(rounds.map(pick))
    const errors: Record<string, number> = {}
    for (const round of rounds) for (const [kind, count] of Object.entries(round.errors)) errors[kind] = (errors[kind] ?? 0) + count
    variants[name] = {
      rate: spread(rounds.map(({ rate }) => rate)),
      ratio: spread(rounds.map(({ rate }, i) => rate / Math.max(1, plain[i]!.rate))),
      p50: of(({ p50 }) => p50),
      p99: of(({ p99 }) => p99),
      micros: {
        driver: of(({ micros }) => micros.driver),
        server: of(({ micros }) => micros.server),
        database: of(({ micros }) => micros.database),
      },
      commitsPerSecond: of(({ rate, commits, taken }) => (rate * commits) / Math.max(1, taken)),
      itemsPerCommit: of(({ taken, commits }) => taken / Math.max(1, commits)),
      transactionsPerSecond: of(({ rate, written, taken }) => (rate * written.transactions) / Math.max(1, taken)),
      logBytesPerWrite: of(({ written, taken }) => written.logBytes / Math.max(1, taken)),
      diskBytesRead: rounds.reduce((sum, round) => sum + round.diskBytesRead, 0),
      stolen: of(({ stolen }) => stolen),
      errors,
    }
  }
  return { write, checked, flushes: spread(flushes), variants }
}

export const writeTable = (results: readonly MeasuredWrite[]): string => {
  const rows = results.flatMap(({ write, flushes, variants }) => [
    [write, 'L5', whole(flushes.median), `${whole(flushes.min)}–${whole(flushes.max)}`, ...Array<string>(columns.length - 4).fill('')],
    ...Object.entries(variants).map(([name, one]) => [
      '',
      name,
      whole(one.rate.median),
      `${whole(one.rate.min)}–${whole(one.rate.max)}`,
      ...(name === oneCommit ? ['', ''] : [one.ratio.median.toFixed(2), `${one.ratio.min.toFixed(2)}–${one.ratio.max.toFixed(2)}`]),
      ...[one.p50, one.p99, one.micros.driver, one.micros.server, one.micros.database].map((value) => value.toFixed(1)),
      whole(one.commitsPerSecond),
      one.itemsPerCommit.toFixed(1),
      whole(one.logBytesPerWrite),
      (one.stolen * 100).toFixed(1),
      Object.keys(one.errors).length > 0 ? JSON.stringify(one.errors) : '',
    ]),
  ])
  return table(columns, rows)
}

const whole = (value: number) => Math.round(value).toLocaleString('en')

const columns = [
  'write',
  '',
  'per s',
  'rounds',
  '× one',
  'rounds',
  'p50 ms',
  'p99 ms',
  'driver µs',
  'server µs',
  'database µs',
  'commits/s',
  'items each',
  'log B',
  'stolen %',
  'errors',
]
