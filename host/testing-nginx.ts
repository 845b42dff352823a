import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fleetTopology, type Address, type FleetOptions, type Topology } from '../deploy/topology.ts'
import { RawClient } from '../kit/http-testing.ts'
import { silentLog } from '../kit/log.ts'
import { findNginx, openNginx, type Nginx } from './fleet-nginx.ts'

/** Where NGINX is; without it the tests that need it are skipped, and it is said once. */
export const nginxProgram = ((): string | undefined => {
  try {
    return findNginx(process.env['PATH'] ?? '')
  } catch {
    console.error('Tests with NGINX are skipped: it is not installed.')
    return undefined
  }
})()

/** A server that keeps every request as it came, and answers what it is told to: nothing is a connection cut. */
export type Stub = Disposable & {
  readonly address: Address
  readonly requests: string[]
  answer: (request: string) => Promise<string | undefined> | string | undefined
}

export const openStub = (answer: Stub['answer'], port = 0): Stub => {
  const requests: string[] = []
  const respond = async (socket: Bun.Socket<{ unread: string }>, request: string) => {
    const answered = await stub.answer(request)
    if (answered === undefined) socket.terminate()
    else socket.write(answered)
  }
  const listener = Bun.listen<{ unread: string }>({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: (socket) => void (socket.data = { unread: '' }),
      data(socket, chunk) {
        const unread = (socket.data.unread += chunk.toString('latin1'))
        const headEnd = unread.indexOf('\r\n\r\n')
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(unread)?.[1] ?? 0)
        if (headEnd < 0 || unread.length < headEnd + 4 + length) return
        socket.data.unread = ''
        requests.push(unread)
        void respond(socket, unread)
      },
      error() {},
    },
  })
  const stub: Stub = { address: { host: '127.0.0.1', port: listener.port }, requests, answer, [Symbol.dispose]: () => listener.stop(true) }
  return stub
}

export const reply = (body: string, headers: Record<string, string> = {}, status = '200 OK') =>
  `HTTP/1.1 ${status}\r\n${Object.entries({ 'cache-control': 'no-cache', ...headers, 'content-length': body.length })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}`

export type TestNginx = AsyncDisposable & {
  readonly port: number
  readonly folder: string
  readonly topology: Topology
  readonly nginx: Nginx
  /** Sends the text on a connection of its own, and gives all that came back when the answer is whole. */ say(
    text: string,
  ): Promise<string>
}

/** Real NGINX on a free port in front of these. `change` has the last word on the topology. */
export const openTestNginx = async (
  options: Partial<FleetOptions> & { servers: readonly Address[] },
  change = (topology: Topology) => topology,
): Promise<TestNginx> => {
  await using opened = new AsyncDisposableStack()
  const base = await mkdtemp(join(tmpdir(), 'atelier nginx-test-'))
  opened.defer(() => rm(base, { recursive: true, force: true }))
  const port = await freeTestPort()
  const topology = change(
    fleetTopology({
      listen: { host: '127.0.0.1', port },
      folder: join(base, 'nginx'),
      workers: 1,
      spare: { host: '127.0.0.1', port: 1 },
      services: [],
      cache: false,
      open: [],
      ...options,
    }),
  )
  const nginx = opened.use(await openNginx({ program: nginxProgram!, topology, logFile: join(base, 'nginx.log'), log: silentLog() }))
  const running = opened.move()
  return {
    port,
    folder: topology.door.folder,
    topology,
    nginx,
    async say(text) {
      using client = await RawClient.connect(port)
      await client.send(text)
      return await client.until((heard) => isWhole(heard, text.startsWith('HEAD ')))
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

const isWhole = (heard: string, bodiless: boolean) => {
  const headEnd = heard.indexOf('\r\n\r\n')
  const length = bodiless ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(heard)?.[1] ?? 0)
  return headEnd >= 0 && heard.length >= headEnd + 4 + length
}

const freeTestPort = async () => {
  using probe = openStub(() => undefined)
  return probe.address.port
}
