import { kinds } from '../load/judge.ts'
import type { LoadFigures, LoadReport } from '../load/result.ts'
import { duration, moment, ms, percent, percentDown, rate, whole } from './format.ts'
import { html, type Markup } from './markup.ts'

/** What the run was, what came out, and whether that is what was asked for. */
export const headline = (report: LoadReport): Markup => {
  const { manifest, result } = report
  const figures = figuresOf(report)
  const { about } = scenarioOf(report)
  return html`<header>
    <p class="kicker">Atelier load report · ${moment(manifest.at)}</p>
    <h1>
      ${figures ? html`${rate(figures.offeredPerSecond)} for ${duration(figures.seconds)}, scenario ` : 'Scenario '}<bdi
        >${result.scenario}</bdi
      >
    </h1>
    ${about !== undefined && html`<p class="about">${about}</p>`} ${judgement(report)}
    ${result.verdict && (figures || result.verdict.limit) && html`<p class="verdict">${result.verdict.sentence}</p>`}
    ${figures && tiles(figures)}
  </header> `
}

/** Undefined when the run was refused: then there is no figure, whatever was measured. */
export const figuresOf = ({ result }: LoadReport): LoadFigures | undefined => (result.refusals.length > 0 ? undefined : result.figures)

const scenarioOf = ({ manifest }: LoadReport): { about?: string } => {
  const about = (manifest.configuration['scenario'] as { about?: unknown } | undefined)?.about
  return typeof about === 'string' ? { about } : {}
}

const judgement = (report: LoadReport): Markup => {
  const { level, result } = report
  const figures = figuresOf(report)
  if (!figures)
    return html`<div class="judgement bad">
      <p>
        <strong><span aria-hidden="true">✕</span> Refused: there is no figure</strong>
      </p>
      <ul>
        ${result.refusals.map((reason) => html`<li>${reason}</li>`)}
      </ul>
    </div>`
  if (level.missed.length > 0)
    return html`<div class="judgement bad">
      <p>
        <strong><span aria-hidden="true">✕</span> ${isAsked(level) ? 'Service level missed' : 'Not as it should be'}</strong>
      </p>
      <ul>
        ${level.missed.map((reason) => html`<li>${reason}</li>`)}
      </ul>
    </div>`
  if (!isAsked(level)) return html`<div class="judgement"><p>No service level was asked for.</p></div>`
  const kept = [
    ...(level.p99Ms === undefined ? [] : [`p99 ${ms(figures.latency.p99)}, at most ${level.p99Ms} ms allowed`]),
    ...(level.errorShare === undefined ? [] : [`errors ${percent(figures.errorShare)}, at most ${percent(level.errorShare)} allowed`]),
  ]
  return html`<div class="judgement good">
    <p>
      <strong><span aria-hidden="true">✓</span> Service level kept</strong> ${kept.join(' · ')}
    </p>
  </div>`
}

const isAsked = ({ p99Ms, errorShare }: LoadReport['level']) => p99Ms !== undefined || errorShare !== undefined

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
