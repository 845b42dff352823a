/** The head of a request, RFC 9112. Header values are read from the text when somebody asks. */
export type RequestHead = {
  readonly method: string
  /** Begins with a slash; as sent, not decoded. */
  readonly path: string
  /** What follows the question mark. */
  readonly search: string
  /** The connection may be used again after the answer. */
  readonly keepAlive: boolean
  /** HTTP/1.0 closes unless told otherwise. */
  readonly old: boolean
  /** Bytes of the body to come, or that it comes in chunks. */
  readonly body: number | 'chunked'
  readonly expectsContinue: boolean
  header(name: string): string | undefined
}

/** The request cannot be understood; after the answer the connection is closed, for nobody knows where the next one begins. */
export class BadRequest extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * Parses the head, `text` being its bytes as latin1 without the empty line. Strict where two readers could disagree about where
 * a request ends (RFC 9112, section 11.2): such a head is refused, never guessed at. Throws `BadRequest`.
 */
export const parseHead = (text: string): RequestHead => {
  const lineEnd = text.indexOf('\r\n')
  const requestLine = lineEnd < 0 ? text : text.slice(0, lineEnd)
  const lower = lineEnd < 0 ? '' : text.slice(lineEnd).toLowerCase()
  const methodEnd = requestLine.indexOf(' ')
  const targetEnd = requestLine.lastIndexOf(' ')
  const method = requestLine.slice(0, methodEnd)
  const version = requestLine.slice(targetEnd + 1)
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') {
    throw /^HTTP\/\d(\.\d)?$/.test(version) ? new BadRequest(505, 'HTTP Version Not Supported') : new BadRequest(400, 'Bad Request')
  }
  if (methodEnd < 1 || targetEnd <= methodEnd || !token.test(method)) throw new BadRequest(400, 'Bad Request')
  const old = version === 'HTTP/1.0'
  if (!old && !lower.includes('\r\nhost:')) throw new BadRequest(400, 'Bad Request')

  const header = (name: string): string | undefined => {
    const at = lower.indexOf(`\r\n${name}:`)
    if (at < 0) return undefined
    const from = at + name.length + 3
    const to = lower.indexOf('\r\n', from)
    return text.slice(lineEnd + from, to < 0 ? undefined : lineEnd + to).trim()
  }
  const connection = lower.includes('\r\nconnection:') ? header('connection')!.toLowerCase() : ''
  const target = originForm(requestLine.slice(methodEnd + 1, targetEnd))
  const queryAt = target.indexOf('?')
  // Only these two words can announce a body; a GET without them, which is nearly every request, needs no closer look.
  const framed = lower.includes('content-length') || lower.includes('transfer-encoding')
  return {
    method,
    path: queryAt < 0 ? target : target.slice(0, queryAt),
    search: queryAt < 0 ? '' : target.slice(queryAt + 1),
    keepAlive: old ? connection.includes('keep-alive') : !connection.includes('close'),
    old,
    body: framed ? bodyLength(lower, old) : 0,
    expectsContinue: framed && !old && header('expect')?.toLowerCase() === '100-continue',
    header,
  }
}

/** Proxies send the whole URL, `OPTIONS *` no path at all. */
const originForm = (target: string): string => {
  if (unprintable.test(target)) throw new BadRequest(400, 'Bad Request')
  if (target.startsWith('/')) return target
  const match = /^https?:\/\/[^/?]*(.*)$/i.exec(target)
  if (match) return match[1]!.startsWith('/') ? match[1]! : `/${match[1]}`
  if (target === '*') return '/'
  throw new BadRequest(400, 'Bad Request')
}

/** RFC 9112, section 6.3: chunked or a length, never both, never two lengths, and no header line that is not one. */
const bodyLength = (lower: string, old: boolean): number | 'chunked' => {
  let length: string | undefined
  let coding: string | undefined
  for (const line of lower.slice(2).split('\r\n')) {
    const [, name, value = ''] = fieldLine.exec(line) ?? []
    if (name === undefined) throw new BadRequest(400, 'Bad Request')
    if (name === 'content-length') {
      if (!/^\d{1,15}$/.test(value) || (length !== undefined && length !== value)) throw new BadRequest(400, 'Bad Request')
      length = value
    } else if (name === 'transfer-encoding') {
      coding = coding === undefined ? value : `${coding}, ${value}`
    }
  }
  if (coding === undefined) return Number(length ?? 0)
  if (length !== undefined || old) throw new BadRequest(400, 'Bad Request')
  if (coding !== 'chunked') throw new BadRequest(501, 'Not Implemented')
  return 'chunked'
}

const token = /^[!#$%&'*+.^_`|~\w-]{1,32}$/
const fieldLine = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\n\0]*?)[ \t]*$/
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const unprintable = /[\0-\x20\x7f]/
