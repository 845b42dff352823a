import { expect, setDefaultTimeout, test } from 'bun:test'
import { isRunning } from '../host/processes.ts'
import { until } from '../host/testing.ts'
import { freePorts } from './address.ts'
import { openSideServer, type SideServer } from './load-sides-server.ts'

setDefaultTimeout(30_000)

/** A program of Bun's that is told its port. */
const open = async (program: string, more: { readyMsMax?: number; signal?: AbortSignal } = {}): Promise<SideServer & { url: string }> => {
  const [port] = await freePorts(20_000 + Math.floor(Math.random() * 10_000), 1)
  const url = `http://127.0.0.1:${port}`
  const command = [process.execPath, '-e', program.replace('PORT', String(port))]
  const { signal } = new AbortController()
  return Object.assign(await openSideServer({ name: 'X', command, cwd: '/', databaseUrl: 'postgres://here', url, signal, ...more }), {
    url,
  })
}
const serving = 'Bun.serve({ port: PORT, fetch: ({ url }) => new Response(`${process.env.DATABASE_URL} ${process.pid}`) })'

test('it is there when it is ready, told its database by the environment, and ended at the end', async () => {
  let pid: number
  {
    await using server = await open(serving)
    const [database, text] = (await (await fetch(server.url, { keepalive: false })).text()).split(' ')
    pid = Number(text)
    expect([database, isRunning(pid), server.gone.aborted]).toEqual(['postgres://here', true, false])
  }
  expect(isRunning(pid)).toBe(false)
})

test('one that ends before it is ready is told with its last words', async () => {
  await expect(open('console.error("No disk.\\nNo memory."); process.exit(3)')).rejects.toThrow(
    /^X ended \(exit code 3\)\. It said last:\n {2}No disk\.\n {2}No memory\.$/,
  )
})

test('one that never becomes ready is waited for so long, and why it is not is told', async () => {
  const never = 'Bun.serve({ port: PORT, fetch: () => new Response("not ready: no database\\n", { status: 503 }) })'
  await expect(open(never, { readyMsMax: 1_500 })).rejects.toThrow(
    /^X was not ready within 1\.5 s: (?:not ready: no database|it does not answer)\. It said nothing\.$/,
  )
})

test('a program that is not there is one sentence', async () => {
  const { signal } = new AbortController()
  const opening = openSideServer({ name: 'X', command: ['/no/such'], cwd: '/', databaseUrl: '', url: 'http://127.0.0.1:1', signal })
  await expect(opening).rejects.toThrow(/^X ended \([^\n]*ENOENT[^\n]*\)\. It said nothing\.$/)
})

test('an interrupt while it starts ends it', async () => {
  const controller = new AbortController()
  const opening = open('console.error("hello"); setInterval(() => {}, 1000)', { signal: controller.signal })
  await Bun.sleep(100)
  controller.abort(new Error('Interrupted.'))
  await expect(opening).rejects.toThrow('Interrupted.')
})

test('when it ends while it is needed, that is told', async () => {
  await using server = await open(serving)
  const [, pid] = (await (await fetch(server.url, { keepalive: false })).text()).split(' ')
  process.kill(Number(pid), 'SIGKILL')
  await until(() => server.gone.aborted)
  expect(server.gone.reason).toEqual(new Error('X ended (SIGKILL). It said nothing.'))
})
