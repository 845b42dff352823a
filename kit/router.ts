import type { Endpoint, Field } from './endpoint.ts'

/** An endpoint ready to be called with the text of a request. */
export type Route = { readonly endpoint: Endpoint; decode(params: readonly string[], search: string): never }
export type Match = {
  readonly routes: ReadonlyMap<string, Route>
  readonly params: readonly string[]
  readonly campus: string
  readonly guarded: boolean
}

type Node = { fixed: Map<string, Node>; any?: Node; routes: Map<string, Route>; guarded: boolean }

/** Finds the routes of a path, all methods of it: at `/…` and under `/api/fec2/:campus/…`, with and without a trailing slash. */
export const openRouter = (endpoints: readonly Endpoint[]) => {
  const root = newNode()
  for (const endpoint of endpoints) {
    let node = root
    for (const segment of segmentsOf(endpoint.path)) {
      if (segment.startsWith(':')) node = node.any ??= newNode()
      else {
        const next = node.fixed.get(segment) ?? newNode()
        node.fixed.set(segment, next)
        node = next
      }
    }
    if (node.routes.has(endpoint.method)) throw new Error(`${endpoint.method} ${endpoint.path} is declared twice`)
    node.guarded ||= endpoint.guard !== undefined
    node.routes.set(endpoint.method, { endpoint, decode: decoder(endpoint) })
  }

  return (path: string): Match | undefined => {
    let segments = segmentsOf(path)
    let campus = defaultCampus
    const whole = segments
    if (isOfCampus(segments)) {
      campus = decoded(segments[2]!) ?? segments[2]!
      segments = segments.slice(3)
    }
    let node: Node | undefined = root
    const params: string[] = []
    for (const segment of segments) {
      const next: Node | undefined = node.fixed.get(segment)
      if (!next) params.push(segment)
      node = next ?? node.any
      if (!node) return undefined
    }
    if (node.routes.size === 0 || (node.guarded && segments !== whole)) return undefined
    return { routes: node.routes, params, campus, guarded: node.guarded }
  }
}

export const defaultCampus = 'hr-rfp'

/** The segments of a path without those of a campus. */
export const pathOf = (path: string): string[] => {
  const segments = segmentsOf(path)
  return isOfCampus(segments) ? segments.slice(3) : segments
}

const isOfCampus = (segments: readonly string[]) => segments[0] === 'api' && segments[1] === 'fec2' && segments.length > 3

const newNode = (): Node => ({ fixed: new Map(), routes: new Map(), guarded: false })

/** Without the empty ones before the first slash and after the last. */
const segmentsOf = (path: string) => path.slice(1, path.endsWith('/') ? -1 : undefined).split('/')

/** Builds the handler's input field by field; a field's parse may throw `invalid`. */
const decoder = (endpoint: Endpoint) => {
  const names = segmentsOf(endpoint.path)
    .filter((segment) => segment.startsWith(':'))
    .map((segment) => segment.slice(1))
  const params = names.map((name): [string, Field<unknown>] => {
    const field = endpoint.params[name]
    if (!field) throw new Error(`${endpoint.path} does not say what :${name} is`)
    return [name, field]
  })
  const query = Object.entries(endpoint.query)
  return (texts: readonly string[], search: string) => {
    const input: Record<string, unknown> = {}
    for (let i = 0; i < params.length; i++) input[params[i]![0]] = params[i]![1].parse(decoded(texts[i]!))
    for (const [name, field] of query) input[name] = field.parse(search === '' ? undefined : queryValue(search, name))
    return input as never
  }
}

/** The first value of `name` in `a=1&b=2`; undefined when absent or not decodable. URLSearchParams would parse all of it, for each request. */
const queryValue = (search: string, name: string): string | undefined => {
  for (let at = 0; at < search.length;) {
    const end = search.indexOf('&', at) < 0 ? search.length : search.indexOf('&', at)
    if (search.startsWith(name, at) && search[at + name.length] === '=')
      return decoded(search.slice(at + name.length + 1, end).replaceAll('+', ' '))
    at = end + 1
  }
  return undefined
}

/** Percent-encoded or not, text is UTF-8; here each of its bytes is a character still. Undefined when it is not decodable. */
const decoded = (text: string): string | undefined => {
  if (plain.test(text)) return text
  try {
    return decodeURIComponent(Buffer.from(text, 'latin1').toString())
  } catch {
    return undefined
  }
}

const plain = /^[\w.~-]*$/
