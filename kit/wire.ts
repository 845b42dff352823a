import type { Socket } from 'bun'
import type { Database } from './db.ts'
import { limits } from './limits.ts'
import { openAuthentication } from './wire-auth.ts'
import { batch, closeStatement, parse, query, sslRequest, startup, type Column } from './wire-messages.ts'

/** A prepared statement of the read path: takes one `bigint[]` per column, then a `text[]` for each of `texts`; returns rows of (bigint, text). */
export type Statement = { name: string; text: string; columns: number; texts?: number }
/** `body` are the bytes of the second column as PostgreSQL sent them, undefined for null. */
export type OnRow = (key: number, body: Uint8Array | undefined) => void

/**
 * One connection to PostgreSQL that does one thing: a prepared statement over a batch of integers, its answer's bytes handed
 * on undecoded. Measured against postgres.js it saves a third of a point read (docs/decisions/read-path.md).
 * One statement at a time; `done` is called once for each `run`, with an error when the statement failed or the connection broke.
 */
export type Wire = {
  run(statement: Statement, columns: readonly Column[], rows: number, onRow: OnRow, done: (error?: Error) => void): void
  close(): void
}

/** The statement may be sent again on another connection; any other error is the statement's own. */
export class ConnectionLost extends Error {}

/** Settings of the read connections: plans are made once, for any number of keys. */
const session = `set plan_cache_mode = force_generic_plan; set enable_hashjoin = off; set enable_mergejoin = off; set default_transaction_read_only = on`

/** Resolves when the connection is ready for statements. `onClose` is called once when an established one ends. */
export const openWire = (database: Database, onClose: () => void): Promise<Wire> => {
  const { promise, resolve, reject } = Promise.withResolvers<Wire>()
  const authenticate = openAuthentication(database.password)
  const prepared = new Set<string>()
  const frames = new Frames()
  let socket: Socket | undefined
  let phase: 'tls' | 'start' | 'session' | 'ready' | 'closed' = database.tls === 'off' ? 'start' : 'tls'
  let running: { name: string; onRow: OnRow; done: (error?: Error) => void } | undefined
  let failure: Error | undefined
  let overdue: ReturnType<typeof setTimeout> | undefined

  const close = (cause: Error) => {
    const error = new ConnectionLost(cause.message)
    if (phase === 'closed') return
    const wasReady = phase === 'ready'
    phase = 'closed'
    clearTimeout(overdue)
    clearTimeout(opening)
    socket?.end()
    socket?.terminate()
    if (!wasReady) return reject(error)
    // First the pool learns that this connection is gone, or what waits would be sent on it once more.
    onClose()
    running?.done(error)
    running = undefined
  }
  const opening = setTimeout(() => close(new Error('The database did not accept a connection in time.')), limits.connectSecondsMax * 1000)

  const limitStatement = () => {
    clearTimeout(overdue)
    overdue = setTimeout(() => close(new Error('The database did not answer a statement in time.')), limits.statementMsMax)
  }

  const wire: Wire = {
    run(statement, columns, rows, onRow, done) {
      if (phase !== 'ready') return done(new ConnectionLost('The database connection is closed.'))
      if (running) return done(new Error('The database connection is busy.'))
      running = { name: statement.name, onRow, done }
      failure = undefined
      limitStatement()
      const messages = batch(statement.name, columns, rows)
      if (prepared.has(statement.name)) return send(messages)
      send(
        Buffer.concat([
          closeStatement(statement.name),
          parse(statement.name, statement.text, statement.columns, statement.texts),
          messages,
        ]),
      )
    },
    close: () => close(new Error('The database connection was closed.')),
  }

  const onMessage: OnMessage = (type, bytes, at, end) => {
    if (phase === 'closed') return
    if (type === 68 /* D: DataRow, of an int8 and a text: count, length, key, length, body */) {
      const length = bytes.readInt32BE(at + 14)
      const key = bytes.readInt32BE(at + 6) * 4294967296 + bytes.readUInt32BE(at + 10)
      running?.onRow(key, length < 0 ? undefined : bytes.subarray(at + 18, end))
    } else if (type === 90 /* Z: ReadyForQuery */) {
      if (phase === 'start') {
        phase = 'session'
        return send(query(session))
      }
      if (phase === 'session') {
        phase = 'ready'
        clearTimeout(opening)
        if (failure) return close(failure)
        return resolve(wire)
      }
      clearTimeout(overdue)
      const { name, done } = running!
      running = undefined
      // Prepared anew the next time: what failed may have been its preparation, or a plan for tables that are no longer the same.
      if (failure) prepared.delete(name)
      done(failure)
    } else if (type === 49 /* 1: ParseComplete */) {
      if (running) prepared.add(running.name)
    } else if (type === 82 /* R: Authentication */) {
      const answer = authenticate(bytes.subarray(at, end))
      if (answer) send(answer)
    } else if (type === 69 /* E: ErrorResponse */) {
      failure = serverError(bytes.subarray(at, end))
      if (phase !== 'ready') close(failure)
    }
  }

  let unsent: Buffer | undefined
  const send = (bytes: Buffer) => {
    const all = unsent ? Buffer.concat([unsent, bytes]) : bytes
    const sent = Math.max(0, socket?.write(all) ?? 0)
    unsent = sent < all.length ? all.subarray(sent) : undefined
  }

  const handlers = {
    binaryType: 'buffer' as const,
    open(opened: Socket) {
      if (phase === 'closed') return void opened.terminate() // it came too late
      socket = opened
      send(phase === 'tls' ? sslRequest() : startup(database.user, database.database))
    },
    data(opened: Socket, chunk: Buffer) {
      try {
        // Under TLS the first socket still shows what comes, enciphered.
        if (opened !== socket) return
        if (phase !== 'tls') return frames.push(chunk, onMessage)
        if (chunk[0] !== 83 /* S */) return close(new Error('The database does not offer TLS.'))
        // Whoever sits between us and the database could have put it there to be taken for the database's words.
        if (chunk.length > 1) return close(new Error('The database sent something unencrypted after it had agreed to TLS.'))
        phase = 'start'
        const tls = { rejectUnauthorized: database.tls === 'verified', serverName: database.host }
        const [, secured] = opened.upgradeTLS({
          data: undefined,
          tls,
          socket: { ...handlers, open: () => {}, handshake: (s, ok, e) => onHandshake(s, ok, e) },
        })
        socket = secured
      } catch (error) {
        close(error instanceof Error ? error : new Error(String(error)))
      }
    },
    drain: () => send(Buffer.alloc(0)),
    close: () => close(new Error('The database closed the connection.')),
    end: () => close(new Error('The database closed the connection.')),
    error: (_: Socket, error: Error) => close(error),
    connectError: (_: Socket, error: Error) => close(error),
  }
  const onHandshake = (secured: Socket, authorised: boolean, error: Error | null) => {
    if (database.tls === 'verified' && (error || !authorised)) return close(error ?? new Error('The database certificate is not trusted.'))
    socket = secured
    send(startup(database.user, database.database))
  }

  const { host, port } = database
  const connecting = host.startsWith('/')
    ? Bun.connect({ unix: `${host}/.s.PGSQL.${port}`, socket: handlers })
    : Bun.connect({ hostname: host, port, socket: handlers })
  connecting.catch((error: Error) => close(error))
  return promise
}

