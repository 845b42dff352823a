import type { Socket } from 'bun'
import { chunkedBody, sizedBody, type IncomingBody } from './http-body.ts'
import { BadRequest, bareLineFeed, parseHead, type RequestHead } from './http-head.ts'
import { limits } from './limits.ts'
import { contentLength, type Reply } from './reply.ts'

/** A whole request. */
export type HttpRequest = Readonly<Pick<RequestHead, 'method' | 'path' | 'search' | 'header' | 'body'>>
export type Handle = (request: HttpRequest) => Reply | Promise<Reply>

/** What all connections of a server share: `nowMs` is of the clock that nobody sets, `failed` is told of bugs, `refused` of the status of a request that could not be understood. */
export type Shared = {
  readonly handle: Handle
  readonly failed: (error: unknown) => void
  readonly refused: (status: number) => void
  /** The answer to a request that is refused before it is whole; its path, where that is known. */
  readonly refuse: (error: BadRequest, path: string | undefined) => Reply
  nowMs: number
  draining: boolean
  date: string
  /** How sealed answers of a status begin, with that date; made when first needed. */
  beginnings: Map<number, Uint8Array>
}

/**
 * One client's connection: requests are read, answered and written strictly one after the other. A request that came in the
 * same packet as its predecessor waits; a client that does not read its answers is not read from.
 */
export class Connection {
  /** Since when it has been waiting for the client: to begin a request, to end it, or to read its answer. */
  sinceMs: number
  readonly #socket: Socket<Connection | undefined>
  readonly #shared: Shared
  #unread: Buffer = nothing
  #unsent: { bytes: Uint8Array; at: number }[] = []
  #head: RequestHead | undefined
  #body: IncomingBody | undefined
  #paused = false
  /** The client has closed its half: what it sent before is still answered. */
  #ended = false
  #state: 'reading' | 'answering' | 'lingering' | 'closed' = 'reading'

  constructor(socket: Socket<Connection | undefined>, shared: Shared) {
    this.#socket = socket
    this.#shared = shared
    this.sinceMs = shared.nowMs
  }

