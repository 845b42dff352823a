import { median, spread, type Round, type Spread } from './rounds.ts'
import { table } from './table.ts'

export type Measured = {
  request: string
  bytes: number
  /** Answers compared with the database's own. */
  checked: number
  errors: Record<string, number>
  variants: Record<
    string,
    {
      rate: number
      /** To L1 in the same round. */ ratio: Spread
      p50: number
      p99: number
      micros: Round['micros']
      diskBytesRead: number
      stolen: number
    }
  >
}

export const summarise = (request: string, bytes: number, checked: number, measured: ReadonlyMap<string, Round[]>): Measured => {
  const limits = measured.get('L1')!
  const errors: Record<string, number> = {}
  const variants: Measured['variants'] = {}
  for (const [name, rounds] of measured) {
    for (const round of rounds) for (const [kind, count] of Object.entries(round.errors)) errors[kind] = (errors[kind] ?? 0) + count
    const ratios = rounds.map(({ rate }, i) => rate / limits[i]!.rate)
    const of = (pick: (round: Round) => number) => median(rounds.map(pick))
    variants[name] = {
      rate: of(({ rate }) => rate),
      ratio: spread(ratios),
      p50: of(({ p50 }) => p50),
      p99: of(({ p99 }) => p99),
      micros: {
        driver: of(({ micros }) => micros.driver),
        server: of(({ micros }) => micros.server),
        database: of(({ micros }) => micros.database),
      },
      diskBytesRead: rounds.reduce((sum, round) => sum + round.diskBytesRead, 0),
      stolen: of(({ stolen }) => stolen),
    }
  }
  return { request, bytes, checked, errors, variants }
}

export const benchTable = (results: readonly Measured[]): string => {
  const rows = results.flatMap(({ request, bytes, errors, variants }) =>
    Object.entries(variants).map(([name, { rate, ratio, p99, micros }]) => [
      name === 'L1' ? `${request} (${bytes} B)` : '',
      name,
      Math.round(rate).toLocaleString('en'),
      name === 'L1' ? '' : ratio.median.toFixed(2),
      name === 'L1' ? '' : `${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)}`,
      p99.toFixed(1),
      ...[micros.driver, micros.server, micros.database].map((value) => value.toFixed(1)),
      name === 'L1' && Object.keys(errors).length > 0 ? JSON.stringify(errors) : '',
    ]),
  )
  return table(['request', '', 'per s', '× L1', 'rounds', 'p99 ms', 'driver µs', 'server µs', 'database µs', 'errors'], rows)
}
