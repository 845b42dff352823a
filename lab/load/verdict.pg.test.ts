import { expect, setDefaultTimeout, test } from 'bun:test'
import { runLoad, type LoadOptions } from './run.ts'
import { openPlanted } from './testing-planted.ts'
import { verdictOf } from './verdict.ts'

setDefaultTimeout(60_000)

/** Short of what any machine can do, so that only what is planted can be the limit. */
const rate = 300
const phases = [{ rate, seconds: 3 }]
const stoppedMs = 160

/** Whatever the neighbours of a test do to its generator is not what is planted. */
const verdictIn = async (options: LoadOptions) => {
  const { figures } = await runLoad(options)
  return verdictOf({ ...figures!, lateness: { ...figures!.lateness, p99: 0 } })
}

test('planted: a slow database', async () => {
  await using planted = await openPlanted()
  const verdict = await verdictIn(planted.run('slow', { phases }))
  expect(verdict).toMatchObject({ limit: 'database waits' })
  expect(verdict.findings[0]!.says[1]).toMatch(/^sessions waited for Timeout:PgSleep \(0\.[6-9]\d|1\.0\d\)/)
})

test('planted: a pool of one, whose database is far and has nothing to do', async () => {
  await using planted = await openPlanted({ farMs: 4 })
  const verdict = await verdictIn(planted.run('lonely', { phases, connections: 32 }))
  expect(verdict).toMatchObject({ limit: 'connections' })
})

test('planted: a starved service process', async () => {
  await using planted = await openPlanted()
  const run = verdictIn(planted.run('quick', { phases }))
  const stop = setInterval(() => {
    process.kill(planted.pid, 'SIGSTOP')
    setTimeout(() => process.kill(planted.pid, 'SIGCONT'), stoppedMs)
  }, 200)
  const verdict = await run.finally(() => clearInterval(stop))
  await Bun.sleep(stoppedMs + 40)
  expect(verdict).toMatchObject({ limit: 'service process' })
  expect(verdict.findings[0]!.says[0]).toMatch(/^its event loop was \d/)
})

test('planted: a weak generator, whose run is refused', async () => {
  await using planted = await openPlanted()
  const { verdict, refusals } = await runLoad(planted.run('quick', { phases, burdenMicros: 5_000 }))
  expect(refusals.length).toBeGreaterThan(0)
  expect(verdict).toMatchObject({ limit: 'generator', findings: [] })
})

test('planted: nothing', async () => {
  await using planted = await openPlanted()
  const { verdict, refusals, figures } = await runLoad(planted.run('quick', { phases }))
  // On a machine that others keep busy it may be refused, or late, and then there is nothing to see.
  if (refusals.length === 0 && figures!.latency.p99 < 50) expect(verdict!.sentence).toStartWith('Nothing was at its limit.')
})
