import type { LoadFigures } from '../load/result.ts'
import { tableHtml } from './figure.ts'
import { duration, ms, rate, whole } from './format.ts'
import { html, type Markup } from './markup.ts'

/** Each step of a run that has many; a run of one step has nothing to compare. */
export const phaseTable = ({ phases }: Pick<LoadFigures, 'phases'>): Markup | undefined => {
  if (phases.length < 2) return undefined
  const table = tableHtml(
    'Rate, latency and refusals of each phase',
    ['Phase', 'Length', 'Offered', 'Answered', 'p50', 'p99', 'Refused', 'p99 of refusals', 'Failed'].map((name) => ({ name })),
    phases.map(({ rate: from, to, seconds, offered, answered, latency, refused, failed }, i) => [
      `${i + 1}: ${rate(from)}${to === undefined || to === from ? '' : ` to ${rate(to)}`}`,
      duration(seconds),
      whole(offered),
      rate(answered / seconds),
      ...(answered > 0 ? [ms(latency.p50), ms(latency.p99)] : ['–', '–']),
      whole(refused.count),
      refused.count > 0 ? ms(refused.p99) : '–',
      whole(failed),
    ]),
  )
  // Those of a spike are fifty.
  return html`<section id="phases">
    <h2>By phase</h2>
    ${
      phases.length > shownMax
        ? html`<details>
            <summary>${phases.length} phases in numbers</summary>
            <div class="canvas">${table}</div>
          </details>`
        : html`<div class="canvas">${table}</div>`
    }
  </section>`
}

const shownMax = 12
