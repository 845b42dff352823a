import type { Socket } from 'bun'
import { chunkedBody, sizedBody, type IncomingBody } from './http-body.ts'
import { BadRequest, parseHead, type RequestHead } from './http-head.ts'
import { limits } from './limits.ts'
import { text, type Reply } from './reply.ts'

/** A whole request. */
export type HttpRequest = Pick<RequestHead, 'method' | 'path' | 'search' | 'header'> & { readonly body: Uint8Array }
export type Handle = (request: HttpRequest) => Reply | Promise<Reply>

/** What all connections of a server share. */
export type Shared = { readonly handle: Handle; nowMs: number; draining: boolean; date: string }

/**
 * One client's connection: requests are read, answered and written strictly one after the other. A request that came in the
 * same packet as its predecessor waits; a client that does not read its answers is not read from.
 */
export class Connection {
  /** Since when it has been waiting for the client. */
  sinceMs: number
  readonly #socket: Socket<Connection | undefined>
  readonly #shared: Shared
  #unread: Buffer = nothing
  #unsent: { bytes: Uint8Array; at: number }[] = []
  #head: RequestHead | undefined
  #body: IncomingBody | undefined
  #paused = false
  #state: 'reading' | 'answering' | 'lingering' | 'closed' = 'reading'

  constructor(socket: Socket<Connection | undefined>, shared: Shared) {
    this.#socket = socket
    this.#shared = shared
    this.sinceMs = shared.nowMs
  }

  receive(chunk: Buffer) {
    if (this.#state === 'lingering' || this.#state === 'closed') return
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk])
    if (this.#state === 'reading') this.#advance()
    else if (this.#unread.length > limits.pipelinedBytesMax) {
      this.#paused = true
      this.#socket.pause()
    }
  }

