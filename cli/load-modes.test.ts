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
  expect(report.comparisons![0]!.ratio.median).toBeCloseTo(1, 0)
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

test('without a knee there is no spike, and what the search found is written all the same', async () => {
  const file = join(folder, 'spike.json')
  const { code, out, refused } = await short('spike', 'shop', '--url', url, '--rate', '2', '--p99-ms', '0.001', '--out', file)
  const report = JSON.parse(out) as KneeReport
  expect(await Bun.file(file).json()).toEqual(report)
  expect([code, report.knee.confirmed, 'spike' in report]).toEqual([refused ? 3 : 1, false, false])
})

test('where the generator has too few connections the search, and the spike after it, are refused', async () => {
  const slow = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: async () => (await Bun.sleep(2), new Response('{}')) })
  const few = ['--url', `http://127.0.0.1:${slow.port}`, '--rate', '2000', '--connections', '2']
  const { code, out, err } = await short('spike', 'shop', ...few)
  await slow.stop(true)
  const { knee, result } = JSON.parse(out) as KneeReport
  // On a machine that others keep busy the server may not be quick, and then the rate is missed, rightly.
  if (knee.steps[0]!.outcome !== 'refused') return expect(code).not.toBe(0)
  expect([code, knee.keptPerSecond, result.figures]).toEqual([3, undefined, undefined])
  expect(err).toContain('Refused at 2,000/s, so nothing is known: The generator was ')
})
