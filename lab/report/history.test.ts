import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareHistory, comparisonText, isWorse, judge } from './history-compare.ts'
import { historySection } from './history-chart.ts'
import { appendHistory, figuresOf, lastEntry, readHistory, type HistoryEntry, type HistoryFigure } from './history.ts'
import { pageHtml } from './page.ts'
import { all, byId, pointsOf, readPage, textOf } from './testing-page.ts'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'atelier-history-test-'))))
afterAll(() => rm(folder, { recursive: true }))

const micros = { driver: 12, server: 26, database: 14 }
const figure = (request: string, median: number, variant = 'cold'): HistoryFigure => ({
  request,
  variant,
  ratio: { median, min: median * 0.95, max: median * 1.05 },
  micros,
})
const entry = (commit: string, some: Partial<HistoryEntry> = {}): HistoryEntry => ({
  commit,
  uncommitted: false,
  at: '2026-11-20T15:46:51.323Z',
  machine: '2 cores',
  configuration: { products: 10_000, rounds: 5, seconds: 3, fsync: 'on' },
  figures: [figure('GET /a', 0.5), figure('GET /a', 0.9, 'hot')],
  ...some,
})

test('what is recorded is read again, the oldest first', async () => {
  const file = join(folder, 'deep/history.jsonl')
  expect(await readHistory(file)).toEqual([])
  await appendHistory(entry('aaa'), file)
  await appendHistory(entry('bbb'), file)
  expect(await readHistory(file)).toEqual([entry('aaa'), entry('bbb')])
  expect((await Bun.file(file).text()).split('\n')).toHaveLength(3)
})

test('a line that is no JSON is named', async () => {
  const file = join(folder, 'broken.jsonl')
  await Bun.write(file, `${JSON.stringify(entry('aaa'))}\n{"commit":\n`)
  await expect(readHistory(file)).rejects.toThrow(`${file}, line 2, is no JSON.`)
})

test('recorded are the ratios of the reads without the limit’s own, and of the writes those of the house', () => {
  const read = { rate: 1, ratio: { median: 0.5, min: 0.4, max: 0.6 }, p50: 1, p99: 2, micros, diskBytesRead: 0, stolen: 0 }
  const write = {
    ...read,
    rate: read.ratio,
    commitsPerSecond: 1,
    itemsPerCommit: 1,
    transactionsPerSecond: 1,
    logBytesPerWrite: 1,
    errors: {},
  }
  const flushes = { median: 1, min: 1, max: 1 }
  const checked = { grown: 1, taken: 1, uncertain: 0 }
  expect(
    figuresOf(
      [{ request: 'GET /a', bytes: 1, checked: 1, errors: {}, variants: { L1: read, cold: read, hot: read } }],
      [{ write: 'PUT /b', checked, flushes, variants: { 'one commit each': write, Atelier: write } }],
    ).map(({ request, variant, ratio }) => [request, variant, ratio.median]),
  ).toEqual([
    ['GET /a', 'cold', 0.5],
    ['GET /a', 'hot', 0.5],
    ['PUT /b', 'Atelier', 0.5],
  ])
})

test('it is the commit’s last entry that counts, else that of the newest before it', () => {
  const [older, first, last] = [entry('c1'), entry('c2'), entry('c2', { at: '2026-11-21T00:00:00Z' })]
  const entries = [older, first, last]
  expect(lastEntry(entries, ['c3', 'c2', 'c1'], entry(''))).toBe(last)
  expect(lastEntry(entries, ['c1'], entry(''))).toBe(older)
  expect(lastEntry(entries, ['c0'], entry(''))).toBeUndefined()
})

test('of another machine, another configuration, or with changes that were not committed, it is not compared', () => {
  const others = [
    entry('c1', { machine: '64 cores' }),
    entry('c1', { uncommitted: true }),
    entry('c1', { configuration: { ...entry('').configuration, fsync: 'off' } }),
  ]
  expect(lastEntry(others, ['c1'], entry(''))).toBeUndefined()
  const longer = entry('c1', { configuration: { ...entry('').configuration, rounds: 9, seconds: 10 } })
  expect(lastEntry([longer], ['c1'], entry(''))).toBe(longer)
})

test('a difference is one only where the rounds do not overlap', () => {
  const then = { median: 0.5, min: 0.45, max: 0.55 }
  expect(judge(then, { median: 0.6, min: 0.56, max: 0.62 })).toBe('better')
  expect(judge(then, { median: 0.6, min: 0.55, max: 0.62 })).toBe('no difference')
  expect(judge(then, { median: 0.4, min: 0.38, max: 0.45 })).toBe('no difference')
  expect(judge(then, { median: 0.4, min: 0.38, max: 0.44 })).toBe('worse')
})

test('each request is compared with its own; one that is new is not judged', () => {
  const then = entry('0123456789', { figures: [figure('GET /a', 0.5), figure('GET /a', 0.9, 'hot'), figure('PUT /b', 10, 'Atelier')] })
  const comparisons = compareHistory(then.figures, [
    figure('GET /a', 0.4),
    figure('GET /a', 0.92, 'hot'),
    figure('PUT /b', 12, 'Atelier'),
    figure('GET /c', 1),
  ])
  expect(comparisons.map(({ judgement }) => judgement)).toEqual(['worse', 'no difference', 'better', undefined])
  expect(isWorse(comparisons)).toBe(true)
  expect(isWorse(comparisons.slice(1))).toBe(false)
  const [first, , cold, hot, write, fresh] = comparisonText(then, comparisons).split('\n')
  expect(first).toBe('Against 0123456 of 2026-11-20:')
  expect(cold).toMatch(/^GET \/a +cold +0\.50 \(0\.47–0\.53\) +0\.40 \(0\.38–0\.42\) +−20 % +worse$/)
  expect(hot).toMatch(/^ +hot .* \+2 % +no difference$/)
  expect(write).toMatch(/^PUT \/b +Atelier .* \+20 % +better$/)
  expect(fresh).toMatch(/^GET \/c +cold +– +1\.00 .* not measured then$/)
})

test('the chart has a point for each entry of a machine and configuration, hollow where it was not committed', () => {
  const other = entry('ccc', { machine: '64 cores', figures: [figure('GET <b>', 2)] })
  const page = readPage(pageHtml('history', historySection([entry('aaa'), entry('bbb', { uncommitted: true }), other, entry('ddd')])))
  expect(textOf(byId(page, 'history')!)).toContain('64 cores, products 10000')
  const chart = byId(page, 'history-1-0')!
  expect(pointsOf(chart)).toEqual([3, 3])
  expect(all(chart, 'circle').map(({ attributes }) => attributes['class'])).toEqual([
    'solid',
    'hollow',
    'solid',
    'solid',
    'hollow',
    'solid',
  ])
  expect(all(all(chart, 'tbody')[0]!, 'tr')).toHaveLength(6)
  expect(textOf(byId(page, 'history-0-0-title')!)).toBe('GET <b>')
})

test('without entries there is no section', () => expect(historySection([])).toBeUndefined())