/** The message of `type` whose content is `bytes[at .. end)`. */
type OnMessage = (type: number, bytes: Buffer, at: number, end: number) => void

/** Cuts a byte stream into protocol messages. A message that spans chunks is gathered once, in a buffer of its own size. */
class Frames {
  #rest: Buffer = Buffer.alloc(0)
  #gathered: Buffer | undefined
  #filled = 0

  push(chunk: Buffer, onMessage: OnMessage) {
    let bytes = chunk
    let at = 0
    if (this.#gathered) {
      at = bytes.copy(this.#gathered, this.#filled)
      this.#filled += at
      if (this.#filled < this.#gathered.length) return
      const whole = this.#gathered
      this.#gathered = undefined
      onMessage(whole[0]!, whole, 5, whole.length)
    } else if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, bytes])
      this.#rest = Buffer.alloc(0)
    }

    while (at + 5 <= bytes.length) {
      const length = bytes.readInt32BE(at + 1)
      if (length < 4 || length > messageBytesMax) throw new Error("What answers does not speak PostgreSQL's protocol.")
      const end = at + 1 + length
      if (end > bytes.length) {
        this.#gathered = Buffer.allocUnsafeSlow(end - at)
        this.#filled = bytes.copy(this.#gathered, 0, at)
        return
      }
      onMessage(bytes[at]!, bytes, at + 5, end)
      at = end
    }
    if (at < bytes.length) this.#rest = Buffer.from(bytes.subarray(at))
  }
}

/** A row of a page of the most rows is far below it; a number above it is no length. */
const messageBytesMax = 268_435_456

/** Severity, code and text stand in the message as fields of a letter and a string. */
const serverError = (body: Buffer) => {
  const fields = new Map(
    body
      .toString()
      .split('\0')
      .map((field) => [field[0], field.slice(1)]),
  )
  return new Error(`PostgreSQL ${fields.get('C')}: ${fields.get('M')}`)
}
