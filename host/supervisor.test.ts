import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../kit/log.ts'
import { isRunning, signal } from './processes.ts'
import type { ServerConfig } from './server.ts'
import { Supervisor } from './supervisor.ts'
import { until } from './testing.ts'

setDefaultTimeout(30_000)

let folder = ''
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'atelier-supervisor-test-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Stands in for a worker: signs in, and when it is told to serve does what the file `behaviour` says at that moment. */
const standIn = `
  const { readFileSync, writeFileSync } = require('node:fs')
  const [home] = process.argv.slice(-1)
  writeFileSync(home + '/started-' + process.pid, '')
  setInterval(() => {}, 1000)
  process.on('message', ({ type }) => {
    if (type === 'stop') process.exit(0)
    if (type !== 'serve') return
    const behaviour = readFileSync(home + '/behaviour', 'utf8')
    if (behaviour === 'ready') {
      process.send({ type: 'ready', port: 1 })
      writeFileSync(home + '/ready-' + process.pid, '')
    }
    if (behaviour === 'failed') process.send({ type: 'failed', reason: 'The port is too small.' })
    if (behaviour === 'dies') process.exit(3)
  })
  process.send({ type: 'hello' })`

const config: ServerConfig = { host: '127.0.0.1', port: 1, reusePort: true, databaseUrl: '', memoryBytesMax: 0, version: 'test' }
const openHome = async (behaviour: string) => {
  const home = await mkdtemp(join(folder, 'home-'))
  const behave = (how: string) => writeFile(join(home, 'behaviour'), how)
  await behave(behaviour)
  const all = async (what: string) =>
    (await readdir(home)).flatMap((name) => (name.startsWith(`${what}-`) ? [Number(name.slice(what.length + 1))] : []))
  const started = () => all('started')
  const living = async () => (await started()).filter(isRunning)
  const ready = async () => (await all('ready')).filter(isRunning)
  const open = (processes: number) =>
    Supervisor.open({ processes, config, command: [process.execPath, '-e', standIn, home], log: silentLog() })
  return { behave, started, living, ready, open }
}

test('it is open when every worker is ready, and closed when every one has gone', async () => {
  const { living, open } = await openHome('ready')
  const supervisor = await open(3)
  expect(await living()).toHaveLength(3)
  expect(supervisor.pids.toSorted()).toEqual((await living()).toSorted())
  await supervisor[Symbol.asyncDispose]()
  expect(await living()).toEqual([])
})

test.each([
  ['failed', 'The port is too small.'],
  ['dies', 'A server process ended before it was ready.'],
])('when the first workers say "%s" it does not open, says why, and leaves none behind', async (behaviour, reason) => {
  const { living, open } = await openHome(behaviour)
  await expect(open(2)).rejects.toThrow(reason)
  expect(await living()).toEqual([])
})

test('a worker that was killed is replaced', async () => {
  const { living, open } = await openHome('ready')
  await using _ = await open(2)
  const [first] = await living()
  signal(first!, 'SIGKILL')
  await until(async () => !(await living()).includes(first!) && (await living()).length === 2)
})

test('replacements that fail do not pile up, and the first that does not is kept', async () => {
  const { behave, started, living, ready, open } = await openHome('ready')
  await using _ = await open(1)
  await behave('failed')
  signal((await living())[0]!, 'SIGKILL')
  await until(async () => (await started()).length >= 3)
  expect((await living()).length).toBeLessThanOrEqual(1)
  await behave('ready')
  await until(async () => (await ready()).length === 1)
  await until(async () => (await living()).length === 1)
  expect(await living()).toEqual(await ready())
})

test('closing does not wait for a worker that is still starting', async () => {
  const { behave, started, living, open } = await openHome('ready')
  const supervisor = await open(1)
  await behave('nothing')
  signal((await living())[0]!, 'SIGKILL')
  await until(async () => (await started()).length === 2)
  await supervisor[Symbol.asyncDispose]()
  expect(await living()).toEqual([])
})
