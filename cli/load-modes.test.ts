import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLimit } from '../lab/load/limit-server.ts'
import type { CompareReport } from './load-compare.ts'
import type { KneeReport } from './load-knee.ts'
import { ran } from './testing.ts'

setDefaultTimeout(120_000)

let server: Awaited<ReturnType<typeof openLimit>>
let folder: string
let url: string
beforeAll(async () => {
  server = await openLimit(1_500, 1)
  url = `http://127.0.0.1:${server.port}`
  folder = await mkdtemp(join(tmpdir(), 'atelier-load-modes-'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** On a machine that others keep busy a run may be refused, rightly, and then there is nothing to see. */
const short = async (...args: string[]) => {
  const run = await ran(['load', ...args, '--seconds', '1', '--warmup', '0', '--data', folder, '--no-calibrate', '--json'])
  return { ...run, refused: run.code === 3 }
}

test('a server compared with itself, A B A, is told in ratios', async () => {
  const { code, out, err, refused } = await short('shop', '--compare', `one=${url}`, `same=${url}`, '--rate', '200', '--rounds', '1')
  if (refused) return expect(err).toContain('Refused: there is no comparison.')
  const report = JSON.parse(out) as CompareReport
  expect([code, report.rounds.map(({ name }) => name)]).toEqual([0, ['one', 'same', 'one']])
  expect(report.comparisons!.map(({ figure }) => figure)).toEqual(['answeredPerSecond', 'p50', 'p99', 'cpuMicrosPerAnswer'])
  expect(report.comparisons![0]!.ratio.median).toBeCloseTo(1, 1)
  expect(report.manifest.configuration).toMatchObject({ url: { one: url, same: url }, rounds: 1, rate: 200 })
  expect(err.match(/^\d\/3 {2}(?:one|same) {2}answered \d+\/s {2}p50 [\d.]+ ms {2}p99 [\d.]+ ms$/gm)).toHaveLength(3)
})

test('where no rate keeps the level there is no knee, and every step is a line', async () => {
  const { code, out, err, refused } = await short('shop', '--find-knee', '--url', url, '--rate', '2', '--p99-ms', '0.001')
  if (refused) return expect(err).toContain('Refused at ')
  const { knee, level } = JSON.parse(out) as KneeReport
  expect([code, knee.keptPerSecond, knee.sentence]).toEqual([1, undefined, 'No rate keeps the service level.'])
  expect(level).toMatchObject({ p99Ms: 0.001, errorShare: 0.001 })
  expect(err.trim().split('\n')).toHaveLength(knee.steps.length)
  expect(err).toMatch(/^up +2\/s +1 s {2}missed +answered \d\/s {2}p99 [\d.]+ ms {2}errors 0\.00 %$/m)
})
