import {
  areaPath,
  at,
  bottomAxis,
  boundLine,
  endLabels,
  frame,
  horizontalGrid,
  linePath,
  type EndLabel,
  type Tone,
  type XY,
} from './drawing.ts'
import { figureHtml, tableHtml } from './figure.ts'
import { html, type Markup } from './markup.ts'
import { linearScale, logScale, timeScale } from './scale.ts'
import type { Moment } from './timeline.ts'

/** Where a point begins, and of how many seconds it is. */
type Span = { second: number; seconds: number }

export type TimeLine<M extends Span = Moment> = {
  name: string
  tone: Tone
  of: (moment: M) => number | undefined
  dashed?: boolean
  /** Fills what is below it. */
  area?: boolean
}

export type TimeChart<M extends Span = Moment> = {
  id: string
  title: string
  says: string
  moments: readonly M[]
  lines: readonly TimeLine<M>[]
  height: number
  /** Of values in the table and under the pointer. */
  text: (value: number) => string
  /** Of ticks; the same unless told. */
  tickText?: (value: number) => string
  /** By tens, when the values are more than a factor of ten apart. */
  maybeLog?: boolean
  bound?: { value: number; text: string } | undefined
}

/** Values over the seconds of a run, the warm-up shaded. */
export const timeChart = <M extends Span>(chart: TimeChart<M>): Markup => {
  const { id, title, says, moments, lines, height, text, tickText = text, bound } = chart
  const box = frame(height)
  const { left, right, top, bottom } = box
  const [first, last] = [moments[0]?.second ?? 0, moments.at(-1)]
  const x = timeScale([first, last ? last.second + last.seconds : 1], [left, right])
  const values = [...lines.flatMap(({ of }) => moments.flatMap((moment) => of(moment) ?? [])), ...(bound ? [bound.value] : [])]
  const above = values.filter((value) => value > 0)
  const [least, most] = [Math.min(...above), Math.max(...above, 0)]
  const y = chart.maybeLog && most > 10 * least ? logScale(least, most, [bottom, top]) : linearScale(most, [bottom, top])
  const middle = ({ second, seconds }: Span) => x(second + seconds / 2)
  const drawn = lines.map((line) => ({
    ...line,
    points: moments.map((moment): XY | undefined => {
      const value = line.of(moment)
      return value === undefined ? undefined : [middle(moment), y(value)]
    }),
  }))
  const labels = drawn.flatMap(({ name, tone, dashed, points }): EndLabel[] => {
    const end = points.findLast((point) => point !== undefined)
    return end ? [{ name, tone, dashed, y: end[1] }] : []
  })
  const drawing = html`${
    first < 0 &&
    html`<g class="warmup"
      ><path d="M${at(left)} ${at(top)}H${at(x(0))}V${at(bottom)}H${at(left)}Z" />${
        x(0) - left > warmupTextWidth && html`<text x="${at(left + 6)}" y="${at(top + 14)}">warm-up</text>`
      }</g
    >`
  }
  ${horizontalGrid(box, y, tickText)} ${bottomAxis(box, x, clockText(x.ticks))}
  ${drawn.map(
    ({ tone, area, dashed, points }) =>
      html`<g class="tone-${tone}"
        >${area && html`<path class="area" d="${areaPath(points, bottom)}" />`}<path
          class="line${dashed && ' dashed'}"
          d="${linePath(points)}"
      /></g> `,
  )}
  ${bound && boundLine(box, y(bound.value), right, bound.text)} ${endLabels(box, labels)}`
  const shown = (value: number | undefined) => (value === undefined ? '–' : text(value))
  return figureHtml({
    id,
    title,
    says,
    frame: box,
    drawing,
    readings: moments.map((moment) => [
      middle(moment),
      `${secondsText(moment)}: ${lines.map(({ name, of }) => `${name} ${shown(of(moment))}`).join(', ')}`,
    ]),
    table: tableHtml(
      `${title} by time from the beginning`,
      [{ name: 'From' }, ...lines.map(({ name }) => ({ name }))],
      moments.map((moment) => [secondsText(moment), ...lines.map(({ of }) => shown(of(moment)))]),
    ),
  })
}

/** Minutes, where all ticks are whole ones. */
const clockText = (ticks: readonly number[]) => {
  const inMinutes = ticks.length > 1 && ticks.every((tick) => tick % 60 === 0)
  return (second: number) => (inMinutes ? `${second / 60} min` : `${second} s`)
}

const secondsText = ({ second }: Span) => `${second} s`
const warmupTextWidth = 62
