import type { LoadFigures } from '../load/result.ts'
import { at } from './drawing.ts'
import { bytes, ms, percent, rate, shortMs, whole } from './format.ts'
import { html, type Markup } from './markup.ts'
import { logScale } from './scale.ts'

/** Each kind of request of the mix in a row: its figures and, on one axis for all, where its p50, p99 and slowest lie. */
export const partRanges = ({ parts, seconds }: Pick<LoadFigures, 'parts' | 'seconds'>): Markup => {
  const answered = parts.filter((part) => part.answered > 0)
  const least = Math.min(...answered.map(({ latency }) => latency.p50))
  const x = logScale(answered.length > 0 ? least : 1, Math.max(1, ...answered.map(({ latency }) => latency.max)), [10, width - 10], 4)
  const named = x.ticks.filter((tick, i) => i === 0 || x(tick) - x(x.ticks[i - 1]!) >= tickTextWidth)
  const ticks = html`<g class="grid">${x.ticks.map((tick) => html`<path d="M${at(x(tick))} 0V${height}" />`)}</g>`
  return html`<section id="parts">
    <h2>By kind of request</h2>
    <p class="says">The line runs from p50 (the dot) over p99 (the bar) to the slowest, by tens, on one axis for all.</p>
    <div class="canvas">
      <table class="parts">
        <caption>
          Rate, size, latency and errors of each kind of request
        </caption>
        <thead>
          <tr>
            <th scope="col" class="text">Request</th>
            <th scope="col">Answered</th>
            <th scope="col">Body</th>
            <th scope="col">p50</th>
            <th scope="col">p99</th>
            <th scope="col">p99.9</th>
            <th scope="col">Slowest</th>
            <th scope="col">Errors</th>
            <th scope="col" class="text">
              <svg
                class="range"
                viewBox="0 0 ${width} ${height}"
                role="img"
                aria-label="axis from ${shortMs(x.ticks[0]!)} to ${shortMs(x.ticks.at(-1)!)}"
              >
                <g class="axis">
                  ${named.map(
                    (tick, i) =>
                      html`<text x="${at(x(tick))}" y="17" text-anchor="${i === 0 ? 'start' : x(tick) > width - 24 ? 'end' : 'middle'}"
                        >${shortMs(tick)}</text
                      >`,
                  )}
                </g>
              </svg>
            </th>
          </tr>
        </thead>
        <tbody>
          ${parts.map(({ name, offered, answered, errors, bodyBytes, latency }) => {
            const cells =
              answered > 0
                ? [
                    rate(answered / seconds),
                    bytes(bodyBytes / answered),
                    ms(latency.p50),
                    ms(latency.p99),
                    ms(latency.p999),
                    ms(latency.max),
                  ]
                : [rate(0), '–', '–', '–', '–', '–']
            const errorText = errors > 0 ? `${whole(errors)} (${percent(errors / Math.max(1, offered))})` : '0'
            return html`<tr>
              <th scope="row" class="text"><bdi>${name}</bdi></th>
              ${[...cells, errorText].map((cell) => html`<td>${cell}</td>`)}
              <td class="text">
                <svg
                  class="range"
                  viewBox="0 0 ${width} ${height}"
                  role="img"
                  aria-label="${answered > 0 ? `p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)}, slowest ${ms(latency.max)}` : 'no answer'}"
                >
                  ${ticks}${answered > 0 && rangeOf(x(latency.p50), x(latency.p99), x(latency.max))}
                </svg>
              </td>
            </tr> `
          })}
        </tbody>
      </table>
    </div>
  </section>`
}

const rangeOf = (p50: number, p99: number, max: number) =>
  html`<g class="tone-blue"
    ><path class="thin" d="M${at(p99)} 12H${at(max)}" /><path class="line" d="M${at(p50)} 12H${at(p99)}" /><path
      class="line"
      d="M${at(p99)} 6V18" /><circle cx="${at(p50)}" cy="12" r="4"
  /></g>`

const width = 220
const height = 24
const tickTextWidth = 50
