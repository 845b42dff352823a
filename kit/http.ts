import type { Endpoint } from './endpoint.ts'
import { AtelierError, internal, statusOf } from './errors.ts'
import { Connection, type Handle, type HttpRequest, type Shared } from './http-connection.ts'
import { limits } from './limits.ts'
import type { Log } from './log.ts'
import { latencyScale, type Counter, type Histogram, type Metrics } from './metrics.ts'
import { openProblems, problem } from './problems.ts'
import { empty, text, unshared, type Reply } from './reply.ts'
import { openRouter, type Match, type Route } from './router.ts'

export type HttpOptions = { host: string; port: number; reusePort?: boolean; endpoints: readonly Endpoint[]; metrics: Metrics; log: Log }
export type HttpServer = { readonly port: number; /** Answers what has arrived, takes nothing new. */ drain(): Promise<void> }

/**
 * The one door: an HTTP/1.1 server of our own on Bun's sockets, because a request object and a response object for each request
 * cost as much as the read itself (docs/decisions/http.md). It finds the endpoint, decodes, calls it, and counts.
 */
export const serveHttp = ({ host, port, reusePort = false, endpoints, metrics, log }: HttpOptions): HttpServer => {
  const observe = openRouteMetrics(metrics)
  const answer = openDoor(endpoints, observe, log)
  const refused = (status: number) => observe(undefined, status, 0)
  const connections = new Set<Connection>()
  const failed = (error: unknown) => log.error({ err: error }, 'a connection failed')
  const isProblem = openProblems(endpoints)
  const refuse: Shared['refuse'] = ({ status, message }, path) => {
    const reply = text(status, message)
    return path !== undefined && isProblem(path) ? problem(reply) : reply
  }
  const shared: Shared = {
    handle: answer,
    failed,
    refused,
    refuse,
    nowMs: performance.now(),
    draining: false,
    ...dated(),
  }
  metrics.gauge('atelier_http_connections', 'Open connections of clients', () => connections.size)
  const ticker = setInterval(() => {
    Object.assign(shared, dated(), { nowMs: performance.now() })
    for (const connection of connections) connection.sweep()
  }, tickMs)

  const listener = listen({
    hostname: host,
    port,
    reusePort,
    allowHalfOpen: true, // a client may close its half and wait for its answers
    socket: {
      open(socket) {
        if (connections.size >= limits.connectionsMax) return socket.terminate()
        socket.data = new Connection(socket, shared)
        connections.add(socket.data)
      },
      data: (socket, chunk) => socket.data?.receive(chunk),
      drain: (socket) => socket.data?.flush(),
      end: (socket) => socket.data?.end(),
      close(socket) {
        if (!socket.data) return
        connections.delete(socket.data)
        socket.data.gone()
      },
      error(socket, error) {
        failed(error)
        socket.terminate()
      },
    },
  })

  return {
    port: listener.port,
    async drain() {
      shared.draining = true
      listener.stop()
      for (const connection of connections) connection.sweep()
      const untilMs = performance.now() + limits.drainMsMax
      while ([...connections].some(({ busy }) => busy) && performance.now() < untilMs) await Bun.sleep(drainPollMs)
      clearInterval(ticker)
      for (const connection of connections) connection.close()
    },
  }
}

/** Bun.listen takes `reusePort`, which its types leave out. */
const listen = (options: Bun.TCPSocketListenOptions<Connection | undefined> & { reusePort: boolean }) => {
  try {
    return Bun.listen<Connection | undefined>(options)
  } catch (error) {
    const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    const reason = busy ? 'is busy; stop what listens there or pass --port with another' : `of ${options.hostname} cannot be listened on`
    throw new Error(`Port ${options.port} ${reason}.`, { cause: error })
  }
}

