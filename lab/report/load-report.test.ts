import { expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import type { Knee, KneeStep } from '../load/knee.ts'
import type { Spike } from '../load/spike.ts'
import type { ServerUse } from '../load/server-use.ts'
import { batchMomentsOf } from './batch-chart.ts'
import { loadReportHtml } from './load-report.ts'
import { percentilesOfRun } from './percentile-chart.ts'
import { shareOf } from './scale.ts'
import { testFigures, testReport } from './testing.ts'
import { all, byId, pointsOf, readPage, textOf } from './testing-page.ts'

const chartIds = ['percentiles', 'time', 'rate', 'errors', 'latency', 'cpu', 'batches', 'tiers', 'sessions']

test('every chart is there with a title, words for who cannot see it, and a table', () => {
  const page = readPage(loadReportHtml(testReport()))
  for (const id of chartIds) {
    const figure = byId(page, id)!
    const [svg] = all(figure, 'svg')
    expect(svg!.attributes).toMatchObject({ role: 'img', 'aria-labelledby': `${id}-title`, 'aria-describedby': `${id}-says` })
    expect([textOf(byId(figure, `${id}-title`)!), textOf(byId(figure, `${id}-says`)!)]).not.toContain('')
    expect(all(figure, 'table').flatMap((table) => all(table, 'tr')).length).toBeGreaterThan(1)
    expect(all(figure, 'caption')).toHaveLength(1)
  }
  const ids = all(page).flatMap(({ attributes }) => attributes['id'] ?? [])
  expect(new Set(ids).size).toBe(ids.length)
})

test('a line has a point for each second, the warm-up’s two too', () => {
  const page = readPage(loadReportHtml(testReport(testFigures(30))))
  expect(pointsOf(byId(page, 'rate')!)).toEqual([32, 32])
  expect(pointsOf(byId(page, 'latency')!)).toEqual([32, 32])
  expect(pointsOf(byId(page, 'cpu')!)).toEqual([32, 32, 32])
  expect(all(byId(page, 'tiers')!, 'rect')).toHaveLength(3)
  expect(all(byId(page, 'parts')!, 'tr')).toHaveLength(1 + 4)
})

test('batches are drawn over time: keys a statement, and items a commit when there were commits', () => {
  const figures = testFigures(30)
  const chartOf = (server: Partial<ServerUse>) =>
    byId(readPage(loadReportHtml(testReport({ ...figures, server: { ...figures.server!, ...server } }))), 'batches')
  expect(pointsOf(chartOf({})!)).toEqual([30])
  const course = figures.server!.course!.map((moment) => ({ ...moment, itemsPerCommit: 3.3 }))
  const writing = chartOf({ commitsPerSecond: 300, itemsPerCommit: 3.3, course })!
  expect(pointsOf(writing)).toEqual([30, 30])
  expect(textOf(writing)).toContain('12.4 keys a statement, 3.3 items a commit.')
  expect([chartOf({ statementsPerSecond: 0 }), chartOf({ course: [] })]).toEqual([undefined, undefined])
})

test('of a long run some seconds of batches are one point, and a second without any has none', () => {
  const [one] = testFigures(1).server!.course!
  const course = [10, 20, 0, 0, 30].map((keysPerStatement, i) => ({ ...one!, atSecond: i + 1, keysPerStatement }))
  expect(batchMomentsOf(course, 3)).toEqual([
    { second: 0, seconds: 2, keysPerStatement: 15, itemsPerCommit: undefined },
    { second: 2, seconds: 2, keysPerStatement: undefined, itemsPerCommit: undefined },
    { second: 4, seconds: 1, keysPerStatement: 30, itemsPerCommit: undefined },
  ])
})

test('the percentile curve is the histogram’s, up to the slowest request', () => {
  const figures = testFigures(10)
  const percentiles = percentilesOfRun(figures)
  expect(percentiles.at(-1)).toEqual({ share: shareOf(4.5), latencyMs: figures.latency.max })
  expect(percentiles.find(({ share }) => share === 0.99)!.latencyMs).toBe(figures.latency.p99)
  const figure = byId(readPage(loadReportHtml(testReport(figures))), 'percentiles')!
  expect(pointsOf(figure)).toEqual([percentiles.length])
  expect(all(figure, 'circle')).toHaveLength(5)
})

test('the headline says what was offered, what came of it, and what limits', () => {
  const report = testReport()
  const [header] = all(readPage(loadReportHtml(report)), 'header')
  const text = textOf(header!).replaceAll('\u00a0', ' ')
  expect(text).toContain('18,900/s for 60 s, scenario shop')
  expect(text).toContain('Service level kept p99 21.4 ms, at most 50 ms allowed · errors 0 %, at most 0.1 % allowed')
  expect(text).toContain('99.99 % of it, in time')
  expect(text).toContain(report.result.verdict!.sentence)
})

test('a missed level says why', () => {
  const report = testReport()
  report.level.missed = ['p99 is 61.0 ms, more than 50 ms.']
  expect(textOf(readPage(loadReportHtml(report)))).toContain('Service level missed p99 is 61.0 ms, more than 50 ms.')
})

test('of a refused run there is no figure, only why, and how to get it again', () => {
  const report = testReport()
  report.result.refusals = ['The generator was late.']
  const page = readPage(loadReportHtml(report))
  expect([all(page, 'svg'), all(page, 'figure')]).toEqual([[], []])
  expect(textOf(page)).toContain('Refused: there is no figure The generator was late.')
  expect(textOf(page)).not.toContain('p99 ')
  expect(textOf(byId(page, 'manifest')!)).toContain('atelier load shop')
})

test('a run that nobody answered, of no tier, database or whole second, is a page all the same', () => {
  const figures = testFigures(1, 10)
  const none = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 }
  const failed = { ...figures.parts[0]!, answered: 0, errors: 10, latency: none }
  const page = readPage(
    loadReportHtml(
      testReport({
        ...figures,
        answered: 0,
        answeredInTime: 0,
        answeredPerSecond: 0,
        errorShare: 1,
        errors: { 'timed out': 10 },
        latency: none,
        parts: [failed],
        series: figures.series.map((second) => ({ ...second, answered: 0, errors: { 'timed out': 10 }, tiers: {} })),
        tiers: {},
        server: undefined,
        database: undefined,
        checked: undefined,
      }),
    ),
  )
  for (const svg of all(page, 'path')) expect(svg.attributes['d']).not.toMatch(/NaN|Infinity|undefined/)
  expect(textOf(byId(page, 'bodies')!)).toContain('Not compared')
  expect([byId(page, 'inside'), byId(page, 'percentiles')]).toEqual([undefined, undefined])
})

