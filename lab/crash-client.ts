import type { Socket } from 'bun'

/**
 * How a request ended. `unsent`: there was no connection, so it was certainly not done. `cut` and `silent`: it may have been done, as
 * may one that was answered 503.
 */
export type Outcome = { readonly status: number; readonly body: string } | 'unsent' | 'cut' | 'silent'

/** One connection to 127.0.0.1 and one request at a time. Never sends anything twice by itself, as `fetch` may. */
export class Client implements Disposable {
  readonly #port: number
  #socket: Socket<undefined> | undefined
  #received: Buffer[] = []
  #settle: ((outcome: Outcome) => void) | undefined

  constructor(port: number) {
    this.#port = port
  }

  async ask(request: string): Promise<Outcome> {
    const socket = (this.#socket ??= await this.#connect())
    if (!socket) return 'unsent'
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    const late = setTimeout(() => this.#end(socket, 'silent'), answerMsMax)
    this.#settle = resolve
    this.#received = []
    // What the kernel does not take of so small a request, it takes of no request: the connection is gone.
    if (socket.write(request) < Buffer.byteLength(request)) this.#end(socket, 'cut')
    const outcome = await promise
    clearTimeout(late)
    return outcome
  }

  /** The next request goes by a new connection: maybe to another process. */
  [Symbol.dispose]() {
    this.#socket?.terminate()
    this.#socket = undefined
  }

  async #connect(): Promise<Socket<undefined> | undefined> {
    const handlers = {
      binaryType: 'buffer' as const,
      data: (socket: Socket<undefined>, chunk: Buffer) => this.#receive(socket, chunk),
      end: (socket: Socket<undefined>) => this.#end(socket, 'cut'),
      close: (socket: Socket<undefined>) => this.#end(socket, 'cut'),
      error: (socket: Socket<undefined>) => this.#end(socket, 'cut'),
      connectError: () => {},
    }
    return Bun.connect({ hostname: '127.0.0.1', port: this.#port, data: undefined, socket: handlers }).catch(() => undefined)
  }

  #receive(socket: Socket<undefined>, chunk: Buffer) {
    if (socket !== this.#socket) return
    this.#received.push(chunk)
    const all = Buffer.concat(this.#received)
    const headEnd = all.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const head = all.toString('latin1', 0, headEnd)
    const bodyEnd = headEnd + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (all.length < bodyEnd) return
    if (/\r\nconnection: close/i.test(head)) this[Symbol.dispose]()
    this.#settle?.({ status: Number(head.slice(9, 12)), body: all.toString('utf8', headEnd + 4, bodyEnd) })
    this.#settle = undefined
  }

  #end(socket: Socket<undefined>, outcome: 'cut' | 'silent') {
    if (socket !== this.#socket) return
    this[Symbol.dispose]()
    this.#settle?.(outcome)
    this.#settle = undefined
  }
}

/** A request as it goes on the wire. Without a body, `json` is undefined. */
export const requestOf = (method: 'GET' | 'PUT' | 'POST', path: string, json?: object, header = ''): string => {
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${header === '' ? '' : `${header}\r\n`}`
  if (!json) return `${head}\r\n`
  const body = JSON.stringify(json)
  return `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** The server itself gives up on a write after 7 s. */
const answerMsMax = 20_000