  /** The socket takes bytes again. */
  flush() {
    this.#writeUnsent()
    if (this.#unsent.length > 0) return
    if (this.#state === 'lingering') this.#socket.shutdown()
    else if (this.#state === 'reading') this.#advance()
  }

  /** Called about once a second: closes what has waited too long, and what is idle while the server drains. */
  sweep() {
    const waitedMs = this.#shared.nowMs - this.sinceMs
    const idle = this.#state === 'reading' && this.#unread.length === 0 && !this.#head && this.#unsent.length === 0
    const late = waitedMs > (this.#state === 'lingering' ? limits.lingerMsMax : limits.idleMsMax)
    if ((late && this.#state !== 'answering') || (idle && this.#shared.draining)) this.close()
  }

  close() {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#socket.end()
  }

  gone() {
    this.#state = 'closed'
  }

  get busy() {
    return this.#state === 'answering' || this.#unsent.length > 0
  }

  #advance() {
    try {
      while (this.#state === 'reading' && this.#unsent.length === 0 && this.#read()) this.#answer()
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error
      this.#send(text(error.status, error.message), false, false)
    }
  }

  /** True when a request is whole. */
  #read(): boolean {
    if (!this.#head) {
      const at = this.#unread.length > 1 && this.#unread[0] === 13 && this.#unread[1] === 10 ? 2 : 0
      const end = this.#unread.indexOf('\r\n\r\n', at)
      if (end > limits.headBytesMax || (end < 0 && this.#unread.length > limits.headBytesMax)) {
        const lineEnd = this.#unread.indexOf('\r\n', at)
        throw lineEnd < 0 || lineEnd > limits.headBytesMax
          ? new BadRequest(414, 'URI Too Long')
          : new BadRequest(431, 'Request Header Fields Too Large')
      }
      if (end < 0) return false
      const head = parseHead(this.#unread.toString('latin1', at, end))
      this.#unread = end + 4 === this.#unread.length ? nothing : this.#unread.subarray(end + 4)
      if (head.body !== 'chunked' && head.body > limits.bodyBytesMax) throw new BadRequest(413, 'Content Too Large')
      this.#head = head
      if (head.body !== 0) {
        this.#body = head.body === 'chunked' ? chunkedBody(limits.bodyBytesMax) : sizedBody(head.body)
        if (head.expectsContinue) this.#write(goOn)
      }
    }
    if (!this.#body) return true
    this.#unread = this.#unread.subarray(this.#body.take(this.#unread))
    return this.#body.done
  }

  #answer() {
    const { method, path, search, header, keepAlive, old } = this.#head!
    const request = { method, path, search, header, body: this.#body ? this.#body.bytes : nothing }
    this.#head = undefined
    this.#body = undefined
    this.#state = 'answering'
    const reply = this.#shared.handle(request)
    if (!(reply instanceof Promise)) return this.#send(reply, keepAlive, old, method, header)
    void reply.then((landed) => {
      this.#send(landed, keepAlive, old, method, header)
      if (this.#state !== 'reading') return
      if (this.#paused) this.#socket.resume()
      this.#paused = false
      this.#advance()
    })
  }

  #send(reply: Reply, keepAlive: boolean, old: boolean, method = 'GET', header?: RequestHead['header']) {
    if (this.#state === 'closed') return
    const { date, draining } = this.#shared
    const open = keepAlive && !draining
    const known = reply.etag === undefined ? undefined : header?.('if-none-match')
    const unchanged = known !== undefined && (known === '*' || known.includes(reply.etag!))
    const status = unchanged ? 304 : reply.status
    const length = status === 304 || status === 204 ? '' : `content-length: ${reply.body.length}\r\n`
    const connection = open ? (old ? 'connection: keep-alive\r\n' : '') : 'connection: close\r\n'
    const head = `HTTP/1.1 ${statusLines[status] ?? status}\r\n${date}${reply.headers}${length}${connection}\r\n`
    this.sinceMs = this.#shared.nowMs
    this.#state = open ? 'reading' : 'lingering'
    this.#write(head, length === '' || method === 'HEAD' ? nothing : reply.body)
    // Half closed, and read for a while longer: a client still sending would otherwise be reset before it saw the answer.
    if (!open && this.#unsent.length === 0) this.#socket.shutdown()
  }

  /** Small answers go out in one piece; what the socket does not take waits for `flush`. */
  #write(head: string, body: Uint8Array = nothing) {
    const size = head.length + body.length
    if (this.#unsent.length === 0 && size <= scratch.length) {
      scratch.write(head, 0, 'latin1')
      scratch.set(body, head.length)
      const sent = Math.max(0, this.#socket.write(scratch, 0, size))
      if (sent < size) this.#unsent.push({ bytes: Buffer.from(scratch.subarray(sent, size)), at: 0 })
      return
    }
    this.#unsent.push({ bytes: Buffer.from(head, 'latin1'), at: 0 }, { bytes: body, at: 0 })
    this.#writeUnsent()
  }

  #writeUnsent() {
    for (let first = this.#unsent[0]; first; first = this.#unsent[0]) {
      if (first.at < first.bytes.length) first.at += Math.max(0, this.#socket.write(first.bytes, first.at, first.bytes.length - first.at))
      if (first.at < first.bytes.length) return
      this.#unsent.shift()
      this.sinceMs = this.#shared.nowMs
    }
  }
}

const nothing: Buffer = Buffer.alloc(0)
const goOn = 'HTTP/1.1 100 Continue\r\n\r\n'
/** Where head and body of an answer are put together; bigger ones are sent in two pieces. */
const scratch = Buffer.allocUnsafeSlow(65_536)
const statusLines: Record<number, string> = {
  200: '200 OK',
  201: '201 Created',
  204: '204 No Content',
  304: '304 Not Modified',
  400: '400 Bad Request',
  401: '401 Unauthorized',
  404: '404 Not Found',
  405: '405 Method Not Allowed',
  409: '409 Conflict',
  413: '413 Content Too Large',
  414: '414 URI Too Long',
  422: '422 Unprocessable Content',
  431: '431 Request Header Fields Too Large',
  500: '500 Internal Server Error',
  501: '501 Not Implemented',
  503: '503 Service Unavailable',
  505: '505 HTTP Version Not Supported',
}
