import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import type { LoadFigures, ServiceLevel } from '../load/result.ts'
import { areaPath, at, bottomAxis, boundLine, frame, horizontalGrid, linePath, type XY } from './drawing.ts'
import { figureHtml, tableHtml } from './figure.ts'
import { ms, shortMs, whole } from './format.ts'
import { html, type Markup } from './markup.ts'
import { logScale, ninesOf, ninesScale, shareOf } from './scale.ts'

export type Percentile = {
  /** Part of the requests that were answered within `latencyMs`. */
  share: number
  latencyMs: number
}

type Measured = Pick<LoadFigures, 'hdr' | 'latency'>

/** The whole distribution of a run, up to the slowest request. */
export const percentilesOfRun = (figures: Measured): Percentile[] => {
  const latencyAt = openLatencyAt(figures)
  const steps = Math.round(ninesMaxOf(figures) * stepsPerNine)
  return Array.from({ length: steps + 1 }, (_, i) => {
    const share = shareOf(i / stepsPerNine)
    return { share, latencyMs: latencyAt(share) }
  })
}

const openLatencyAt = ({ hdr, latency: { max } }: Measured) => {
  const latencies = decodeFromCompressedBase64(hdr)
  return (share: number) => Math.min(max, latencies.getValueAtPercentile(share * 100) / 1000)
}

/** How long requests took, by the share that was faster: what HdrHistogram's own charts show, with tens on the latency's axis, too. */
export const percentileChart = (figures: Measured, { p99Ms }: ServiceLevel): Markup => {
  const { latency } = figures
  const percentiles = percentilesOfRun(figures)
  const latencyAt = openLatencyAt(figures)
  const ninesMax = ninesMaxOf(figures)
  const isMeasured = (share: number) => ninesOf(share) <= ninesMax + 1e-9
  const box = frame(360)
  const { left, right, top, bottom } = box
  const x = ninesScale(ninesMax, [left, right])
  const values = percentiles.map(({ latencyMs }) => latencyMs)
  const y = logScale(Math.min(Math.max(Math.min(...values), latency.p50 / 10), p99Ms ?? latency.p50), Math.max(latency.max, p99Ms ?? 0), [
    bottom,
    top,
  ])
  const points = percentiles.map(({ share, latencyMs }): XY => [x(share), y(latencyMs)])
  const drawing = html`${horizontalGrid(box, y, shortMs)} ${bottomAxis(box, x, shareText)}
    <g class="tone-blue"><path class="area" d="${areaPath(points, bottom)}" /><path class="line" d="${linePath(points)}" /></g>
    ${p99Ms !== undefined && boundLine(box, y(p99Ms), x(0.99), `service level: 99 % within ${shortMs(p99Ms)}`)}
    <g class="marks tone-blue"
      >${markedShares.filter(isMeasured).map((share) => {
        const latencyMs = latencyAt(share)
        const [cx, cy] = [x(share), y(latencyMs)]
        return html`<circle cx="${at(cx)}" cy="${at(cy)}" r="4" /><text
            x="${at(cx - 8)}"
            y="${at(Math.max(cy - 10, top + 2))}"
            text-anchor="end"
            >${ms(latencyMs)}</text
          >`
      })}</g
    >`
  return figureHtml({
    id: 'percentiles',
    title: 'Latency',
    says: `Half of the ${whole(latency.count)} requests answered took ${ms(latency.p50)} or less, 99 % ${ms(latency.p99)} or less, 99.9 % ${ms(latency.p999)} or less; the slowest took ${ms(latency.max)}. Counted from the moment each was meant to start, whether or not the server was ready for it.`,
    frame: box,
    drawing,
    readings: percentiles.map(({ share, latencyMs }) => [x(share), `${shareText(share)} within ${ms(latencyMs)}`]),
    table: tableHtml(
      'Latency by the share of requests answered within it',
      [{ name: 'Share' }, { name: 'Latency' }, { name: 'Requests slower' }],
      [
        ...listedShares.filter(isMeasured).map((share) => [shareText(share), ms(latencyAt(share)), whole(latency.count * (1 - share))]),
        ['100 %', ms(latency.max), '0'],
      ],
    ),
  })
}

/** Beyond that share there is only the slowest request. */
const ninesMaxOf = ({ latency: { count } }: Measured) => Math.max(2, Math.min(7, Math.ceil(Math.log10(2 * Math.max(count, 1)) * 2) / 2))

/** As many digits as its nines need. */
const shareText = (share: number) => `${Number((share * 100).toFixed(Math.max(1, Math.ceil(ninesOf(share) - 1e-9) - 2)))} %`

const markedShares = [0.5, 0.9, 0.99, 0.999, 0.9999]
const listedShares = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 0.99999]
const stepsPerNine = 40
