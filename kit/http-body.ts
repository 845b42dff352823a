import { BadRequest } from './http-head.ts'

/** A body on its way in. `take` consumes what belongs to it and returns how many bytes that were; `bytes` is there when `done`. */
export type IncomingBody = { readonly done: boolean; readonly bytes: Uint8Array; take(chunk: Buffer): number }

/** `length` bytes, as Content-Length said. */
export const sizedBody = (length: number): IncomingBody => {
  const bytes = Buffer.allocUnsafeSlow(length)
  let filled = 0
  return {
    get done() {
      return filled === length
    },
    bytes,
    take(chunk) {
      const taken = chunk.copy(bytes, filled)
      filled += taken
      return taken
    },
  }
}

/** RFC 9112, section 7.1: chunks of a hexadecimal size, then a trailer that is read and dropped. Throws `BadRequest`. */
export const chunkedBody = (bytesMax: number): IncomingBody => {
  const parts: Buffer[] = []
  let size = 0
  let left = 0
  let line = ''
  let state: 'size' | 'data' | 'data end' | 'trailer' | 'done' = 'size'

  const onLine = (text: string) => {
    if (state === 'data end') {
      if (text !== '') throw new BadRequest(400, 'Bad Request')
      state = 'size'
    } else if (state === 'size') {
      const hex = /^([0-9a-f]{1,8})[ \t]*(;.*)?$/i.exec(text)?.[1]
      if (hex === undefined) throw new BadRequest(400, 'Bad Request')
      left = Number.parseInt(hex, 16)
      size += left
      if (size > bytesMax) throw new BadRequest(413, 'Content Too Large')
      state = left === 0 ? 'trailer' : 'data'
    } else if (text === '') {
      state = 'done'
    }
  }

  return {
    get done() {
      return state === 'done'
    },
    get bytes() {
      return Buffer.concat(parts)
    },
    take(chunk) {
      let at = 0
      while (at < chunk.length && state !== 'done') {
        if (state === 'data') {
          const part = chunk.subarray(at, at + left)
          parts.push(Buffer.from(part))
          left -= part.length
          at += part.length
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

const lineBytesMax = 4_096
