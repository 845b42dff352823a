import type { Knee, KneeStep } from '../load/knee.ts'
import type { ServiceLevel } from '../load/result.ts'
import { at, bottomAxis, boundLine, frame, horizontalGrid } from './drawing.ts'
import { figureHtml, tableHtml } from './figure.ts'
import { ms, percent, rate, shortMs, whole } from './format.ts'
import { html, type Markup } from './markup.ts'
import { linearScale, logScale } from './scale.ts'

/** The steps of a search: at which rates the service level was kept, and what p99 was there. */
export const kneeSection = ({ sentence, steps }: Knee, { p99Ms }: ServiceLevel): Markup => {
  const measured = steps.filter((step): step is KneeStep & { p99: number } => step.p99 !== undefined)
  const box = frame(300)
  const { left, right, top, bottom } = box
  const x = linearScale(Math.max(0, ...steps.map(({ rate }) => rate)), [left, right], 8)
  const values = [...measured.map(({ p99 }) => p99), p99Ms ?? []].flat().filter((value) => value > 0)
  const y = logScale(Math.min(...values, 1e6), Math.max(...values, 0), [bottom, top])
  const drawing = html`${horizontalGrid(box, y, shortMs)} ${bottomAxis(box, x, (perSecond) => `${whole(perSecond)}/s`)}
  ${p99Ms !== undefined && boundLine(box, y(p99Ms), right, `service level: p99 within ${shortMs(p99Ms)}`)}
  ${measured.map(
    ({ kind, outcome, rate, p99 }) =>
      html`<circle
        class="${outcome === 'kept' ? 'solid' : 'hollow'} tone-${outcome === 'kept' ? 'blue' : 'red'}"
        cx="${at(x(rate))}"
        cy="${at(y(p99))}"
        r="${kind === 'soak' ? 8 : 5}"
      />`,
  )}`
  return figureHtml({
    id: 'knee',
    title: 'The knee',
    says: `${sentence} Each dot is a step of the search: full where the service level was kept, hollow where it was missed, large for a soak.`,
    frame: box,
    drawing,
    readings: measured.map(({ rate: perSecond, p99, outcome }) => [x(perSecond), `${rate(perSecond)}: p99 ${ms(p99)}, ${outcome}`]),
    table: tableHtml(
      'Steps of the search in their order',
      [
        { name: 'Step', text: true },
        { name: 'Rate' },
        { name: 'Length' },
        { name: 'Answered' },
        { name: 'p99' },
        { name: 'Errors' },
        { name: 'Outcome', text: true },
        { name: 'Limit', text: true },
      ],
      steps.map((step) => [
        step.kind,
        rate(step.rate),
        `${step.seconds} s`,
        step.answeredPerSecond === undefined ? '–' : rate(step.answeredPerSecond),
        step.p99 === undefined ? '–' : ms(step.p99),
        step.errorShare === undefined ? '–' : percent(step.errorShare),
        step.outcome,
        step.limit ?? '',
      ]),
    ),
  })
}
