import type { Server } from 'bun'
import type { Endpoint } from './endpoint.ts'
import { AtelierError, internal, statusOf } from './errors.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'
import { latencyBounds, type Counter, type Histogram, type Metrics } from './metrics.ts'
import { strictHeaders, text, type Reply } from './reply.ts'
import { openRouter, type Match, type Route } from './router.ts'

export type HttpOptions = { host: string; port: number; reusePort?: boolean; endpoints: readonly Endpoint[]; metrics: Metrics; log: Log }
export type HttpServer = { readonly port: number; /** Answers what has arrived, takes nothing new. */ drain(): Promise<void> }

/** The one door: finds the endpoint, decodes, calls it, turns replies and errors into HTTP, and counts. */
export const serveHttp = ({ host, port, reusePort = false, endpoints, metrics, log }: HttpOptions): HttpServer => {
  const match = openRouter(endpoints)
  const observe = openRouteMetrics(metrics)
  let draining = false

  const answer = (request: Request): Response | Promise<Response> => {
    const startedMs = performance.now()
    const { url } = request
    const pathStart = url.indexOf('/', url.indexOf('//') + 2)
    const queryStart = url.indexOf('?', pathStart)
    const path = queryStart < 0 ? url.slice(pathStart) : url.slice(pathStart, queryStart)
    const { method } = request
    const found = match(path)
    const route = found?.routes.get(method === 'HEAD' ? 'GET' : method)
    const send = (reply: Reply) => {
      observe(route, reply.status, performance.now() - startedMs)
      return respond(request, reply, draining)
    }
    const refuse = (error: unknown) => send(refusal(error, request, log))
    try {
      if (method === 'OPTIONS') return send(preflight)
      if (!found) return send(unknownPath)
      if (!route) return send(text(405, 'Method Not Allowed', { allow: allowed(found) }))
      const input = route.decode(found.params, queryStart < 0 ? '' : url.slice(queryStart + 1))
      const reply = route.endpoint.handle(input, { campus: found.campus, request })
      return reply instanceof Promise ? reply.then(send, refuse) : send(reply)
    } catch (error) {
      return refuse(error)
    }
  }

  const server = listen({
    hostname: host,
    port,
    reusePort,
    idleTimeout: limits.idleSecondsMax,
    maxRequestBodySize: limits.bodyBytesMax,
    fetch: answer,
    error: (error) => respond(undefined, refusal(error, undefined, log), draining),
  })

  return {
    port: server.port ?? port,
    async drain() {
      draining = true
      const stopped = server.stop()
      await Promise.race([stopped, Bun.sleep(limits.drainMsMax)])
      await server.stop(true)
    },
  }
}

const listen = (options: Parameters<typeof Bun.serve<undefined>>[0]): Server<undefined> => {
  try {
    return Bun.serve(options)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    throw new Error(`Port ${'port' in options ? options.port : ''} is busy; stop what listens there or pass --port with another.`)
  }
}

const respond = (request: Request | undefined, reply: Reply, draining: boolean): Response => {
  const etag = reply.headers['etag']
  if (etag !== undefined && request) {
    const known = request.headers.get('if-none-match')
    if (known !== null && (known === '*' || known.includes(etag))) return new Response(null, { status: 304, headers: reply.headers })
  }
  const init = draining ? { status: reply.status, headers: { ...reply.headers, connection: 'close' } } : reply
  return new Response(reply.body, init)
}

/** The one map from an error to the wire. What is not ours is a bug: logged with the request's id, answered without internals. */
const refusal = (error: unknown, request: Request | undefined, log: Log): Reply => {
  const requestId = requestIdOf(request)
  if (!(error instanceof AtelierError))
    log.error({ err: error, requestId, method: request?.method, url: request?.url.slice(0, 200) }, 'unexpected error')
  const { code, message } = error instanceof AtelierError ? error : internal()
  return text(statusOf[code], message, { 'x-request-id': requestId, ...(code === 'too busy' && { 'retry-after': '1' }) })
}

/** The caller's own id when it is a plain one, so that its logs and ours meet. */
const requestIdOf = (request: Request | undefined) => {
  const given = request?.headers.get('x-request-id')
  return given && /^[\w.-]{1,64}$/.test(given) ? given : crypto.randomUUID()
}

/** A histogram a route and a counter a route and status, each made when it is first needed. */
const openRouteMetrics = (metrics: Metrics) => {
  const routes = new Map<Route | undefined, { labels: Record<string, string>; seconds: Histogram; counts: Map<number, Counter> }>()
  return (route: Route | undefined, status: number, tookMs: number) => {
    let known = routes.get(route)
    if (!known) {
      const labels = { method: route?.endpoint.method ?? 'any', route: route?.endpoint.path ?? 'unknown' }
      const seconds = metrics.histogram('atelier_http_request_seconds', 'Time from a request to its answer', latencyBounds, labels)
      known = { labels, seconds, counts: new Map() }
      routes.set(route, known)
    }
    let count = known.counts.get(status)
    if (!count) {
      count = metrics.counter('atelier_http_requests_total', 'Answers by route and status', { ...known.labels, status: String(status) })
      known.counts.set(status, count)
    }
    known.seconds.observe(tookMs / 1000)
    count.add()
  }
}

const allowed = (found: Match) =>
  [...found.routes.keys()]
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    .concat('OPTIONS')
    .join(', ')

const unknownPath = text(404, 'Not Found')
const preflight: Reply = {
  status: 204,
  headers: {
    ...strictHeaders,
    'access-control-allow-methods': 'GET, POST, PUT, OPTIONS',
    'access-control-allow-headers': 'Authorization, Content-Type',
    'access-control-max-age': '86400',
  },
  body: null,
}
