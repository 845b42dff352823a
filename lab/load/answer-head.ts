/** What the driver needs to know of the head of an answer; filled anew for each, so that reading one allocates nothing. */
export type AnswerHead = {
  status: number
  /** Status line, headers and the empty line. */
  headBytes: number
  /** -1 when the answer does not say how long it is; it cannot be measured then. */
  bodyBytes: number
  /** The server will close the connection. */
  closes: boolean
}

export const openAnswerHead = (): AnswerHead => ({ status: 0, headBytes: 0, bodyBytes: 0, closes: false })

/** False when the head is not all there. Lines end with CR LF; what is no HTTP/1.1 answer has status 0. */
export const readAnswerHead = (bytes: Uint8Array, head: AnswerHead): boolean => {
  let told = -1
  head.closes = false
  let at = bytes.indexOf(lineFeed)
  while (at >= 0 && at + 2 < bytes.length) {
    const start = at + 1
    if (bytes[start] === carriageReturn) {
      head.status = isHttp(bytes) ? digitsAt(bytes, 9) : 0
      head.headBytes = start + 2
      head.bodyBytes = head.status === 204 || head.status === 304 ? 0 : told
      return true
    }
    if ((bytes[start]! | lowerCase) === contentLength[0]) {
      if (isName(bytes, start, contentLength)) told = digitsAt(bytes, start + contentLength.length)
      else if (isName(bytes, start, connectionClose)) head.closes = true
    }
    at = bytes.indexOf(lineFeed, start)
  }
  return false
}

const isName = (bytes: Uint8Array, start: number, name: Uint8Array): boolean => {
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[start + i]!
    if ((byte >= 65 && byte <= 90 ? byte | lowerCase : byte) !== name[i]) return false
  }
  return true
}

/** After blanks; -1 when there are none. */
const digitsAt = (bytes: Uint8Array, start: number): number => {
  let at = start
  while (bytes[at] === blank) at++
  let value = -1
  for (let digit = bytes[at]! - zero; digit >= 0 && digit <= 9; digit = bytes[++at]! - zero) value = Math.max(0, value) * 10 + digit
  return value
}

const isHttp = (bytes: Uint8Array) => isName(bytes, 0, http)

const text = new TextEncoder()
const http = text.encode('http/1.1 ')
const contentLength = text.encode('content-length:')
const connectionClose = text.encode('connection: close')
const [lineFeed, carriageReturn, blank, zero, lowerCase] = [10, 13, 32, 48, 32]