/** From a request to its reply; nothing is thrown and no promise is rejected. */
const openDoor = (endpoints: readonly Endpoint[], observe: ReturnType<typeof openRouteMetrics>, log: Log): Handle => {
  const match = openRouter(endpoints)
  const isProblem = openProblems(endpoints)
  return (request) => {
    const startedMs = performance.now()
    const found = match(request.path)
    const route = found?.routes.get(request.method === 'HEAD' ? 'GET' : request.method)
    const counted = (answered: Reply, more?: Readonly<Record<string, unknown>>) => {
      observe(route, answered.status, performance.now() - startedMs)
      const reply = answered.status >= 400 && isProblem(request.path) ? problem(answered, more) : answered
      return found?.guarded ? unshared(reply) : reply
    }
    const refused = (error: unknown) => counted(refusal(error, request, log), error instanceof AtelierError ? error.more : undefined)
    try {
      const reply = call(found, route, request, isProblem)
      return reply instanceof Promise ? reply.then(counted, refused) : counted(reply)
    } catch (error) {
      return refused(error)
    }
  }
}

const call = (
  found: Match | undefined,
  route: Route | undefined,
  request: HttpRequest,
  isProblem: (path: string) => boolean,
): Reply | Promise<Reply> => {
  if (request.method === 'OPTIONS') return isProblem(request.path) ? preflightOfMore : preflight
  if (!found) return unknownPath
  if (!route) return text(405, 'Method Not Allowed', { allow: allowed(found) })
  route.endpoint.guard?.(request)
  return route.endpoint.handle(route.decode(found.params, request.search), { campus: found.campus, request })
}

/** The one map from an error to the wire. What is not ours is a bug: logged with the request's id, answered without internals. */
const refusal = (error: unknown, request: HttpRequest, log: Log): Reply => {
  const { method, path } = request
  // The caller's own id when it is a plain one, so that its logs and ours meet.
  const given = request.header('x-request-id') ?? ''
  const requestId = /^[\w.-]{1,64}$/.test(given) ? given : crypto.randomUUID()
  if (!(error instanceof AtelierError)) log.error({ err: error, requestId, method, path: path.slice(0, 200) }, 'unexpected error')
  const { code, message } = error instanceof AtelierError ? error : internal()
  return text(statusOf[code], message, {
    'x-request-id': requestId,
    ...(code === 'too busy' && { 'retry-after': '1' }),
    ...(code === 'unauthorised' && { 'www-authenticate': 'Bearer' }),
  })
}

/** A histogram a route and a counter a route and status, each made when it is first needed. */
const openRouteMetrics = (metrics: Metrics) => {
  const routes = new Map<Route | undefined, { labels: Record<string, string>; duration: Histogram; counts: Map<number, Counter> }>()
  const open = (route: Route | undefined) => {
    const labels = { method: route?.endpoint.method ?? 'any', route: route?.endpoint.path ?? 'unknown' }
    const duration = metrics.histogram('atelier_http_request_seconds', 'Time from a request to its answer', latencyScale, labels)
    const known = { labels, duration, counts: new Map<number, Counter>() }
    routes.set(route, known)
    return known
  }
  return (route: Route | undefined, status: number, tookMs: number) => {
    const known = routes.get(route) ?? open(route)
    let count = known.counts.get(status)
    if (!count) {
      count = metrics.counter('atelier_http_requests_total', 'Answers by route and status', { ...known.labels, status: String(status) })
      known.counts.set(status, count)
    }
    known.duration.observe(tookMs * 1000)
    count.add()
  }
}

const allowed = (found: Match) =>
  [...found.routes.keys()]
    .flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    .concat('OPTIONS')
    .join(', ')

/** RFC 9110, section 6.6.1. */
const dated = () => ({ date: `date: ${new Date().toUTCString()}\r\n`, beginnings: new Map<number, Uint8Array>() })

const unknownPath = text(404, 'Not Found')
const preflight = empty(204, {
  'access-control-allow-methods': 'GET, POST, PUT, OPTIONS',
  'access-control-allow-headers': 'Authorization, Content-Type',
  'access-control-max-age': '86400',
})
/** Where keys make a POST safe to repeat, and revisions a change, pages of other origins may send them: no vote hangs on them. */
const preflightOfMore = empty(204, {
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, If-Match',
  'access-control-max-age': '86400',
})
const tickMs = 500
const drainPollMs = 10
