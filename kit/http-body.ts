import { BadRequest, fieldLine } from './http-head.ts'

/** A body on its way in. `take` consumes what belongs to it and returns how many bytes that were; `bytes` is there when `done`. */
export type IncomingBody = { readonly done: boolean; readonly bytes: Uint8Array; take(chunk: Buffer): number }

/** `length` bytes, as Content-Length said. */
export const sizedBody = (length: number): IncomingBody => {
  const body = new Gathered(length)
  return {
    get done() {
      return body.length === length
    },
    get bytes() {
      return body.bytes
    },
    take: (chunk) => body.add(chunk, 0, length - body.length),
  }
}

/** RFC 9112, section 7.1: chunks of a hexadecimal size, then a trailer that is read and dropped. Throws `BadRequest`. */
export const chunkedBody = (bytesMax: number): IncomingBody => {
  const body = new Gathered(bytesMax)
  let left = 0
  let line = ''
  let trailerBytes = 0
  let state: 'size' | 'data' | 'data end' | 'trailer' | 'done' = 'size'

  const onLine = (text: string) => {
    if (state === 'data end') {
      if (text !== '') throw new BadRequest(400, 'Bad Request')
      state = 'size'
    } else if (state === 'size') {
      const hex = chunkSize.exec(text)?.[1]
      if (hex === undefined) throw new BadRequest(400, 'Bad Request')
      left = Number.parseInt(hex, 16)
      if (body.length + left > bytesMax) throw new BadRequest(413, 'Content Too Large')
      state = left === 0 ? 'trailer' : 'data'
    } else if (text === '') {
      state = 'done'
    } else {
      trailerBytes += text.length
      if (trailerBytes > lineBytesMax || !fieldLine.test(text)) throw new BadRequest(400, 'Bad Request')
    }
  }

  return {
    get done() {
      return state === 'done'
    },
    get bytes() {
      return body.bytes
    },
    take(chunk) {
      let at = 0
      while (at < chunk.length && state !== 'done') {
        if (state === 'data') {
          const added = body.add(chunk, at, left)
          left -= added
          at += added
          if (left === 0) state = 'data end'
          continue
        }
        const end = chunk.indexOf(10, at)
        line += chunk.toString('latin1', at, end < 0 ? undefined : end)
        if (line.length > lineBytesMax) throw new BadRequest(400, 'Bad Request')
        if (end < 0) return chunk.length
        at = end + 1
        if (!line.endsWith('\r')) throw new BadRequest(400, 'Bad Request')
        const text = line.slice(0, -1)
        line = ''
        onLine(text)
      }
      return at
    },
  }
}

/** A body in one buffer that grows with what has come: bytes only announced, or sent one by one, would else cost a client nothing and us much. */
class Gathered {
  length = 0
  readonly #bytesMax: number
  #buffer: Buffer = Buffer.alloc(0)

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.length)
  }

  /** Adds at most `count` bytes of `chunk` from `at` on; returns how many. */
  add(chunk: Buffer, at: number, count: number): number {
    const added = Math.min(count, chunk.length - at)
    const filled = this.length + added
    if (filled > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(filled, Math.min(this.#buffer.length * 2, this.#bytesMax)))
      this.#buffer.copy(grown, 0, 0, this.length)
      this.#buffer = grown
    }
    chunk.copy(this.#buffer, this.length, at, at + added)
    this.length = filled
    return added
  }
}

const chunkSize = /^([0-9a-f]{1,8})(?:[ \t]*;.*)?$/i
const lineBytesMax = 4_096
