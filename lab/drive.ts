import type { Socket } from 'bun'

/**
 * A closed loop for peak rates: each connection asks again as soon as it was answered. A process of its own, so that its
 * processor time can be told from the server's: `bun lab/drive.ts '{"port":…}'` prints a `DriveResult`. Loopback only.
 */
export type DriveOptions = {
  port: number
  /** The path is prefix + key + suffix. */
  prefix: string
  suffix: string
  /** Keys are uniform over 1 … keys. */
  keys: number
  seed: number
  connections: number
  seconds: number
}
export type DriveResult = {
  answers: number
  /** Answers whose status is not 200, by status; and connections that broke. */
  errors: Record<string, number>
  bytes: number
  seconds: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** User and system time of this process, microseconds. */
  cpuMicros: number
  samples: { key: number; body: string }[]
}

const samplesMax = 16
const sampleEvery = 997
const latenciesMax = 4_000_000

const drive = async ({ port, prefix, suffix, keys, seed, connections, seconds }: DriveOptions): Promise<DriveResult> => {
  const latencies = new Float32Array(latenciesMax)
  const result: DriveResult = { answers: 0, errors: {}, bytes: 0, seconds, p50: 0, p99: 0, cpuMicros: 0, samples: [] }
  let state = seed >>> 0 || 1
  const nextKey = () => {
    // xorshift32 (Marsaglia, 2003)
    state ^= state << 13
    state ^= state >>> 17
    state = (state ^ (state << 5)) >>> 0
    return 1 + (state % keys)
  }
  const fail = (kind: string) => void (result.errors[kind] = (result.errors[kind] ?? 0) + 1)
  type Exchange = { key: number; sentMs: number; left: number; parts: Buffer[] | undefined }

  let running = true
  const ask = (socket: Socket<Exchange>) => {
    const exchange = socket.data
    exchange.key = nextKey()
    exchange.sentMs = performance.now()
    exchange.left = -1
    exchange.parts = result.samples.length < samplesMax && result.answers % sampleEvery === 0 ? [] : undefined
    socket.write(`GET ${prefix}${exchange.key}${suffix} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
  }
  const handlers = {
    binaryType: 'buffer' as const,
    data(socket: Socket<Exchange>, chunk: Buffer) {
      const exchange = socket.data
      let part = chunk
      if (exchange.left < 0) {
        const end = chunk.indexOf('\r\n\r\n')
        const head = chunk.toString('latin1', 0, end)
        const status = head.slice(9, 12)
        if (status !== '200') fail(status)
        exchange.left = Number(/content-length: (\d+)/i.exec(head)?.[1])
        part = chunk.subarray(end + 4)
      }
      exchange.left -= part.length
      result.bytes += chunk.length
      exchange.parts?.push(part)
      if (exchange.left > 0) return
      if (exchange.parts) result.samples.push({ key: exchange.key, body: Buffer.concat(exchange.parts).toString() })
      latencies[result.answers++ % latenciesMax] = performance.now() - exchange.sentMs
      if (running) ask(socket)
      else socket.end()
    },
    close: () => void (running && fail('connection closed')),
    error: () => fail('connection failed'),
  }
  const sockets = await Promise.all(
    Array.from({ length: connections }, () =>
      Bun.connect<Exchange>({ hostname: '127.0.0.1', port, data: { key: 0, sentMs: 0, left: -1, parts: undefined }, socket: handlers }),
    ),
  )
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  for (const socket of sockets) ask(socket)
  await Bun.sleep(seconds * 1000)
  running = false
  const used = process.cpuUsage(cpu)
  const sorted = latencies.subarray(0, Math.min(result.answers, latenciesMax)).sort()
  const percentile = (p: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0
  return {
    ...result,
    seconds: (performance.now() - startedMs) / 1000,
    p50: percentile(0.5),
    p99: percentile(0.99),
    cpuMicros: used.user + used.system,
  }
}

console.log(JSON.stringify(await drive(JSON.parse(process.argv[2]!) as DriveOptions)))
process.exit()
