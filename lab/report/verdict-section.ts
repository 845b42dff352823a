import type { RequestTime } from '../load/verdict-time.ts'
import type { Finding, Verdict } from '../load/verdict.ts'
import { barChart, type Bar } from './bar-chart.ts'
import { at } from './drawing.ts'
import { tableHtml } from './figure.ts'
import { ms, percent, short } from './format.ts'
import { html, type Markup } from './markup.ts'

/** Which tier limits, what speaks for it and for every other one, and where a request's time goes. */
export const verdictSection = (verdict: Verdict | undefined): Markup | undefined => {
  if (!verdict) return undefined
  const { littlesLaw, findings, time } = verdict
  return html`<section id="verdict">
      <h2>What limits</h2>
      <p class="says">
        For each tier the part of what it can do that it did, and the part of a request’s time that was spent there or waiting for it.
      </p>
      <div class="canvas">
        <table class="parts">
          <caption>
            Evidence for and against each tier
          </caption>
          <thead>
            <tr>
              <th scope="col" class="text">Tier</th>
              <th scope="col">Used</th>
              <th scope="col" class="text"></th>
              <th scope="col">Of a request’s time</th>
              <th scope="col" class="text"></th>
              <th scope="col" class="text">Evidence</th>
            </tr>
          </thead>
          <tbody>
            ${findings.map((finding) => findingRow(finding, finding.tier === verdict.limit))}
          </tbody>
        </table>
      </div>
      ${littlesLaw && html`<p class="says note">By Little’s law ${short(littlesLaw.underWay)} requests are under way at ${short(littlesLaw.perSecond)}/s of ${ms(littlesLaw.meanMs)} each; the generator counted ${short(littlesLaw.counted)}.</p>`}
    </section>
    ${time && timeBars(time)}`
}

const findingRow = ({ tier, used, held, says }: Finding, limits: boolean): Markup =>
  html`<tr>
    <th scope="row" class="text">${limits ? html`<b>${tier}</b>` : tier}</th>
    <td>${percent(rounded(used))}</td>
    <td class="text">${meter(used, limits)}</td>
    <td>${percent(rounded(held))}</td>
    <td class="text">${meter(held, limits)}</td>
    <td class="text says">${says.join('; ')}</td>
  </tr> `

const meter = (share: number, limits: boolean) =>
  html`<svg class="meter" viewBox="0 0 100 10" aria-hidden="true">
    <g class="bar tone-${limits ? 'red' : 'grey'}">
      <path class="base" d="M0 10V0" />
      <rect x="0" y="1" width="${at(Math.min(1, Math.max(0, share)) * 100)}" height="8" />
    </g>
  </svg>`

/** Where the mean request spends its time; the parts add up to the whole. */
const timeBars = ({ whole, outside, pool, database }: RequestTime): Markup => {
  const parts: [name: string, tone: Bar['tone'], value: number][] = [
    ['outside the server', 'grey', outside],
    ['before a statement', 'blue', pool],
    ['database computes', 'orange', database.computing],
    ['database flushes', 'orange', database.flushing],
    ['database reads files', 'orange', database.reading],
    ['database waits', 'orange', database.waiting],
  ]
  const text = (value: number) => `${ms(value)}, ${percent(rounded(value / Math.max(whole, 1e-9)))}`
  return barChart({
    id: 'time',
    title: 'Where a request’s time goes',
    says: `The mean request took ${ms(whole)} from its sending. Before a statement it waits for a connection, or is on its way to the database.`,
    unit: 'ms',
    bars: parts.map(([name, tone, value]) => ({ name, tone, value, text: text(value) })),
    table: tableHtml(
      'Time of the mean request by where it goes',
      [{ name: 'Where', text: true }, { name: 'Time' }, { name: 'Part' }],
      parts.map(([name, , value]) => [name, ms(value), percent(rounded(value / Math.max(whole, 1e-9)))]),
    ),
  })
}

const rounded = (share: number) => Math.round(share * 100) / 100