  receive(chunk: Buffer) {
    if (this.#state === 'lingering' || this.#state === 'closed') return
    if (this.#unread.length > 0) this.#unread = Buffer.concat([this.#unread, chunk])
    else {
      this.#unread = chunk
      if (!this.#head) this.sinceMs = this.#shared.nowMs
    }
    this.#advance()
    if (this.#paused || this.#unread.length <= limits.pipelinedBytesMax) return
    this.#paused = true
    this.#socket.pause()
  }

  /** The socket takes bytes again. */
  flush() {
    this.#writeUnsent()
    if (this.#unsent.length > 0) return
    if (this.#state === 'lingering') this.#finish()
    else this.#advance()
  }

  /** The client sends nothing more. */
  end() {
    this.#ended = true
    if (this.#state === 'lingering' && this.#unsent.length === 0) this.close()
    else this.#advance()
  }

  /** Called about once a second: closes what has waited too long, and what is idle while the server drains. */
  sweep() {
    const waitedMs = this.#shared.nowMs - this.sinceMs
    const late = waitedMs > (this.#state === 'lingering' && this.#unsent.length === 0 ? limits.lingerMsMax : limits.idleMsMax)
    if ((late && this.#state !== 'answering') || (this.#shared.draining && this.#state === 'reading' && !this.busy)) this.close()
  }

  close() {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    // What a client does not read would stay in the kernel for as long as the client stays.
    if (this.#unsent.length > 0) this.#socket.terminate()
    else this.#socket.end()
  }

  gone() {
    this.#state = 'closed'
  }

  /** A request has begun to come, or its answer has not wholly gone. */
  get busy() {
    if (this.#state === 'reading') return this.#head !== undefined || this.#unread.length > 0 || this.#unsent.length > 0
    return this.#state === 'answering' || (this.#state === 'lingering' && this.#unsent.length > 0)
  }

  /** Reads and answers as far as it goes: until a request is not whole, its answer is not yet there, or the client does not read it. */
  #advance() {
    try {
      while (this.#state === 'reading' && this.#unsent.length === 0 && this.#read()) this.#answer()
    } catch (error) {
      this.#unread = nothing
      this.#body = undefined
      if (!(error instanceof BadRequest)) return this.#fail(error)
      this.#shared.refused(error.status)
      this.#send(this.#shared.refuse(error, this.#head?.path))
    }
    if (this.#ended && this.#state === 'reading' && this.#unsent.length === 0) this.close()
    if (!this.#paused || this.#unread.length > limits.pipelinedBytesMax || this.#state === 'closed') return
    this.#paused = false
    this.#socket.resume()
  }

  /** True when a request is whole. */
  #read(): boolean {
    if (!this.#head) {
      // Empty lines before a request are skipped; old clients send one after a body.
      while (this.#unread[0] === 13 && this.#unread[1] === 10) this.#unread = this.#unread.length === 2 ? nothing : this.#unread.subarray(2)
      const end = this.#unread.indexOf(headEnd)
      if (end > limits.headBytesMax || (end < 0 && this.#unread.length > limits.headBytesMax)) {
        const lineEnd = this.#unread.indexOf('\r\n')
        throw lineEnd < 0 || lineEnd > limits.headBytesMax
          ? new BadRequest(414, 'URI Too Long')
          : new BadRequest(431, 'Request Header Fields Too Large')
      }
      if (end < 0) {
        // Such a head would never end.
        if (bareLineFeed.test(this.#unread.toString('latin1'))) throw new BadRequest(400, 'Bad Request')
        return false
      }
      const head = parseHead(this.#unread.toString('latin1', 0, end))
      this.#unread = end + 4 === this.#unread.length ? nothing : this.#unread.subarray(end + 4)
      this.#head = head
      if (head.framing !== 'chunked' && head.framing > limits.bodyBytesMax) throw new BadRequest(413, 'Content Too Large')
      if (head.framing !== 0) {
        this.#body = head.framing === 'chunked' ? chunkedBody(limits.bodyBytesMax) : sizedBody(head.framing)
        if (head.expectsContinue) this.#write(goOn)
      }
    }
    if (!this.#body) return true
    this.#unread = this.#unread.subarray(this.#body.take(this.#unread))
    return this.#body.done
  }

  #answer() {
    const head = this.#head!
    if (this.#body) head.body = this.#body.bytes
    this.#head = undefined
    this.#body = undefined
    this.#state = 'answering'
    const reply = this.#shared.handle(head)
    if (!(reply instanceof Promise)) return this.#send(reply, head)
    reply.then(
      (landed) => (this.#send(landed, head), this.#advance()),
      (error: unknown) => this.#fail(error),
    )
  }

  /** A bug: this client is given up, the others are not. */
  #fail(error: unknown) {
    this.#shared.failed(error)
    this.#state = 'closed'
    this.#socket.terminate()
  }

  /** Without the request's head the connection is closed after the answer: nobody knows what was asked. */
  #send(reply: Reply, request?: RequestHead) {
    if (this.#state === 'closed') return
    const { date, draining } = this.#shared
    const open = request !== undefined && request.keepAlive && !draining
    this.sinceMs = this.#shared.nowMs
    this.#state = open ? 'reading' : 'lingering'
    const known = reply.etag === undefined ? undefined : request?.header('if-none-match')
    const plain = open && known === undefined && request.method === 'GET' && !request.old && this.#unsent.length === 0
    if (plain && reply.sealed && reply.sealed.length < sealedBytesMax) {
      return this.#writePieces(this.#beginning(reply.status), reply.sealed)
    }
    const unchanged = known !== undefined && (known === '*' || known.includes(reply.etag!))
    const status = unchanged ? 304 : reply.status
    const length = status === 304 || status === 204 ? '' : contentLength(reply)
    const connection = open ? (request.old ? 'connection: keep-alive\r\n' : '') : 'connection: close\r\n'
    const head = `HTTP/1.1 ${statusLines[status] ?? status}\r\n${date}${reply.headers}${length}${connection}\r\n`
    this.#write(head, length === '' || request?.method === 'HEAD' ? nothing : reply.body)
    if (!open && this.#unsent.length === 0) this.#finish()
  }

  /** Half closed, and read for a while longer: a client still sending would otherwise be reset before it saw the answer. */
  #finish() {
    if (this.#ended) this.close()
    else this.#socket.shutdown()
  }

  #beginning(status: number): Uint8Array {
    const { beginnings, date } = this.#shared
    const known = beginnings.get(status)
    if (known) return known
    const made = Buffer.from(`HTTP/1.1 ${statusLines[status] ?? status}\r\n${date}`)
    beginnings.set(status, made)
    return made
  }

  #writePieces(first: Uint8Array, second: Uint8Array) {
    scratch.set(first)
    scratch.set(second, first.length)
    this.#writeScratch(first.length + second.length)
  }

  #writeScratch(size: number) {
    const sent = Math.max(0, this.#socket.write(scratch, 0, size))
    if (sent < size) this.#unsent.push({ bytes: Buffer.from(scratch.subarray(sent, size)), at: 0 })
  }

  /** Small answers go out in one piece; what the socket does not take waits for `flush`. */
  #write(head: string, body: Uint8Array = nothing) {
    const size = head.length + body.length
    if (this.#unsent.length === 0 && size <= scratch.length) {
      scratch.write(head, 0, 'latin1')
      scratch.set(body, head.length)
      return this.#writeScratch(size)
    }
    this.#unsent.push({ bytes: Buffer.from(head, 'latin1'), at: 0 }, { bytes: body, at: 0 })
    this.#writeUnsent()
  }

  #writeUnsent() {
    for (let first = this.#unsent[0]; first; first = this.#unsent[0]) {
      if (first.at < first.bytes.length) {
        const sent = this.#socket.write(first.bytes, first.at, first.bytes.length - first.at)
        if (sent <= 0) return
        first.at += sent
        this.sinceMs = this.#shared.nowMs
        if (first.at < first.bytes.length) return
      }
      this.#unsent.shift()
    }
  }
}

const nothing: Buffer = Buffer.alloc(0)
const headEnd = Buffer.from('\r\n\r\n')
const goOn = 'HTTP/1.1 100 Continue\r\n\r\n'
/** Where head and body of an answer are put together; bigger ones are sent in two pieces. */
const scratch = Buffer.allocUnsafeSlow(65_536)
const sealedBytesMax = scratch.length - 128
const statusLines: Record<number, string> = {
  200: '200 OK',
  201: '201 Created',
  204: '204 No Content',
  302: '302 Found',
  304: '304 Not Modified',
  400: '400 Bad Request',
  401: '401 Unauthorized',
  404: '404 Not Found',
  405: '405 Method Not Allowed',
  409: '409 Conflict',
  412: '412 Precondition Failed',
  413: '413 Content Too Large',
  414: '414 URI Too Long',
  422: '422 Unprocessable Content',
  428: '428 Precondition Required',
  431: '431 Request Header Fields Too Large',
  500: '500 Internal Server Error',
  501: '501 Not Implemented',
  503: '503 Service Unavailable',
  505: '505 HTTP Version Not Supported',
}
