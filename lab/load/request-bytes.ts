import type { RequestTemplate, Template } from '../request.ts'

/** One kind of request, put together anew for each key in the same memory. */
export type RequestBytes = {
  readonly bytes: Uint8Array
  /** Puts the key's numbers into the request, whose length it returns. */
  fill(key: ArrayLike<number>): number
}

/** Numbers are whole, from 0 to 2^53 - 1. */
export const openRequestBytes = ({ head, body }: RequestTemplate): RequestBytes => {
  const headParts = partsOf(head)
  const bodyParts = body && partsOf(body)
  const bytes = new Uint8Array(bytesMax(head) + (body ? bytesMax(body) + digitsMax + blankLine.length : 0))
  return {
    bytes,
    fill(key) {
      let at = fillParts(bytes, 0, headParts, head.places, key)
      if (!bodyParts) return at
      let length = bodyParts.reduce((sum, part) => sum + part.length, 0)
      for (const place of body!.places) length += digitsOf(key[place]!)
      at = fillNumber(bytes, at, length)
      bytes.set(blankLine, at)
      return fillParts(bytes, at + blankLine.length, bodyParts, body!.places, key)
    },
  }
}

const partsOf = ({ texts }: Template) => texts.map((part) => text.encode(part))
const bytesMax = ({ texts, places }: Template) => texts.reduce((sum, part) => sum + part.length, 0) + places.length * digitsMax

const fillParts = (bytes: Uint8Array, start: number, parts: Uint8Array[], places: readonly number[], key: ArrayLike<number>): number => {
  bytes.set(parts[0]!, start)
  let at = start + parts[0]!.length
  for (let i = 0; i < places.length; i++) {
    at = fillNumber(bytes, at, key[places[i]!]!)
    bytes.set(parts[i + 1]!, at)
    at += parts[i + 1]!.length
  }
  return at
}

/** From the last digit to the first; returns where the number ends. */
const fillNumber = (bytes: Uint8Array, start: number, value: number): number => {
  const end = start + digitsOf(value)
  for (let at = end - 1, rest = value; at >= start; at--) {
    const shorter = Math.floor(rest / 10)
    bytes[at] = rest - shorter * 10 + 48
    rest = shorter
  }
  return end
}

const digitsOf = (value: number): number => {
  let digits = 1
  for (let power = 10; power <= value; power *= 10) digits++
  return digits
}

const text = new TextEncoder()
const blankLine = text.encode('\r\n\r\n')
const digitsMax = 16
