import type { Socket, SocketHandler } from 'bun'
import { openAnswerHead, readAnswerHead } from './answer-head.ts'
import type { Loopback } from './driving.ts'

/** A connection and the request it carries, one at a time as browsers do. */
export type Connection = {
  readonly index: number
  socket: Socket<Connection> | undefined
  /** Carries a request that has no answer yet. */
  busy: boolean
  /** Stands in the line of the free ones, maybe no longer rightly. */
  listed: boolean
  /** Of the request: its intended start, when it was sent, its part of the mix, its key. */
  dueMs: number
  sentMs: number
  part: number
  key: number
  /** Of the answer: -1 while its head is not all there. */
  bodyLeft: number
  status: number
  bodyBytes: number
  closes: boolean
  /** What came of a head that was cut. */
  headStart: Buffer | undefined
  /** The body's pieces, when it is to be kept. */
  pieces: Buffer[] | undefined
  /** What of the request did not fit into the socket yet. */
  unsent: Uint8Array | undefined
}

export type ConnectionEvents = {
  answered(connection: Connection, nowMs: number): void
  /** The request it carried has no answer and will have none. */
  broken(connection: Connection, kind: 'connection closed' | 'not understood' | 'timed out'): void
  /** It is free; true when a request went out on it at once. */
  next(connection: Connection): boolean
  /** Something threw in here. */
  fault(error: Error): void
}

/** A bounded number of kept connections; one that closes is opened again. */
export class Connections implements Disposable {
  readonly counts = { opened: 0, failed: 0, closed: 0 }
  inFlight = 0
  readonly #at: { hostname: Loopback; port: number }
  readonly #events: ConnectionEvents
  readonly #all: Connection[]
  /** In the order in which they became free, so that all of them are used alike. */
  readonly #line: Int32Array
  #lineFirst = 0
  #lineCount = 0
  #closing = false

  /** Rejects when not one can be opened. */
  static async open(at: { host: Loopback; port: number }, count: number, events: ConnectionEvents): Promise<Connections> {
    const connections = new Connections(at, count, events)
    for (let index = 0; index < count; index += openedTogether) {
      await Promise.all(connections.#all.slice(index, index + openedTogether).map((connection) => connections.#connect(connection)))
      if (connections.counts.opened === 0) throw new Error(`Nothing listens at ${at.host}:${at.port}.`)
    }
    return connections
  }

  private constructor({ host, port }: { host: Loopback; port: number }, count: number, events: ConnectionEvents) {
    this.#at = { hostname: host, port }
    this.#events = events
    this.#all = Array.from({ length: count }, (_, index) => closedConnection(index))
    this.#line = new Int32Array(count)
  }

  /** The one that has been free for longest. */
  take(): Connection | undefined {
    while (this.#lineCount > 0) {
      const connection = this.#all[this.#line[this.#lineFirst]!]!
      this.#lineFirst = (this.#lineFirst + 1) % this.#line.length
      this.#lineCount--
      connection.listed = false
      if (connection.socket && !connection.busy) return connection
    }
    return undefined
  }

  send(connection: Connection, bytes: Uint8Array, length: number): void {
    this.inFlight++
    connection.busy = true
    connection.bodyLeft = -1
    const written = connection.socket!.write(bytes, 0, length)
    if (written < length) connection.unsent = bytes.slice(Math.max(0, written), length)
  }

  /** Gives up the requests meant to start before `untilMs`. */
  giveUpBefore(untilMs: number): void {
    for (const connection of this.#all) if (connection.busy && connection.dueMs < untilMs) this.#breakOff(connection, 'timed out')
  }

  [Symbol.dispose](): void {
    this.#closing = true
    for (const { socket } of this.#all) socket?.terminate()
  }

  readonly #handlers: SocketHandler<Connection> = {
    binaryType: 'buffer',
    open: (socket) => {
      socket.data.socket = socket
      this.counts.opened++
      this.#free(socket.data)
    },
    data: (socket, chunk) => {
      if (socket.data.socket === socket) this.#read(socket.data, chunk)
    },
    drain: ({ data: connection }) => {
      const { unsent, socket } = connection
      if (!unsent || !socket) return
      const written = Math.max(0, socket.write(unsent))
      connection.unsent = written < unsent.length ? unsent.subarray(written) : undefined
    },
    close: (socket) => {
      if (socket.data.socket !== socket) return
      this.counts.closed++
      this.#breakOff(socket.data, 'connection closed')
    },
    error: (_, error) => this.#events.fault(error),
  }

  async #connect(connection: Connection): Promise<void> {
    try {
      await Bun.connect<Connection>({ ...this.#at, data: connection, socket: this.#handlers })
    } catch {
      this.counts.failed++
      setTimeout(() => this.#closing || void this.#connect(connection), reconnectMs)
    }
  }

  #read(connection: Connection, chunk: Buffer): void {
    let body = chunk
    if (connection.bodyLeft < 0) {
      const start = connection.headStart ? Buffer.concat([connection.headStart, chunk]) : chunk
      if (!connection.busy || start.length > headBytesMax) return this.#breakOff(connection, 'not understood')
      if (!readAnswerHead(start, head)) return void (connection.headStart = start)
      if (head.status < 200 || head.bodyBytes < 0) return this.#breakOff(connection, 'not understood')
      connection.headStart = undefined
      connection.status = head.status
      connection.closes = head.closes
      connection.bodyBytes = connection.bodyLeft = head.bodyBytes
      body = start.subarray(head.headBytes)
    }
    connection.bodyLeft -= body.length
    connection.pieces?.push(body)
    if (connection.bodyLeft < 0) return this.#breakOff(connection, 'not understood')
    if (connection.bodyLeft > 0) return
    connection.busy = false
    this.inFlight--
    this.#events.answered(connection, performance.now())
    connection.pieces = undefined
    if (connection.closes) this.#breakOff(connection, 'connection closed')
    else this.#free(connection)
  }

  #free(connection: Connection): void {
    if (this.#events.next(connection) || connection.listed) return
    connection.listed = true
    this.#line[(this.#lineFirst + this.#lineCount++) % this.#line.length] = connection.index
  }

  /** The connection goes, with the request on it when there is one, and another takes its place. */
  #breakOff(connection: Connection, kind: Parameters<ConnectionEvents['broken']>[1]): void {
    const { index, socket, busy, listed } = connection
    if (busy) {
      this.inFlight--
      this.#events.broken(connection, kind)
    }
    // First, for the socket's own close may call back at once, and finds that it is no longer ours.
    Object.assign(connection, closedConnection(index), { listed })
    socket?.terminate()
    if (!this.#closing) void this.#connect(connection)
  }
}

const closedConnection = (index: number): Connection => ({
  index,
  socket: undefined,
  busy: false,
  listed: false,
  dueMs: 0,
  sentMs: 0,
  part: 0,
  key: 0,
  bodyLeft: -1,
  status: 0,
  bodyBytes: 0,
  closes: false,
  headStart: undefined,
  pieces: undefined,
  unsent: undefined,
})

const head = openAnswerHead()
const headBytesMax = 1_048_576
const reconnectMs = 100
/** Fewer than any server lets wait to be accepted. */
const openedTogether = 64