test('where no body was compared it is not said that all are the same', () => {
  const page = readPage(loadReportHtml(testReport({ ...testFigures(4, 100), checked: { compared: 0, different: [] } })))
  expect(textOf(byId(page, 'bodies')!).trim()).toMatch(/^Bodies\s+None was compared: no declared read answers these requests\.$/)
})

test('a run of many phases has a row for each; one of a single phase has none', () => {
  const figures = testFigures(4, 100)
  const { latency } = figures
  const phase = { rate: 100, seconds: 2, offered: 200, answered: 190, failed: 4, latency, refused: { ...latency, count: 6 } }
  const page = readPage(loadReportHtml(testReport({ ...figures, phases: [phase, { ...phase, to: 900, answered: 0 }] })))
  const [, first, second] = all(byId(page, 'phases')!, 'tr').map((row) =>
    row.children
      .map((cell) => (typeof cell === 'string' ? '' : textOf(cell)))
      .join(' ')
      .replaceAll('\u00a0', ' ')
      .replaceAll(/ +/g, ' ')
      .trim(),
  )
  expect(first).toMatch(/^1: 100\/s 2 s 200 95\/s .* 6 .* 4$/)
  expect(second).toMatch(/^2: 100\/s to 900\/s 2 s 200 0\/s – – 6 .* 4$/)
  expect(byId(readPage(loadReportHtml(testReport(figures))), 'phases')).toBeUndefined()
})

test('a search for the knee shows its steps, and says where the knee is', () => {
  const step: KneeStep = { kind: 'up', rate: 1_000, seconds: 5, outcome: 'kept', why: [], answeredPerSecond: 1_000, p99: 4, errorShare: 0 }
  const missed: KneeStep = { ...step, rate: 2_000, outcome: 'missed', p99: 300, limit: 'database CPU' }
  const refused: KneeStep = { kind: 'up', rate: 4_000, seconds: 5, outcome: 'refused', why: ['The generator was late.'] }
  const steps = [step, missed, refused, { ...step, kind: 'soak' as const }]
  const knee: Knee = { keptPerSecond: 1_000, missedPerSecond: 2_000, confirmed: true, sentence: 'The knee is at 1,000/s.', steps }
  const page = readPage(loadReportHtml({ ...testReport(), knee }))
  expect(textOf(all(page, 'h1')[0]!)).toBe('Knee at 1,000/s, scenario shop')
  expect(textOf(all(page, 'header')[0]!)).toContain('Knee found The knee is at 1,000/s.')
  const figure = byId(page, 'knee')!
  expect(all(figure, 'circle').map(({ attributes }) => attributes['class'])).toEqual([
    'solid tone-blue',
    'hollow tone-red',
    'solid tone-blue',
  ])
  expect(all(all(figure, 'tbody')[0]!, 'tr')).toHaveLength(4)
})

