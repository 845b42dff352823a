/** The part of `fetch` that is used, so that a test or a proxy can stand in for it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type SendOptions = {
  /** Where the shop is, `https://shop.example`; empty for a page's own origin. */
  origin: string
  /** Asks under `/api/fec2/CAMPUS/`, for products of that campus. */
  campus?: string
  fetch?: Fetch
  /** Ends whatever is under way, and all that is asked later; what shall end by itself has a client of its own. */
  signal?: AbortSignal
  /** For a call with all its attempts and its answer's body; 10,000 unless told. */
  timeoutMs?: number
  /** Sent with every request: `authorization`, or the `cookie` of the visitor a server works for. */
  headers?: RequestInit['headers']
  /** As `fetch` has it: `same-origin` unless told. */
  credentials?: RequestInit['credentials']
}

export type Call = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  voter?: string | undefined
  body?: object
  headers?: Record<string, string>
}

/**
 * Sends requests and gives the answer, whatever its status. A 503 to a request that may be repeated is waited out as its Retry-After
 * says, unless the next attempt would begin too late; then it is the answer.
 */
export const openSend = (options: SendOptions) => {
  const { origin, campus, fetch = globalThis.fetch, signal, timeoutMs = 10_000, credentials } = options
  const root = origin.replace(/\/+$/, '') + (campus === undefined ? '' : `/api/fec2/${encodeURIComponent(campus)}`)
  const startMsMax = Math.min(retryMsMax, timeoutMs)
  let session: string | undefined

  const headersOf = ({ voter, body, headers: more = {} }: Call): Headers => {
    const headers = new Headers(options.headers)
    if (voter !== undefined) headers.set('idempotency-key', voter)
    for (const [name, value] of Object.entries(more)) headers.set(name, value)
    if (body !== undefined) headers.set('content-type', 'application/json')
    // A browser keeps cookies itself: it shows a script none, and sends none that a script sets.
    if (session !== undefined) headers.set('cookie', [headers.get('cookie') ?? [], session].flat().join('; '))
    return headers
  }

  return async (call: Call): Promise<Response> => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const ended = signal ? AbortSignal.any([signal, timeout]) : timeout
    const headers = headersOf(call)
    const init: RequestInit = {
      method: call.method,
      headers,
      signal: ended,
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      ...(credentials !== undefined && { credentials }),
    }
    const beganMs = performance.now()
    for (let attempt = 1; ; attempt++) {
      ended.throwIfAborted()
      const answer = await fetch(root + call.path, init)
      session = sessionIn(answer) ?? session
      if (answer.status !== 503 || attempt === attemptsMax || !isRepeatable(call, headers)) return answer
      const waitMs = retryAfterMs(answer) * (1 + Math.random() / 2)
      if (performance.now() - beganMs + waitMs > startMsMax) return answer
      await answer.arrayBuffer()
      await sleep(waitMs, ended)
    }
  }
}

/** The server counts a vote with a key once, and does once what a call brings a key of its own for. All else that writes would be done twice. */
const isRepeatable = ({ method, headers: own = {} }: Call, headers: Headers) =>
  method === 'GET' || 'idempotency-key' in own || (method === 'PUT' && Boolean(headers.get('idempotency-key')))

const sessionIn = ({ headers }: Response): string | undefined =>
  headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith('atelier_session='))
    ?.split(';', 1)[0]

/** Seconds or a date. A page of another origin cannot read it, and waits as long as Atelier always says. */
const retryAfterMs = ({ headers }: Response): number => {
  const text = headers.get('retry-after') ?? '1'
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now()
  return Number.isNaN(ms) ? 1_000 : Math.max(ms, 0)
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((done, fail) => {
    signal.throwIfAborted()
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      fail(signal.reason)
    })
  })

const attemptsMax = 3
/** No attempt begins later than this after the first. */
const retryMsMax = 5_000
