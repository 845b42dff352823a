import type { Spike } from '../load/spike.ts'
import { duration, ms, percent, rate, whole } from './format.ts'
import { recoveryText } from './judgement.ts'
import { html, type Markup } from './markup.ts'

/** What became of a service that was asked for many times what it can do. */
export const spikeSection = (spike: Spike): Markup => {
  const {
    kneePerSecond,
    kneeGoodput,
    peakGoodput,
    peakOfferedPerSecond,
    goodput,
    offeredPerSecond,
    admitted,
    refused,
    failed,
    times,
    seconds,
    cost,
  } = spike
  const facts: [name: string, value: string, note: string][] = [
    ['Knee', rate(kneePerSecond), `${rate(kneeGoodput)} answered there`],
    ['Peak', rate(peakGoodput), `answered of ${rate(peakOfferedPerSecond)}`],
    ['Spike', rate(offeredPerSecond), `${times} times the knee, for ${duration(seconds)}`],
    ['Goodput in it', rate(goodput), `${percent(goodput / Math.max(peakGoodput, 1e-9))} of the peak’s`],
    ['Admitted', ms(admitted.p99), `p99; p50 ${ms(admitted.p50)}`],
    ['Refused', ms(refused.p99), `p99 of ${rate(refused.perSecond)}`],
    ['Failed', whole(failed), 'in any other way'],
  ]
  return html`<section id="spike">
    <h2>The spike</h2>
    <p class="says">
      ${recoveryText(spike)}${cost && ` A refusal costs ${cost.rho.toFixed(3)} of an answer, so at most ${percent(Math.max(0, cost.bound))} of the peak’s goodput can be left.`}
    </p>
    <dl class="tiles">
      ${facts.map(
        ([name, value, note]) =>
          html`<div>
            <dt>${name}</dt>
            <dd><b>${value}</b><small>${note}</small></dd>
          </div>`,
      )}
    </dl>
  </section>`
}
