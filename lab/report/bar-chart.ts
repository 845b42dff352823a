import { at, bottomAxis, frame, type Tone } from './drawing.ts'
import { figureHtml, type Figure } from './figure.ts'
import { short } from './format.ts'
import { html, type Markup } from './markup.ts'
import { linearScale } from './scale.ts'

export type Bar = { name: string; tone: Tone; value: number; text: string }

/** One bar below the other, from zero, with what it stands for at its end. */
export const barChart = ({ bars, unit, ...figure }: Omit<Figure, 'frame' | 'drawing'> & { bars: readonly Bar[]; unit: string }): Markup => {
  const box = { ...frame(52 + bars.length * rowHeight), left: 190, right: 700 }
  const { left, right, top, bottom } = box
  const x = linearScale(Math.max(...bars.map(({ value }) => value)), [left, right], 6)
  const drawing = html`<g class="grid">${x.ticks.map((tick) => html`<path d="M${at(x(tick))} ${at(top)}V${at(bottom)}" />`)}</g>
    ${bottomAxis(box, x, short)}
    <g class="axis"><text x="${at(right + 24)}" y="${at(bottom + 20)}">${unit}</text></g>
    ${bars.map(({ name, tone, value, text }, i) => {
      const y = top + i * rowHeight + gap / 2
      const middle = at(y + (rowHeight - gap) / 2 + 4.5)
      return html`<g class="bar tone-${tone}"
        ><text x="${at(left - 12)}" y="${middle}" text-anchor="end">${name}</text>
        <rect x="${at(left)}" y="${at(y)}" width="${at(Math.max(1, x(value) - left))}" height="${rowHeight - gap}" /><text
          x="${at(Math.max(left + 1, x(value)) + 10)}"
          y="${middle}"
          >${text}</text
        ></g
      > `
    })}`
  return figureHtml({ ...figure, frame: box, drawing })
}

const rowHeight = 34
const gap = 12
