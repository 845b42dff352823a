import { html, type Markup } from './markup.ts'
import type { Scale } from './scale.ts'

/** Colours by what they mean; the style sheet has them for light and for dark. */
export type Tone = 'blue' | 'orange' | 'green' | 'purple' | 'grey' | 'red'

/** A drawing and the part of it inside the axes; all in the units of its view box. */
export type Frame = { width: number; height: number; left: number; right: number; top: number; bottom: number }

export const frame = (height: number): Frame => ({ width: 1000, height, left: 64, right: 880, top: 14, bottom: height - 30 })

export type XY = readonly [x: number, y: number]

/** A tenth of a unit is finer than anybody sees, and shorter. */
export const at = (value: number): string => String(Math.round(value * 10) / 10)

/** A line through the points; it is interrupted where there is none. */
export const linePath = (points: readonly (XY | undefined)[]): string =>
  points
    .flatMap((point, i) =>
      point ? [`${points[i - 1] ? 'L' : 'M'}${at(point[0])} ${at(point[1])}${isAlone(points, i) ? 'h0.1' : ''}`] : [],
    )
    .join('')

/** What lies between the line and `baseline`. */
export const areaPath = (points: readonly (XY | undefined)[], baseline: number): string =>
  runs(points)
    .map((run) => `${linePath(run)}L${at(run.at(-1)![0])} ${at(baseline)}L${at(run[0]![0])} ${at(baseline)}Z`)
    .join('')

/** A point without neighbours would be a line of no length, which is not drawn. */
const isAlone = (points: readonly (XY | undefined)[], i: number) => !points[i - 1] && !points[i + 1]

const runs = (points: readonly (XY | undefined)[]): XY[][] => {
  const found: XY[][] = []
  for (const [i, point] of points.entries()) {
    if (!point) continue
    if (points[i - 1]) found.at(-1)!.push(point)
    else found.push([point])
  }
  return found
}

/** Lines across at the ticks, and what they stand for on the left. */
export const horizontalGrid = ({ left, right }: Frame, scale: Scale, text: (value: number) => string): Markup =>
  html`<g class="grid">${scale.ticks.map((tick) => html`<path d="M${at(left)} ${at(scale(tick))}H${at(right)}" />`)}</g>
    <g class="axis" text-anchor="end"
      >${scale.ticks.map((tick) => html`<text x="${at(left - 10)}" y="${at(scale(tick) + 4)}">${text(tick)}</text>`)}</g
    >`

/** Ticks below the drawing. */
export const bottomAxis = ({ bottom, left, right }: Frame, scale: Scale, text: (value: number) => string): Markup =>
  html`<path class="base" d="M${at(left)} ${at(bottom)}H${at(right)}" />
    <g class="axis" text-anchor="middle"
      >${scale.ticks.map((tick) => html`<path d="M${at(scale(tick))} ${at(bottom)}v5" /><text x="${at(scale(tick))}" y="${at(bottom + 20)}">${text(tick)}</text>`)}</g
    >`

export type EndLabel = { y: number; name: string; tone: Tone; dashed?: boolean | undefined }

/** Names at the ends of lines, moved apart where they would overlap: nobody has to look anything up. */
export const endLabels = (frame: Frame, labels: readonly EndLabel[]): Markup => {
  const x = frame.right + 10
  return html`<g class="names"
    >${spreadOut(labels, frame).map(
      ({ name, tone, dashed, y }) =>
        html`<g class="tone-${tone}"
          ><path class="line${dashed && ' dashed'}" d="M${at(x)} ${at(y)}h16" /><text x="${at(x + 22)}" y="${at(y + 4)}">${name}</text></g
        >`,
    )}</g
  >`
}

const spreadOut = (labels: readonly EndLabel[], { top, bottom }: Frame): EndLabel[] => {
  const sorted = [...labels].sort((a, b) => a.y - b.y)
  const placed: EndLabel[] = []
  for (const label of sorted) placed.push({ ...label, y: Math.max(label.y, top, (placed.at(-1)?.y ?? -lineHeight) + lineHeight) })
  for (let i = placed.length - 1, floor = bottom; i >= 0; i--, floor -= lineHeight) placed[i]!.y = Math.min(placed[i]!.y, floor)
  return placed
}

/** A dashed line at a bound, with its name above it, or below where there is no room. */
export const boundLine = ({ left, top }: Frame, y: number, to: number, text: string): Markup =>
  html`<g class="bound"
    ><path d="M${at(left)} ${at(y)}H${at(to)}" /><text x="${at(left + 6)}" y="${at(y - 5 < top + lineHeight / 2 ? y + 15 : y - 5)}"
      >${text}</text
    ></g
  >`

const lineHeight = 17
