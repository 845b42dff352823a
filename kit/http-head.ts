/** The head of a request, RFC 9112, and its body once that is there. Header values are read from the text when somebody asks. */
export class RequestHead {
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
  readonly framing: number | 'chunked'
  body: Uint8Array = noBody
  readonly #lines: string
  readonly #lower: string

  /** `lines` are the header lines, each after its line end; `lower` the same in small letters. */
  constructor(method: string, target: string, old: boolean, lines: string, lower: string) {
    const queryAt = target.indexOf('?')
    this.method = method
    this.path = queryAt < 0 ? target : target.slice(0, queryAt)
    this.search = queryAt < 0 ? '' : target.slice(queryAt + 1)
    this.old = old
    this.#lines = lines
    this.#lower = lower
    const connection = this.header('connection')?.toLowerCase() ?? ''
    this.keepAlive = old ? connection.includes('keep-alive') : !connection.includes('close')
    // Only these two words can announce a body; a GET without them, which is nearly every request, needs no closer look.
    this.framing = lower.includes('content-length') || lower.includes('transfer-encoding') ? bodyLength(lower, old) : 0
  }

  /** The first line of that name, in small letters; undefined when there is none. */
  header(name: string): string | undefined {
    const at = this.#lower.indexOf(`\r\n${name}:`)
    if (at < 0) return undefined
    const from = at + name.length + 3
    const to = this.#lower.indexOf('\r\n', from)
    return this.#lines.slice(from, to < 0 ? undefined : to).trim()
  }

  get expectsContinue(): boolean {
    return !this.old && this.header('expect')?.toLowerCase() === '100-continue'
  }
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
  const lines = lineEnd < 0 ? '' : text.slice(lineEnd)
  const lower = lines.toLowerCase()
  const methodEnd = requestLine.indexOf(' ')
  const targetEnd = requestLine.lastIndexOf(' ')
  const method = requestLine.slice(0, methodEnd)
  const version = requestLine.slice(targetEnd + 1)
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') {
    throw /^HTTP\/\d(\.\d)?$/.test(version) ? new BadRequest(505, 'HTTP Version Not Supported') : new BadRequest(400, 'Bad Request')
  }
  if (methodEnd < 1 || targetEnd <= methodEnd || !token.test(method)) throw new BadRequest(400, 'Bad Request')
  const old = version === 'HTTP/1.0'
  if (brokenLine.test(lower)) throw new BadRequest(400, 'Bad Request')
  const hostAt = lower.indexOf('\r\nhost:')
  if (hostAt < 0 ? !old : lower.includes('\r\nhost:', hostAt + 1)) throw new BadRequest(400, 'Bad Request')
  return new RequestHead(method, originForm(requestLine.slice(methodEnd + 1, targetEnd)), old, lines, lower)
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

/** RFC 9112, section 6.3: chunked or a length, never both, never two lengths. */
const bodyLength = (lower: string, old: boolean): number | 'chunked' => {
  let length: string | undefined
  let chunked = false
  for (const line of lower.split('\r\n')) {
    if (line.startsWith('content-length:')) {
      const digits = /^[ \t]*(\d{1,15})[ \t]*$/.exec(line.slice('content-length:'.length))?.[1]
      if (digits === undefined || (length !== undefined && length !== digits)) throw new BadRequest(400, 'Bad Request')
      length = digits
    } else if (line.startsWith('transfer-encoding:')) {
      if (chunked || !/^[ \t]*chunked[ \t]*$/.test(line.slice('transfer-encoding:'.length))) throw new BadRequest(501, 'Not Implemented')
      chunked = true
    }
  }
  if (!chunked) return Number(length ?? 0)
  if (length !== undefined || old) throw new BadRequest(400, 'Bad Request')
  return 'chunked'
}

export const bareLineFeed = /\n(?<!\r\n)/
const token = /^[!#$%&'*+.^_`|~\w-]{1,32}$/
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
export const fieldLine = /^[!#$%&'*+.^_`|~\w-]+:[^\r\n\0]*$/
/**
 * A line break without a header's name and colon after it, a line feed alone, a NUL: what one reader takes for the end of a line or of
 * a value and another does not. One search over the head, 0.03 µs for a short one and 0.2 µs for a browser's.
 */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const brokenLine = /\r(?!\n[!#$%&'*+.^_`|~\w-]+:)|\n(?<!\r\n)|\0/
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const unprintable = /[\0-\x20\x7f]/
const noBody = new Uint8Array(0)
