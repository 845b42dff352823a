import type { Spread } from '../rounds.ts'
import { table } from '../table.ts'
import { ratio } from './format.ts'
import type { HistoryEntry, HistoryFigure } from './history.ts'

export type Judgement = 'better' | 'worse' | 'no difference'
export type Comparison = { request: string; variant: string; before: Spread | undefined; now: Spread; judgement: Judgement | undefined }

/** Each figure of now beside its own of then; those that were not measured then are not judged. */
export const compareHistory = (then: readonly HistoryFigure[], now: readonly HistoryFigure[]): Comparison[] =>
  now.map(({ request, variant, ratio }) => {
    const before = then.find((figure) => figure.request === request && figure.variant === variant)?.ratio
    return { request, variant, before, now: ratio, judgement: before && judge(before, ratio) }
  })

/** A difference is one only where the rounds of the two do not overlap. */
export const judge = (then: Spread, now: Spread): Judgement =>
  now.min > then.max ? 'better' : now.max < then.min ? 'worse' : 'no difference'

export const isWorse = (comparisons: readonly Comparison[]): boolean => comparisons.some(({ judgement }) => judgement === 'worse')

export const comparisonText = ({ commit, at }: HistoryEntry, comparisons: readonly Comparison[]): string => {
  const rows = comparisons.map(({ request, variant, before, now, judgement }, i) => [
    comparisons[i - 1]?.request === request ? '' : request,
    variant,
    before ? spreadText(before) : '–',
    spreadText(now),
    before ? `${changeText(now.median / before.median - 1)} %` : '',
    judgement ?? 'not measured then',
  ])
  return `Against ${commit.slice(0, 7)} of ${at.slice(0, 10)}:\n${table(['request', '', 'then', 'now', 'change', ''], rows)}`
}

const spreadText = ({ median, min, max }: Spread) => `${ratio(median)} (${ratio(min)}–${ratio(max)})`
const changeText = (change: number) => `${change < 0 ? '−' : '+'}${Math.abs(change * 100).toFixed(0)}`