const spike: Spike = {
  kneePerSecond: 1_000,
  times: 10,
  seconds: 10,
  kneeGoodput: 900,
  peakGoodput: 990,
  peakOfferedPerSecond: 1_250,
  goodput: 891,
  offeredPerSecond: 10_000,
  admitted: { p50: 20, p99: 70 },
  refused: { perSecond: 9_000, p50: 1, p99: 9 },
  failed: 0,
  recoverySeconds: 0.75,
  normalP99: 24,
  cost: { answer: {}, refusal: {}, rho: 0.02, rhoServer: 0.03, times: 10, bound: 0.816 },
}

const textOfSpike = (some: Partial<Spike>) =>
  textOf(readPage(loadReportHtml({ ...testReport(), spike: { ...spike, ...some } }))).replaceAll('\u00a0', ' ')

test('a spike says how soon all was normal, and is judged by that alone', () => {
  const text = textOfSpike({})
  expect(text).toContain('Spike of 10 times the knee, scenario shop')
  expect(text).toContain('Recovered p99 was below 24.0 ms again 0.75 s after the spike.')
  expect(text).toContain('891/s90 % of the peak’s')
  expect(text).toContain('A refusal costs 0.020 of an answer, so at most 81.6 % of the peak’s goodput can be left.')
  expect(text).not.toContain('Service level kept')
  expect(textOfSpike({ recoverySeconds: undefined })).toContain('Not recovered p99 did not come back below 24.0 ms')
})

const hostile = `</script></style><script>alert(1)</script><img src=x onerror=alert(1)> "' & \u0000 \ud800 \u202e`

test('a name that is HTML is shown, and is none', () => {
  const report = testReport()
  const { result, manifest, level } = report
  result.scenario = hostile
  result.figures!.parts[0]!.name = hostile
  result.figures!.errors = { [hostile]: 3 }
  result.figures!.tiers[hostile] = result.figures!.tiers['server']!
  result.figures!.series[5]!.tiers[hostile] = 0.5
  result.figures!.database!.waits[hostile] = 0.2
  result.figures!.checked = { compared: 1, different: [{ part: hostile, key: 1, body: hostile }] }
  Object.assign(manifest, { command: hostile, machine: hostile, commit: hostile, at: hostile })
  manifest.configuration[hostile] = hostile
  manifest.configuration['scenario'] = { about: hostile, [hostile]: [hostile] }
  manifest.dataset!.tables.push({ table: hostile, rows: 1, bytes: 1 })
  level.missed = [hostile]
  const page = readPage(loadReportHtml(report))
  expect(all(page, 'img')).toEqual([])
  expect(all(page, 'script')).toHaveLength(1)
  expect(all(page).flatMap(({ attributes }) => Object.keys(attributes).filter((name) => name.startsWith('on')))).toEqual([])
  expect(textOf(page)).toContain(`</script></style><script>alert(1)</script><img src=x onerror=alert(1)> "' & \ufffd \ufffd \u202e`)
})

test('nothing is loaded from anywhere, and the browser is told to load and run nothing else', () => {
  const page = readPage(loadReportHtml(testReport()))
  const links = all(page).flatMap(({ attributes }) =>
    ['src', 'href', 'srcset', 'action', 'style', 'xlink:href'].flatMap((name) => attributes[name] ?? []),
  )
  expect(links).toEqual(['data:,'])
  const [[style], [script]] = [all(page, 'style'), all(page, 'script')]
  for (const { children } of [style!, script!])
    expect(String(children[0])).not.toMatch(/url\(|@import|https?:|fetch|import\s*\(|XMLHttp|<\//)
  const policy = all(page, 'meta').find(({ attributes }) => attributes['http-equiv'])!.attributes['content']!
  expect(policy).toStartWith(
    `default-src 'none'; style-src ${hash(String(style!.children[0]))}; script-src ${hash(String(script!.children[0]))};`,
  )
})

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
