import { kinds } from '../load/judge.ts'
import type { LoadFigures, LoadReport } from '../load/result.ts'
import { memoryUseText } from '../load/show.ts'
import { batchChart } from './batch-chart.ts'
import { cores, ms, percent, percentDown, rate, short, shortMs, whole } from './format.ts'
import { headline } from './headline.ts'
import { bodiesSection, manifestSection } from './manifest-section.ts'
import { historySection } from './history-chart.ts'
import { readHistory } from './history.ts'
import { insideSection } from './inside.ts'
import { html, type Markup } from './markup.ts'
import { pageHtml } from './page.ts'
import { partRanges } from './part-ranges.ts'
import { percentileChart } from './percentile-chart.ts'
import { kneeSection } from './knee-section.ts'
import { phaseTable } from './phase-table.ts'
import { figuresOf, type Shown } from './shown.ts'
import { spikeSection } from './spike-section.ts'
import { tierBars, toneOf } from './tier-bars.ts'
import { timeChart } from './time-chart.ts'
import { momentsOf, type Moment } from './timeline.ts'
import { verdictSection } from './verdict-section.ts'

/** A run as one file of HTML, with what commits were capable of on this machine where that is recorded. */
export const writeLoadReport = async (file: string, report: Shown): Promise<void> => {
  // A run of many minutes is not lost for a line that somebody broke.
  const history = await readHistory().catch(() => [])
  await Bun.write(file, loadReportHtml(report, historySection(history.filter(({ machine }) => machine === report.manifest.machine))))
}

/** `more` comes last, below it. */
export const loadReportHtml = (report: Shown, more?: Markup): string => {
  const figures = figuresOf(report)
  return pageHtml(
    `${report.result.scenario} · Atelier load report`,
    html`${headline(report)}
      <main>
        ${report.knee && kneeSection(report.knee, report.level)} ${report.spike && spikeSection(report.spike)}
        ${figures && charts(report, figures)} ${bodiesSection(report)} ${manifestSection(report)} ${more}
      </main>`,
  )
}

const charts = ({ level, result }: LoadReport, figures: LoadFigures): Markup => {
  const moments = momentsOf(figures.series, figures.seconds)
  return html`${figures.latency.count > 0 && percentileChart(figures, level)} ${verdictSection(result.verdict)}
  ${moments.length > 0 && [rateChart(moments, figures), errorChart(moments, figures), latencyChart(moments, level), tierChart(moments), memoryChart(moments, figures)]}
  ${batchChart(figures)} ${tierBars(figures)} ${partRanges(figures)} ${phaseTable(figures)} ${insideSection(figures)}`
}

const rateChart = (moments: readonly Moment[], { offeredPerSecond, answeredPerSecond, offered, answeredInTime }: LoadFigures): Markup => {
  return timeChart({
    id: 'rate',
    title: 'Rate',
    says: `Offered ${rate(offeredPerSecond)} on a schedule that waits for nobody; answered before its end: ${rate(answeredPerSecond)}, ${percentDown(answeredInTime / Math.max(1, offered))} of it.`,
    moments,
    height: 240,
    text: rate,
    tickText: whole,
    lines: [
      { name: 'answered', tone: 'blue', area: true, of: ({ answeredPerSecond }) => answeredPerSecond },
      { name: 'offered', tone: 'grey', dashed: true, of: ({ offeredPerSecond }) => offeredPerSecond },
    ],
  })
}

/** Always there: that there was no error is worth seeing. */
const errorChart = (moments: readonly Moment[], { errors, errorShare }: LoadFigures): Markup => {
  const none = Object.keys(errors).length === 0
  const refusing = moments.some(({ refusedPerSecond }) => refusedPerSecond > 0)
  return timeChart({
    id: 'errors',
    title: 'Errors',
    says: none ? 'No request failed.' : `${percent(errorShare)} of the requests failed: ${kinds(errors)}.`,
    moments,
    height: none ? 120 : 180,
    text: rate,
    tickText: short,
    lines: [
      { name: refusing ? 'other errors' : 'errors', tone: 'red', area: true, of: ({ failedPerSecond }) => failedPerSecond },
      ...(refusing
        ? [{ name: 'refused (503)', tone: 'orange' as const, dashed: true, of: ({ refusedPerSecond }: Moment) => refusedPerSecond }]
        : []),
    ],
  })
}

const latencyChart = (moments: readonly Moment[], { p99Ms }: LoadReport['level']): Markup => {
  const worst = moments
    .filter(({ second }) => second >= 0)
    .reduce<Moment | undefined>((a, b) => ((b.p99 ?? -1) > (a?.p99 ?? -1) ? b : a), undefined)
  return timeChart({
    id: 'latency',
    title: 'Latency over time',
    says:
      worst?.p99 === undefined
        ? 'Nothing was answered.'
        : `The slowest moment is ${worst.second} s after the beginning, with p99 at ${ms(worst.p99)}.${moments.some(({ seconds }) => seconds > 1) ? ' Where a point is of many seconds, p99 is that of the worst, p50 that of the middle one.' : ''}`,
    moments,
    height: 260,
    text: ms,
    tickText: shortMs,
    maybeLog: true,
    bound: p99Ms === undefined ? undefined : { value: p99Ms, text: `service level: p99 within ${shortMs(p99Ms)}` },
    lines: [
      { name: 'p99', tone: 'purple', of: ({ p99 }) => p99 },
      { name: 'p50', tone: 'blue', of: ({ p50 }) => p50 },
    ],
  })
}

const tierChart = (moments: readonly Moment[]): Markup => {
  const names = [...new Set(moments.flatMap(({ tiers }) => Object.keys(tiers)))]
  return timeChart({
    id: 'cpu',
    title: 'Processor time over time',
    says: 'Cores each tier used: 1 is one core all the time. The generator shares the machine.',
    moments,
    height: 220,
    text: cores,
    tickText: short,
    lines: names.map((name) => ({ name, tone: toneOf(name), dashed: name === 'generator', of: ({ tiers }: Moment) => tiers[name] })),
  })
}

const memoryChart = (moments: readonly Moment[], { memory }: LoadFigures): Markup | false => {
  const tiers = Object.entries(memory)
  return (
    tiers.length > 0 &&
    timeChart({
      id: 'memory',
      title: 'Memory over time',
      says: `What each tier held for itself, without what its processes share, such as PostgreSQL’s buffers. At the end: ${tiers.map(([tier, use]) => `${tier} ${memoryUseText(use)}`).join(', ')}.`,
      moments,
      height: 200,
      text: (bytes) => `${whole(bytes / 1e6)} MB`,
      lines: tiers.map(([name]) => ({ name, tone: toneOf(name), of: ({ memoryBytes }: Moment) => memoryBytes[name] })),
    })
  )
}
