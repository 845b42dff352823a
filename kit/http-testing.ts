import type { Socket } from 'bun'
import { heapStats } from 'bun:jsc'
import pino from 'pino'
import { get, textField, type Endpoint } from './endpoint.ts'
import { tooBusy } from './errors.ts'
import { serveHttp, type HttpServer } from './http.ts'
import { openMetrics } from './metrics.ts'
import { json, sealed, text, type Reply } from './reply.ts'

/** A server with a few small endpoints and no database, for tests of the door itself. */
export type TestDoor = AsyncDisposable & {
  readonly server: HttpServer
  /** What was logged, a JSON object a line. */
  readonly logged: string[]
  /** Requests that have reached `/held`. */
  readonly held: number
  /** Lets them be answered. */
  release(): void
  connections(): number
  connect(): Promise<RawClient>
  /** Sends the pieces one by one, closes its half, and gives all that came back. */
  talk(...pieces: (string | Uint8Array)[]): Promise<string>
}

export const bigBytes = 33_554_432

export const openTestDoor = (): TestDoor => {
  const logged: string[] = []
  const metrics = openMetrics()
  let held = 0
  let { promise: released, resolve: release } = Promise.withResolvers<void>()
  const hold = async () => {
    held++
    await released
    return text(200, 'released')
  }
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) })
  const server = serveHttp({ host: '127.0.0.1', port: 0, endpoints: endpoints(hold), metrics, log })
  const connect = () => RawClient.connect(server.port)
  return {
    server,
    logged,
    get held() {
      return held
    },
    release() {
      release()
      ;({ promise: released, resolve: release } = Promise.withResolvers<void>())
      held = 0
    },
    connections: () => metrics.snapshot().find(({ name }) => name === 'atelier_http_connections')!.lines[0]![1],
    connect,
    async talk(...pieces) {
      const client = await connect()
      for (const [i, piece] of pieces.entries()) {
        if (i > 0) await Bun.sleep(1)
        await client.send(piece)
      }
      client.finish()
      await client.closed
      return client.received
    },
    async [Symbol.asyncDispose]() {
      release()
      await server.drain()
    },
  }
}

const endpoints = (hold: () => Promise<Reply>): Endpoint[] => {
  const about = { summary: 'For tests', tag: 'test' }
  const word = textField('any')
  const big = Buffer.alloc(bigBytes, 'b')
  const document = json(Buffer.from('{"kept":true}'))
  const sealedDocument = sealed(document)
  return [
    get('/', about, () => text(200, 'home')),
    get('/echo/:word', { ...about, params: { word }, query: { q: word } }, (input) => text(200, `${input.word} ${input.q}`)),
    get('/later/:word', { ...about, params: { word } }, async ({ word }) => {
      await Bun.sleep(5)
      return text(200, word)
    }),
    get('/held', about, hold),
    get('/document', about, () => document),
    get('/sealed', about, () => sealedDocument),
    get('/sealed/:length', { ...about, params: { length: word } }, ({ length }) =>
      sealed({ status: 200, headers: '', etag: undefined, body: Buffer.alloc(Number(length), 's') }),
    ),
    get('/big', about, () => ({ status: 200, headers: '', etag: undefined, body: big })),
    get('/broken', about, () => {
      throw new Error('a secret')
    }),
    get('/broken-later', about, async () => {
      await Bun.sleep(1)
      // eslint-disable-next-line no-throw-literal, typescript/only-throw-error -- libraries do
      throw 'a secret'
    }),
    get('/busy', about, () => {
      throw tooBusy('Error: too many')
    }),
    {
      ...get('/body', about, (_, { request: { body } }) => {
        const said = Buffer.concat([Buffer.from(`${body.length} `), body.subarray(0, 64)])
        return { status: 200, headers: '', etag: undefined, body: said }
      }),
      method: 'POST',
    },
  ]
}

/** A client that says exactly what it is told to, and hears everything. */
export class RawClient implements Disposable {
  /** The server sends nothing more. */
  readonly ended: Promise<void>
  /** Nor does the client. */
  readonly closed: Promise<void>
  isClosed = false
  #socket!: Socket
  #chunks: Buffer[] = []
  #unsent = Buffer.alloc(0)
  #sent = Promise.withResolvers<void>()
  #heard = Promise.withResolvers<void>()
  #end = Promise.withResolvers<void>()
  #close = Promise.withResolvers<void>()

