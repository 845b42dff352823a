import { roundsMin, spread, type Spread } from '../rounds.ts'
import type { LoadFigures } from './result.ts'

/** Of one run, what two variants are compared by. */
export type Compared = {
  answeredPerSecond: number
  p50: number
  p99: number
  /** Of all tiers but the generator. */
  cpuMicrosPerAnswer: number
}
export const comparedFigures = ['answeredPerSecond', 'p50', 'p99', 'cpuMicrosPerAnswer'] as const satisfies (keyof Compared)[]

export const comparedOf = ({ answeredPerSecond, latency, tiers }: LoadFigures): Compared => ({
  answeredPerSecond,
  p50: latency.p50,
  p99: latency.p99,
  cpuMicrosPerAnswer: Object.entries(tiers)
    .filter(([tier]) => tier !== 'generator')
    .reduce((sum, [, { microsPerAnswer }]) => sum + microsPerAnswer, 0),
})

export type Comparison = {
  figure: keyof Compared
  a: Spread
  b: Spread
  /** B over A: of each B, over the geometric mean of the A before it and the A after it. */
  ratio: Spread
  /** A over the A before it: what nothing at all makes. */
  noise: Spread
  /** Undefined when there were fewer rounds than a difference needs. */
  differs: boolean | undefined
}

/**
 * A before and after every B: whatever drifts, the machine or the data, is the same for both. There is a difference when every round
 * shows it, and when it is greater than what A shows against itself. Of few rounds chance alone may do both, so nothing is said of them.
 */
export const compare = (a: readonly Compared[], b: readonly Compared[]): Comparison[] => {
  if (b.length === 0 || a.length !== b.length + 1) throw new Error('A comparison needs an A before and after every B.')
  return comparedFigures.map((figure) => {
    const [ofA, ofB] = [a, b].map((runs) => runs.map((run) => Math.max(Number.MIN_VALUE, run[figure])))
    const ratio = spread(ofB!.map((value, i) => value / Math.sqrt(ofA![i]! * ofA![i + 1]!)))
    const noise = spread(ofA!.slice(1).map((value, i) => value / ofA![i]!))
    const reach = Math.max(...[noise.min, noise.max].map((one) => Math.abs(Math.log(one))))
    const differs = b.length < roundsMin ? undefined : (ratio.min > 1 || ratio.max < 1) && Math.abs(Math.log(ratio.median)) > reach
    return { figure, a: spread(ofA!), b: spread(ofB!), ratio, noise, differs }
  })
}

/** A B A B … A. */
export const interleaved = (rounds: number): ('a' | 'b')[] => Array.from({ length: 2 * rounds + 1 }, (_, i) => (i % 2 === 0 ? 'a' : 'b'))

/** A line for each figure, and why nothing is said of a difference when nothing is. */
export const comparisonText = (comparisons: readonly Comparison[], names: { a: string; b: string }): string => {
  const lines = comparisons.map(
    ({ figure, a, b, ratio, noise, differs }) =>
      `${labels[figure].padEnd(16)}${names.a} ${shown(a.median)}  ${names.b} ${shown(b.median)}  ${names.b}/${names.a} ${spreadText(ratio)}  ${names.a}/${names.a} ${spreadText(noise)}` +
      (differs === undefined ? '' : differs ? `  ${names.b} is ${ratio.median.toFixed(2)} times ${names.a}` : '  no difference'),
  )
  const isJudged = comparisons.every(({ differs }) => differs !== undefined)
  return [...lines, ...(isJudged ? [] : [`Fewer than ${roundsMin} rounds say nothing of a difference.`])].join('\n')
}

const labels: Record<keyof Compared, string> = {
  answeredPerSecond: 'answered/s',
  p50: 'p50 ms',
  p99: 'p99 ms',
  cpuMicrosPerAnswer: 'CPU µs/answer',
}
const spreadText = ({ median, min, max }: Spread) => `${median.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`
const shown = (value: number) => (value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en'))
