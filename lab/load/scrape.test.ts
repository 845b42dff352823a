import { expect, test } from 'bun:test'
import { latencyScale, metricsText, openMetrics, sizeScale } from '../../kit/metrics.ts'
import { databaseUseOf, type SessionSample } from './database-use.ts'
import { processorsIn } from './process-meter.ts'
import { parseMetrics } from './scrape.ts'
import { serverUseOf } from './server-use.ts'

test('what servers tell before and after is what they did between', () => {
  const metrics = openMetrics()
  const answers = metrics.counter('atelier_http_requests_total', '', { route: '/a', status: '200' })
  const refusals = metrics.counter('atelier_http_requests_total', '', { route: '/a', status: '503' })
  const took = metrics.histogram('atelier_http_request_seconds', '', latencyScale, { route: '/a' })
  const late = metrics.histogram('atelier_event_loop_delay_seconds', '', latencyScale)
  const statements = metrics.counter('atelier_statements_total', '', { read: 'a' })
  const keys = metrics.histogram('atelier_batch_keys', '', sizeScale, { read: 'a' })
  const misses = metrics.counter('atelier_memory_misses_total', '', { read: 'a' })
  const hits = metrics.counter('atelier_memory_hits_total', '', { read: 'a' })
  let waiting = 0
  metrics.gauge('atelier_keys_waiting', '', () => waiting)
  answers.add(5)
  took.observe(9e6)
  const scrape = (atMs: number) => ({ atMs, series: parseMetrics(metricsText(metrics.snapshot())) })
  const first = scrape(1_000)
  answers.add(40)
  refusals.add(10)
  for (let i = 0; i < 50; i++) took.observe(2_000)
  for (let i = 0; i < 100; i++) late.observe(i < 98 ? 500 : 60_000)
  statements.add(4)
  for (let i = 0; i < 4; i++) keys.observe(5)
  misses.add(20)
  hits.add(20)
  waiting = 8
  const use = serverUseOf([first, scrape(2_000), scrape(3_000)])!
  expect(use).toMatchObject({ seconds: 2, answersPerSecond: 25, refusedPerSecond: 5, hitShare: 0.5, missesPerSecond: 10 })
  expect(use).toMatchObject({ statementsPerSecond: 2, keysPerStatement: 5, commitsPerSecond: 0, keysWaiting: { mean: 16 / 3, max: 8 } })
  expect(use.requestMs).toBeCloseTo(2, 6)
  expect(use.course!.map(({ atSecond, keysPerStatement, keysWaiting }) => [atSecond, keysPerStatement, keysWaiting])).toEqual([
    [1, 5, 8],
    [2, 0, 8],
  ])
  expect(use.loopDelayMs.mean).toBeCloseTo(1.69, 6)
  // The bound of its bucket.
  expect(use.loopDelayMs.p99).toBeCloseTo(65.536, 3)
})

const counted = (atMs: number, answers: number, keys: number) => ({
  atMs,
  series: new Map([
    ['atelier_http_requests_total{status="200"}', answers],
    ['atelier_statements_total', answers],
    ['atelier_batch_keys_sum', keys],
  ]),
})

test('a server that begins anew takes nothing back', () => {
  const use = serverUseOf([counted(1_000, 1_000, 9_000), counted(2_000, 1_100, 9_500), counted(3_000, 20, 60), counted(4_000, 120, 560)])!
  expect([use.answersPerSecond, use.keysPerStatement]).toEqual([200 / 3, 5])
  expect(use.course!.map(({ keysPerStatement }) => keysPerStatement)).toEqual([5, 0, 5])
})

test('one look, or none, tells nothing', () => {
  expect(serverUseOf([])).toBeUndefined()
  expect(serverUseOf([{ atMs: 1, series: new Map() }])).toBeUndefined()
})

test('sessions are told apart by what they do, and one that waits for its client does nothing', () => {
  const samples: SessionSample[] = [
    [session(1, null), session(2, 'IO:WalSync')],
    [session(1, 'IO:DataFileRead'), session(2, 'LWLock:WALWrite')],
    [session(1, 'Lock:transactionid'), session(3, 'Client:ClientRead')],
    [session(1, null)],
  ]
  const counted = { commitsPerSecond: 1, logBytesPerSecond: 2, flushesPerSecond: undefined, connections: { used: 3, max: 100 } }
  expect(databaseUseOf(samples, counted)).toEqual({
    samples: 4,
    active: 1.5,
    computing: 0.5,
    reading: 0.25,
    waiting: 0.25,
    flushing: 0.5,
    busiest: { active: 1, computing: 0.5, flushing: 0, reading: 0.25, waiting: 0.25 },
    waits: { 'IO:WalSync': 0.25, 'IO:DataFileRead': 0.25, 'LWLock:WALWrite': 0.25, 'Lock:transactionid': 0.25 },
    ...counted,
  })
  expect(databaseUseOf([], counted)).toBeUndefined()
})

test('lists of processors are read as the kernel writes them', () => {
  expect(processorsIn('0-2,5')).toEqual([0, 1, 2, 5])
  expect(processorsIn('3')).toEqual([3])
})

const session = (pid: number, wait: string | null) => ({ pid, wait })
