import type { Socket } from 'bun'

export type LoopsOptions = {
  port: number
  connections: number
  seconds: number
  /** The bytes of the next request, ASCII. */ next: () => string
}
export type Loops = {
  /** Answers by status, all that came. */
  statuses: Record<string, number>
  /** Connections that ended without an answer. */
  broken: number
  /** From the first request to the last answer. */
  seconds: number
  /** Milliseconds. */
  p50: number
  p99: number
}

type Exchange = { sentMs: number; left: number; head: string }

/** Closed loops whatever the status of an answer; each has a body of a length that its head tells. */
export const askInLoops = async ({ port, connections, seconds, next }: LoopsOptions): Promise<Loops> => {
  const statuses: Record<string, number> = {}
  const latencies: number[] = []
  let [broken, open] = [0, connections]
  const ended = Promise.withResolvers<void>()
  const beganMs = performance.now()
  const ask = (socket: Socket<Exchange>) => {
    if (performance.now() - beganMs > seconds * 1_000) return socket.end()
    socket.data = { sentMs: performance.now(), left: -1, head: '' }
    socket.write(next())
  }
  const answered = (socket: Socket<Exchange>) => {
    const { head, sentMs } = socket.data
    const status = head.slice(9, 12)
    statuses[status] = (statuses[status] ?? 0) + 1
    latencies.push(performance.now() - sentMs)
    socket.data.head = ''
    ask(socket)
  }
  const socket = {
    binaryType: 'buffer' as const,
    open: (socket: Socket<Exchange>) => void ask(socket),
    data(socket: Socket<Exchange>, chunk: Buffer) {
      const exchange = socket.data
      if (exchange.left >= 0) exchange.left -= chunk.length
      else {
        exchange.head += chunk.toString('latin1')
        const end = exchange.head.indexOf('\r\n\r\n')
        if (end < 0) return
        exchange.left = Number(/content-length: (\d+)/i.exec(exchange.head)?.[1] ?? 0) - (exchange.head.length - end - 4)
      }
      if (exchange.left === 0) answered(socket)
    },
    close({ data }: Socket<Exchange>) {
      if (data.left !== 0) broken++
      if (--open === 0) ended.resolve()
    },
  }
  await Promise.all(
    Array.from({ length: connections }, () =>
      Bun.connect<Exchange>({ hostname: '127.0.0.1', port, data: { sentMs: 0, left: -1, head: '' }, socket }),
    ),
  )
  await ended.promise
  const sorted = Float64Array.from(latencies).sort()
  const percentile = (p: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0
  return { statuses, broken, seconds: (performance.now() - beganMs) / 1_000, p50: percentile(0.5), p99: percentile(0.99) }
}
