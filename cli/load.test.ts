import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadReport } from '../lab/load/result.ts'
import { openLimit } from '../lab/load/limit-server.ts'
import { ran } from './testing.ts'

setDefaultTimeout(60_000)

let server: Awaited<ReturnType<typeof openLimit>>
let folder: string
beforeAll(async () => {
  server = await openLimit(1_500, 1)
  folder = await mkdtemp(join(tmpdir(), 'atelier-load-test-'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** A short one; on a machine that others keep busy it may be refused, rightly, and then there is nothing to see. */
const short = async (...args: string[]) => {
  const few = ['--rate', '200', '--seconds', '1', '--warmup', '0', '--data', folder]
  const run = await ran(['load', ...args, '--url', `http://127.0.0.1:${server.port}`, ...few, '--no-calibrate'])
  if (run.code === 3) expect(run.err).toContain('Refused: there is no figure.')
  return { ...run, refused: run.code === 3 }
}

test('a level that is kept ends with 0, and the whole result is JSON, with what is needed to get it again', async () => {
  const out = join(folder, 'result.json')
  const run = await short('shop', '--p99-ms', '20000', '--errors', '0.1%', '--json', '--out', out)
  const report = JSON.parse(run.out) as LoadReport
  expect(await Bun.file(out).json()).toEqual(report)
  expect(report.manifest.command).toStartWith('atelier load shop --p99-ms 20000 --errors 0.1% --json')
  expect(report.manifest).toMatchObject({ configuration: { rate: 200, products: 2_000, seed: 1, phases: [{ rate: 200, seconds: 1 }] } })
  if (run.refused) return expect(report.result.figures).toBeUndefined()
  expect(run.code).toBe(0)
  expect(report.level).toEqual({ p99Ms: 20_000, errorShare: 0.001, missed: [] })
  expect(report.result).toMatchObject({ scenario: 'shop', refusals: [], figures: { offered: 200, answered: 200, errors: {} } })
  expect(run.err).toMatch(
    /^ +0 s {2}offered +\d+\/s {2}answered +\d+\/s .* p50 .* p99 .* errors 0 {2}cpu generator \d+ % {2}server \d+ %$/m,
  )
})

test('a level that is missed ends with 1 and says why', async () => {
  const run = await short('--p99-ms', '0.001')
  if (!run.refused) expect([run.code, run.out]).toEqual([1, expect.stringMatching(/\nMissed: p99 is \d+\.\d ms, more than 0\.001 ms\.\n$/)])
})

test('a file is a scenario, too', async () => {
  const file = join(folder, 'own.json')
  const mix = [{ request: 'mine', weight: 1, path: '/mine/{key}', range: 5 }]
  await Bun.write(file, JSON.stringify({ name: 'own', mix, arrivals: [{ rate: 10, to: 20, seconds: 9 }] }))
  const run = await short(file)
  if (!run.refused) expect([run.code, run.out]).toEqual([0, expect.stringMatching(/^scenario +own, 1 s, keys of 2,000 products\n/)])
})

test('a rate out of the generator’s reach is refused: no figure, exit code 3', async () => {
  const args = ['--rate', '1000000', '--seconds', '1', '--warmup', '0', '--json', '--data', folder]
  const { code, out, err } = await ran(['load', '--url', `http://127.0.0.1:${server.port}`, ...args])
  expect(code).toBe(3)
  expect(err).toMatch(/^Refused: there is no figure\.\n {2}The generator reaches [^\n]*\n$/)
  const { result } = JSON.parse(out) as LoadReport
  expect([result.figures, result.refusals.length]).toEqual([undefined, 1])
})

test('where nothing listens it fails with one sentence', async () => {
  const run = await ran(['load', '--url', 'http://127.0.0.1:1', '--data', folder])
  expect(run).toEqual({ code: 1, out: '', err: 'Nothing listens at 127.0.0.1:1.\n' })
})

const wrong: [args: string[], sentence: string][] = [
  [
    ['--url', 'http://example.com'],
    '--url must be of this machine, 127.0.0.1 or [::1]; load is offered to no other, so not to example.com.',
  ],
  [
    ['--url', 'http://10.0.0.1:3000'],
    '--url must be of this machine, 127.0.0.1 or [::1]; load is offered to no other, so not to 10.0.0.1.',
  ],
  [['--url', 'https://127.0.0.1'], '--url must look like http://127.0.0.1:3000, not "https://127.0.0.1".'],
  [['--url', 'here'], '--url must look like http://127.0.0.1:3000, not "here".'],
  [['--errors', '0.1'], '--errors must look like 0.1%, not "0.1".'],
  [['--p99-ms', '0'], '--p99-ms must be milliseconds, not "0".'],
  [['--keys', 'hot'], '--keys must be one of uniform, zipf, not "hot".'],
  [['--rate', '0'], '--rate must be an integer from 1 to 1000000, not "0".'],
  [['--seconds', '7201'], '--seconds must be an integer from 1 to 7200, not "7201".'],
  [['nowhere'], 'There is no scenario "nowhere": neither a shipped one nor a file.'],
]
test.each(wrong)('%j is wrong usage', async (args, sentence) => {
  const { code, out, err } = await ran(['load', ...args])
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toStartWith(`${sentence}\n\n`)
})
