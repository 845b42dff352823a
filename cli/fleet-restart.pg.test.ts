import { afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { isRunning, signal } from '../host/processes.ts'
import { nginxProgram } from '../host/testing-nginx.ts'
import { until } from '../host/testing.ts'
import { openTestFleet, shopFiles, type TestFleet } from './fleet-fixture.ts'
import { steadily } from './testing-steady.ts'
import { ran } from './testing.ts'

setDefaultTimeout(60_000)
const withNginx = test.skipIf(!nginxProgram || process.platform !== 'linux')

let fleet: TestFleet
const open = async (...args: string[]) => (fleet = await openTestFleet(args, shopFiles))
afterEach(() => fleet?.[Symbol.asyncDispose]())

const read = (n: number) => [`GET /reviews?product_id=${(n % 3) + 1} HTTP/1.1\r\nhost: shop\r\n\r\n`, 200] as const
const interaction = '{"element":"a","widget":"b","time":"now"}'
const readOrWrite = (n: number) => {
  if (n % 5 > 1) return read(n)
  if (n % 5 === 1) return [`PUT /reviews/${(n % 40) + 1}/helpful HTTP/1.1\r\nhost: shop\r\ncontent-length: 4\r\n\r\nnull`, 204] as const
  return [`POST /interactions HTTP/1.1\r\nhost: shop\r\ncontent-length: ${interaction.length}\r\n\r\n${interaction}`, 201] as const
}
const restart = async () =>
  expect(await ran(['fleet', '--restart', '--data', fleet.dataDir])).toEqual({
    code: 0,
    out: expect.stringMatching(/^Every server was restarted, in \d+\.\d s\.\n$/),
    err: '',
  })

withNginx('every server is replaced under load, and no request fails, reads or writes', async () => {
  await open('--servers', '2')
  const before = fleet.workers()
  const { answers, failures } = await steadily({ port: fleet.port, connections: 12, request: readOrWrite }, restart)
  expect(failures).toEqual([])
  expect(answers).toBeGreaterThan(200)
  const after = fleet.workers()
  expect([after.length, after.filter((pid) => before.includes(pid))]).toEqual([2, []])
  expect(before.filter(isRunning)).toEqual([])
  for (const port of fleet.ports) expect((await fetch(`http://127.0.0.1:${port}/healthz`, { keepalive: false })).status).toBe(200)
})

withNginx('even one alone; SIGHUP asks for it too', async () => {
  await open('--servers', '1')
  const [before] = fleet.workers()
  const { failures } = await steadily({ port: fleet.port, connections: 6, request: readOrWrite }, async () => {
    fleet.run.kill('SIGHUP')
    await until(() => !isRunning(before!) && fleet.workers().length === 1)
  })
  expect(failures).toEqual([])
})

withNginx('a server that is killed is replaced on its port, and no read fails', async () => {
  await open('--servers', '2')
  const [killed] = fleet.workers()
  const { failures } = await steadily({ port: fleet.port, connections: 12, request: read }, async () => {
    await Bun.sleep(300)
    signal(killed!, 'SIGKILL')
    await until(() => fleet.workers().length === 2 && !fleet.workers().includes(killed!))
    await Bun.sleep(300)
  })
  expect(failures).toEqual([])
  expect(fleet.run.output.err).toContain('a server ended; starting another')
})

withNginx('a frozen server costs a read two seconds, not an error', async () => {
  await open('--servers', '2')
  const [frozen] = fleet.workers()
  signal(frozen!, 'SIGSTOP')
  try {
    const { failures, answers } = await steadily({ port: fleet.port, connections: 8, request: read }, () => Bun.sleep(3_500))
    expect(failures).toEqual([])
    expect(answers).toBeGreaterThan(100)
  } finally {
    signal(frozen!, 'SIGCONT')
  }
})

withNginx('a fleet of some services answers for these; killed, it leaves nobody on its port', async () => {
  await open('--servers', '1', '--services', 'products,reviews', '--cache')
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${fleet.port}${path}`, { keepalive: false })).status
  expect(await Promise.all(['/products/1', '/reviews?product_id=1', '/cart', '/qa/questions?product_id=1'].map(ask))).toEqual([
    200, 200, 404, 404,
  ])
  signal(fleet.run.pid, 'SIGKILL')
  await fleet.run.exited
  await until(() =>
    ask('/products/1').then(
      () => false,
      () => true,
    ),
  )
})
