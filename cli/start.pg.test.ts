import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readLock } from '../host/lock.ts'
import { isRunning, signal } from '../host/processes.ts'
import { cloneTestDatabase } from '../host/testing-cluster.ts'
import { figure } from '../host/testing-figures.ts'
import { until } from '../host/testing.ts'
import { migrated } from './migrated.ts'
import { atelier, childrenOf, ran, type Run } from './testing.ts'

setDefaultTimeout(30_000)

const inLinux = process.platform === 'linux'

// One data directory after the other: making one takes most of a start.
let folder = ''
let dataDir = ''
let running: Run | undefined
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-start-test-'))
  dataDir = join(folder, 'data')
})
afterEach(async () => {
  await running?.[Symbol.asyncDispose]()
  running = undefined
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const start = async (...more: string[]) => {
  running = atelier(['start', '--data', dataDir, '--port', '0', '--products', '50', '--processes', '2', ...more])
  const port = await running.port()
  const supervisor = (await readLock(dataDir))!.pid
  const workers = () => childrenOf(supervisor).flatMap(({ pid, command }) => (command.endsWith('main.ts worker') ? [pid] : []))
  return { run: running, port, supervisor, workers, ask: (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { keepalive: false }) }
}
const postmaster = () => Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)))
  })

test.skipIf(!inLinux)('a first start answers from its own database, and SIGTERM leaves neither process nor port', async () => {
  const { run, port, supervisor, workers, ask } = await start()
  expect(run.output.err).toContain('Loading a demo catalogue of 50 products')
  expect(run.output.out).toMatch(
    /^Atelier is at http:\/\/localhost:\d+ \(API: http:\/\/localhost:\d+\/docs\), 2 server processes, ready in \d+\.\d s\. Ctrl-C stops it\.\n$/,
  )
  expect(((await (await ask('/products?count=1000')).json()) as unknown[]).length).toBeGreaterThanOrEqual(50)
  expect((await ask('/products/71697')).status).toBe(200)
  expect(await (await ask('/restaurants?count=1')).json()).toMatchObject({ facets: { total: 200 } })
  expect(await (await ask('/readyz')).text()).toBe('ready\n')

  const all = [run.pid, supervisor, ...workers(), postmaster()]
  expect(all).toHaveLength(5)
  expect(all.filter(isRunning)).toEqual(all)
  run.kill('SIGTERM')
  expect(await run.exited).toBe(0)
  expect(all.filter(isRunning)).toEqual([])
  expect(await isFree(port)).toBe(true)
  expect(existsSync(join(dataDir, 'atelier.lock'))).toBe(false)
  expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false)
})

test('the next start finds what was there and loads nothing', async () => {
  const { run, ask } = await start('--products', '60')
  expect(run.output.err).toBe('')
  expect(((await (await ask('/products?count=1000')).json()) as unknown[]).length).toBeLessThan(60)
  run.kill('SIGINT')
  expect(await run.exited).toBe(0)
})

test.skipIf(!inLinux)(
  'while it runs: a second start is refused, the figures are of all processes, a killed worker is replaced',
  async () => {
    const { run, port, supervisor, workers, ask } = await start()

    for (const same of [
      ['--port', '0'],
      ['--port', String(port)],
    ]) {
      const second = await ran(['start', '--data', dataDir, ...same])
      expect(second).toEqual({
        code: 1,
        out: '',
        err: `Another Atelier (pid ${supervisor}) is running on ${dataDir}; stop it or pass --data with another directory.\n`,
      })
    }
    const other = await ran(['start', '--data', join(folder, 'other'), '--port', String(port)])
    expect(other).toEqual({ code: 1, out: '', err: `Port ${port} is busy; stop what listens there or pass --port with another.\n` })

    const answered = async () =>
      figure(await (await ask('/metrics')).text(), 'atelier_http_requests_total', 'route="/products/:product_id"')
    const tags = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => [i % 9, (await ask(`/products/${(i % 9) + 1}`)).headers.get('etag')].join()),
    )
    expect(new Set(tags).size).toBe(9)
    expect(await Promise.all([answered(), answered(), answered(), answered()])).toEqual([60, 60, 60, 60])

    const [killed] = workers()
    signal(killed!, 'SIGKILL')
    let failures = 0
    await until(async () => {
      const status = await ask('/products/1').then(
        (answer) => answer.status,
        () => 'reset',
      )
      if (status !== 200) failures++
      return workers().length === 2 && !workers().includes(killed!)
    })
    // Those that had come to the killed one are lost with it, no others.
    expect(failures).toBeLessThan(5)
    expect(isRunning(supervisor)).toBe(true)
    await until(() => run.output.err.includes('a server process ended; starting another'))
    expect((await Promise.all(Array.from({ length: 20 }, () => ask('/products/1')))).map(({ status }) => status)).toEqual(
      Array(20).fill(200),
    )
  },
)

test.skipIf(!inLinux)('a PostgreSQL that is killed is started again, and what was asked for before is answered all the while', async () => {
  const { run, ask } = await start()
  for (let i = 0; i < 20; i++) await ask('/products/3')
  const killed = postmaster()
  signal(killed, 'SIGKILL')
  const seen = new Set<number>()
  await until(async () => {
    seen.add((await ask('/products/3')).status)
    return run.output.err.includes('starting it again') && (await ask('/readyz')).status === 200
  })
  expect(seen).toEqual(new Set([200]))
  expect(postmaster()).not.toBe(killed)
  await until(async () => (await ask('/products/4')).status === 200)
})

test.skipIf(!inLinux)('killed with SIGKILL, its workers end by themselves and the next start works', async () => {
  const { run, supervisor, workers, port } = await start()
  const orphans = workers()
  expect(orphans).toHaveLength(2)
  signal(supervisor, 'SIGKILL')
  expect(await run.exited).toBe(128 + 9)
  await until(() => !orphans.some(isRunning))
  expect(await isFree(port)).toBe(true)

  const next = await start()
  expect(next.run.output.err).toMatch(/^Stopping the PostgreSQL \(pid \d+\) that an earlier Atelier left running\.\n$/)
  expect((await next.ask('/products/1')).status).toBe(200)
})

test('with --database-url it serves that database and starts none', async () => {
  const url = await cloneTestDatabase(migrated)
  const own = join(folder, 'without')
  await using run = atelier(['start', '--data', own, '--port', '0', '--products', '20', '--processes', '1', '--database-url', url])
  const port = await run.port()
  expect(((await (await fetch(`http://127.0.0.1:${port}/products?count=20`)).json()) as unknown[]).length).toBe(20)
  expect(existsSync(join(own, 'postgres'))).toBe(false)
  run.kill('SIGTERM')
  expect(await run.exited).toBe(0)
})
