import { kinds } from '../load/judge.ts'
import type { LoadFigures, LoadReport } from '../load/result.ts'
import { duration, moment, ms, percent, percentDown, rate, whole } from './format.ts'
import { judgements } from './judgement.ts'
import { html, type Markup } from './markup.ts'
import { figuresOf, type Shown } from './shown.ts'

/** What the run was, what came out, and whether that is what was asked for. */
export const headline = (report: Shown): Markup => {
  const { manifest, result } = report
  const figures = figuresOf(report)
  const { about } = scenarioOf(report)
  return html`<header>
    <p class="kicker">Atelier load report · ${moment(manifest.at)}</p>
    <h1>${whatOf(report)}, scenario <bdi>${result.scenario}</bdi></h1>
    ${about !== undefined && html`<p class="about">${about}</p>`} ${judgements(report)}
    ${result.verdict && (figures || result.verdict.limit) && html`<p class="verdict">${result.verdict.sentence}</p>`}
    ${figures && tiles(figures)}
  </header> `
}

const whatOf = (report: Shown): string => {
  const { knee, spike } = report
  const figures = figuresOf(report)
  if (spike) return `Spike of ${spike.times} times the knee`
  if (knee) return knee.keptPerSecond === undefined ? 'Search for the knee' : `Knee at ${rate(knee.keptPerSecond)}`
  return figures ? `${rate(figures.offeredPerSecond)} for ${duration(figures.seconds)}` : 'Refused run'
}

const scenarioOf = ({ manifest }: LoadReport): { about?: string } => {
  const about = (manifest.configuration['scenario'] as { about?: unknown } | undefined)?.about
  return typeof about === 'string' ? { about } : {}
}

const tiles = (figures: LoadFigures): Markup => {
  const { offeredPerSecond, answeredPerSecond, latency, errorShare, errors, refused } = figures
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0)
  const shown: [name: string, value: string, note: string][] = [
    ['Offered', rate(offeredPerSecond), `${whole(figures.offered)} requests`],
    ['Answered', rate(answeredPerSecond), `${percentDown(figures.answeredInTime / Math.max(1, figures.offered))} of it, in time`],
    ['p50', ms(latency.p50), 'half within it'],
    ['p99', ms(latency.p99), '1 in 100 slower'],
    ['p99.9', ms(latency.p999), '1 in 1,000 slower'],
    ['Errors', failed === 0 ? '0' : percent(errorShare), failed === 0 ? 'none' : kinds(errors)],
    ...(refused.count > 0 ? [['Refusals', ms(refused.p99), 'p99 of answers with 503'] as [string, string, string]] : []),
  ]
  return html`<dl class="tiles">
    ${shown.map(
      ([name, value, note]) =>
        html`<div>
          <dt>${name}</dt>
          <dd><b>${value}</b><small>${note}</small></dd>
        </div>`,
    )}
  </dl>`
}
