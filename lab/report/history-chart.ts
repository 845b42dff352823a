import { at, endLabels, horizontalGrid, linePath, type Frame, type Tone, type XY } from './drawing.ts'
import { figureHtml, tableHtml } from './figure.ts'
import { micros, moment, ratio, short } from './format.ts'
import { isComparable, type HistoryEntry, type HistoryFigure } from './history.ts'
import { html, type Markup } from './markup.ts'
import { linearScale } from './scale.ts'

/** Capacity per commit: a small chart for each request, for each machine and configuration; the latest of them first. */
export const historySection = (entries: readonly HistoryEntry[]): Markup | undefined => {
  const groups: HistoryEntry[][] = []
  for (const entry of entries) {
    const group = groups.find(([first]) => isComparable(first!, entry))
    if (group) group.push(entry)
    else groups.push([entry])
  }
  if (groups.length === 0) return undefined
  return html`<section id="history">
    <h2>Capacity per commit</h2>
    <p class="says">
      Reads are measured against a bare server in the same rounds (1 is as fast as it), writes against the same work with a commit each (1
      is no faster). The dot is the median of the rounds, the line through it their range; a hollow dot is of changes that were not
      committed.
    </p>
    ${groups.toReversed().map((group, i) => groupHtml(group, `history-${i}`))}
  </section>`
}

const groupHtml = (group: readonly HistoryEntry[], id: string): Markup => {
  const { machine, configuration } = group.at(-1)!
  const requests = [...new Set(group.flatMap(({ figures }) => figures.map(({ request }) => request)))]
  const settings = Object.entries(configuration).map(
    ([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  )
  return html`<h3 class="group">${[machine, ...settings].join(', ')}</h3>
    <div class="multiples">${requests.map((request, r) => requestChart(group, request, `${id}-${r}`))}</div>`
}

type Point = { entry: HistoryEntry; index: number; figure: HistoryFigure }

const requestChart = (group: readonly HistoryEntry[], request: string, id: string): Markup => {
  const points = group.flatMap((entry, index): Point[] =>
    entry.figures.filter((figure) => figure.request === request).map((figure) => ({ entry, index, figure })),
  )
  const variants = [...new Set(points.map(({ figure }) => figure.variant))]
  const y = linearScale(Math.max(...points.map(({ figure }) => figure.ratio.max)), [box.bottom, box.top], 4)
  const x = (index: number) => box.left + ((index + 0.5) / group.length) * (box.right - box.left)
  const place = ({ index, figure }: Point): XY => [x(index), y(figure.ratio.median)]
  const lines = variants.map((variant, v) => {
    const own = points.filter(({ figure }) => figure.variant === variant)
    return { name: variant, tone: tones[v % tones.length]!, own, y: place(own.at(-1)!)[1] }
  })
  const every = Math.ceil(group.length / commitsMax)
  const drawing = html`${horizontalGrid(box, y, short)}
    <path class="base" d="M${at(box.left)} ${at(box.bottom)}H${at(box.right)}" />
    <g class="axis" text-anchor="middle"
      >${group.map(({ commit }, i) => (group.length - 1 - i) % every === 0 && html`<text x="${at(x(i))}" y="${at(box.bottom + 18)}">${commit.slice(0, 7)}</text>`)}</g
    >
    ${lines.map(
      ({ tone, own }) =>
        html`<g class="tone-${tone}"
          ><path class="line" d="${linePath(own.map(place))}" />
          <g class="whiskers"
            >${own.map(({ index, figure }) => html`<path d="M${at(x(index))} ${at(y(figure.ratio.min))}V${at(y(figure.ratio.max))}" />`)}</g
          >
          ${own.map((point) => {
            const [cx, cy] = place(point)
            return html`<circle class="${point.entry.uncommitted ? 'hollow' : 'solid'}" cx="${at(cx)}" cy="${at(cy)}" r="4" />`
          })}</g
        > `,
    )}
    ${endLabels(box, lines)}`
  const last = points.filter(({ index }) => index === points.at(-1)!.index)
  return figureHtml({
    id,
    title: request,
    says: `Last measured: ${last.map(({ figure }) => `${figure.variant} ${ratio(figure.ratio.median)}`).join(' · ')}.`,
    frame: box,
    level: 3,
    drawing,
    readings: group.map((entry, index): [number, string] => [
      x(index),
      `${entry.commit.slice(0, 7)}: ${points
        .filter((point) => point.index === index)
        .map(({ figure }) => `${figure.variant} ${ratio(figure.ratio.median)}`)
        .join(' · ')}`,
    ]),
    table: tableHtml(
      `${request} by commit`,
      [
        { name: 'Commit', text: true },
        { name: 'At', text: true },
        { name: '', text: true },
        { name: 'Ratio' },
        { name: 'Rounds' },
        { name: 'Server' },
        { name: 'Database' },
      ],
      points.map(({ entry, figure }) => [
        entry.commit.slice(0, 7) + (entry.uncommitted ? ' and more' : ''),
        moment(entry.at),
        figure.variant,
        ratio(figure.ratio.median),
        `${ratio(figure.ratio.min)}–${ratio(figure.ratio.max)}`,
        micros(figure.micros.server),
        micros(figure.micros.database),
      ]),
    ),
  })
}

const box: Frame = { width: 500, height: 210, left: 36, right: 316, top: 12, bottom: 178 }
const tones: readonly Tone[] = ['blue', 'orange', 'purple', 'green']
/** As many names as stand beside each other. */
const commitsMax = 4