  private constructor() {
    this.ended = this.#end.promise
    this.closed = this.#close.promise
  }

  static async connect(port: number): Promise<RawClient> {
    const client = new RawClient()
    client.#socket = await Bun.connect({
      hostname: '127.0.0.1',
      port,
      allowHalfOpen: true,
      socket: {
        binaryType: 'buffer',
        data(_, chunk) {
          client.#chunks.push(chunk)
          client.#heard.resolve()
        },
        drain: () => client.#write(),
        close() {
          client.isClosed = true
          client.#sent.resolve()
          client.#heard.resolve()
          client.#end.resolve()
          client.#close.resolve()
        },
        // Without it Bun closes the other half too.
        end: () => client.#end.resolve(),
        error() {},
      },
    })
    return client
  }

  /** Everything heard so far, as latin1. */
  get received(): string {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]?.toString('latin1') ?? ''
  }

  get receivedBytes(): number {
    return this.#chunks.reduce((sum, { length }) => sum + length, 0)
  }

  /** Resolves when the kernel has taken all, or the connection is closed. */
  send(piece: string | Uint8Array): Promise<void> {
    this.#sent = Promise.withResolvers<void>()
    this.#unsent = Buffer.from(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
    this.#write()
    return this.#sent.promise
  }

  /** Waits until `seen` is true of what was received. */
  async until(seen: (received: string) => boolean): Promise<string> {
    while (!seen(this.received)) {
      if (this.isClosed) throw new Error(`closed after: ${this.received.slice(0, 500)}`)
      this.#heard = Promise.withResolvers<void>()
      await this.#heard.promise
    }
    return this.received
  }

  /** Waits for `count` whole answers. */
  async answers(count: number): Promise<Answer[]> {
    return answersIn(await this.until((received) => answersIn(received).length >= count))
  }

  /** Sends nothing more, hears on. */
  finish() {
    this.#socket.shutdown()
  }

  /** Does not hear until `resume`. */
  pause() {
    this.#socket.pause()
  }

  resume() {
    this.#socket.resume()
  }

  /** Goes away without a word: a reset. */
  vanish() {
    this.#socket.terminate()
  }

  [Symbol.dispose]() {
    this.#socket.end()
  }

  #write() {
    if (this.isClosed) return this.#sent.resolve()
    const sent = this.#socket.write(this.#unsent)
    this.#unsent = this.#unsent.subarray(Math.max(0, sent))
    if (this.#unsent.length === 0 || sent < 0) this.#sent.resolve()
  }
}

export type Answer = { status: number; headers: Map<string, string>; body: string; whole: string }

/** The whole answers in what a client heard. `bodiless`: to HEAD requests. */
export const answersIn = (received: string, { bodiless = false } = {}): Answer[] => {
  const answers: Answer[] = []
  for (let at = 0; at < received.length;) {
    const end = received.indexOf('\r\n\r\n', at)
    if (end < 0) break
    const [statusLine = '', ...lines] = received.slice(at, end).split('\r\n')
    const status = Number(/^HTTP\/1\.1 (\d{3}) [A-Za-z ]+$/.exec(statusLine)?.[1])
    if (!status) throw new Error(`not a status line: ${statusLine.slice(0, 200)}`)
    const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]))
    const length = bodiless ? 0 : Number(headers.get('content-length') ?? 0)
    if (end + 4 + length > received.length) break
    answers.push({
      status,
      headers,
      body: received.slice(end + 4, end + 4 + length),
      whole: received.slice(at, end + 4 + length),
    })
    at = end + 4 + length
  }
  return answers
}

/** What is held on to, by the server and all of this process: what nobody can reach any more does not count. */
export const heldBytes = (): number => {
  Bun.gc(true)
  return heapStats().heapSize
}

/** Waits until it is so; the test's own limit ends a wait in vain. */
export const eventually = async (isSo: () => boolean) => {
  while (!isSo()) await Bun.sleep(5)
}
