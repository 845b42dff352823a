import type { Socket } from 'bun'
import { requestText, type RequestTemplate } from './request.ts'

/**
 * A closed loop for peak rates: each connection asks again as soon as it was answered. A process of its own, so that its
 * processor time can be told from the server's: `bun lab/drive.ts '{"port":…}'` prints a `DriveResult`. Loopback only.
 */
export type DriveOptions = {
  port: number
  request: RequestTemplate
  /** Of an answer as it should be. */
  status: number
  /** Uniform over 1 … this, or over the rows of a file of float64, each of so many columns. */
  keys: number | { file: string; columns: number }
  seed: number
  connections: number
  seconds: number
}
export type DriveResult = {
  /** With the status expected, within the time. */
  answers: number
  /** The same and those that came after it: nothing is under way any more when the driver ends. */
  taken: number
  /** Answers with another status, and requests without an answer: they may have been done all the same. */
  uncertain: number
  /** Other statuses, and connections that broke. */
  errors: Record<string, number>
  bytes: number
  seconds: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** User and system time of this process, microseconds. */
  cpuMicros: number
  /** Of reads. */
  samples: { key: number; body: string }[]
}

const samplesMax = 16
const sampleEvery = 997
const latenciesMax = 4_000_000
/** The server gives up on a write after 7 s; what has no answer then has none. */
const drainMsMax = 10_000

type Exchange = { key: number; sentMs: number; waiting: boolean; good: boolean; left: number; parts: Buffer[] | undefined }
const begin = (): Exchange => ({ key: 0, sentMs: 0, waiting: false, good: false, left: -1, parts: undefined })

const drive = async ({ port, request, status, keys, seed, connections, seconds }: DriveOptions): Promise<DriveResult> => {
  const latencies = new Float32Array(latenciesMax)
  const result = {
    answers: 0,
    taken: 0,
    uncertain: 0,
    errors: {} as Record<string, number>,
    bytes: 0,
    samples: [] as DriveResult['samples'],
  }
  const file = typeof keys === 'number' ? undefined : { ...keys, values: new Float64Array(await Bun.file(keys.file).arrayBuffer()) }
  const rows = file ? file.values.length / file.columns : (keys as number)
  let state = seed >>> 0 || 1
  const nextRow = () => {
    // xorshift32 (Marsaglia, 2003)
    state ^= state << 13
    state ^= state >>> 17
    state = (state ^ (state << 5)) >>> 0
    return state % rows
  }
  const fail = (kind: string) => void (result.errors[kind] = (result.errors[kind] ?? 0) + 1)

  let running = true
  const ask = (socket: Socket<Exchange>) => {
    const exchange = socket.data
    const row = nextRow()
    exchange.key = row + 1
    exchange.sentMs = performance.now()
    exchange.waiting = true
    exchange.left = -1
    exchange.parts = !file && result.samples.length < samplesMax && result.answers % sampleEvery === 0 ? [] : undefined
    socket.write(requestText(request, file ? file.values.subarray(row * file.columns, (row + 1) * file.columns) : [row + 1]))
  }
  const handlers = {
    binaryType: 'buffer' as const,
    data(socket: Socket<Exchange>, chunk: Buffer) {
      const exchange = socket.data
      let part = chunk
      if (exchange.left < 0) {
        const end = chunk.indexOf('\r\n\r\n')
        const head = chunk.toString('latin1', 0, end)
        const answered = head.slice(9, 12)
        exchange.good = Number(answered) === status
        if (!exchange.good) fail(answered)
        exchange.left = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
        part = chunk.subarray(end + 4)
      }
      exchange.left -= part.length
      result.bytes += chunk.length
      exchange.parts?.push(part)
      if (exchange.left > 0) return
      exchange.waiting = false
      if (exchange.good) {
        if (exchange.parts) result.samples.push({ key: exchange.key, body: Buffer.concat(exchange.parts).toString() })
        if (running) latencies[result.answers++ % latenciesMax] = performance.now() - exchange.sentMs
        result.taken++
      } else result.uncertain++
      if (running) ask(socket)
      else socket.end()
    },
    close: ({ data }: Socket<Exchange>) => void ((running || data.waiting) && fail('connection closed')),
    error: () => fail('connection failed'),
  }
  const sockets = await Promise.all(
    Array.from({ length: connections }, () => Bun.connect({ hostname: '127.0.0.1', port, data: begin(), socket: handlers })),
  )
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  for (const socket of sockets) ask(socket)
  await Bun.sleep(seconds * 1000)
  running = false
  const used = process.cpuUsage(cpu)
  const spentSeconds = (performance.now() - startedMs) / 1000
  const waiting = () => sockets.filter(({ data }) => data.waiting).length
  for (const endMs = performance.now() + drainMsMax; waiting() > 0 && performance.now() < endMs;) await Bun.sleep(5)
  const sorted = latencies.subarray(0, Math.min(result.answers, latenciesMax)).sort()
  const percentile = (p: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0
  return {
    ...result,
    uncertain: result.uncertain + waiting(),
    seconds: spentSeconds,
    p50: percentile(0.5),
    p99: percentile(0.99),
    cpuMicros: used.user + used.system,
  }
}

console.log(JSON.stringify(await drive(JSON.parse(process.argv[2]!) as DriveOptions)))
process.exit()
