import { openSchedule, secondsOf } from './arrivals.ts'
import { Connections, type Connection, type ConnectionEvents } from './connections.ts'
import { loopbacks, type DriveMessage, type DriveOptions, type DriveResult } from './driving.ts'
import { openMix, type Mix } from './mix.ts'
import { openRandom } from './random.ts'
import { Tally } from './tally.ts'
import { Waiting } from './waiting.ts'

/**
 * Sends the requests of a schedule when their time has come, whatever became of those before, and counts what comes of them. A request
 * that finds no connection free waits, and its latency runs: a server that stands still is charged for all who came meanwhile.
 */
export const drive = async (options: DriveOptions, tell: (message: DriveMessage) => void): Promise<Omit<DriveResult, 'nice'>> => {
  if (!loopbacks.includes(options.host)) throw new Error(`Load goes to this machine only, not to ${options.host}.`)
  const driver = new Drive(options, await openMix(options.mix, openRandom(options.seed)), tell)
  using connections = await Connections.open(options, options.connections, driver)
  return await driver.run(connections)
}

class Drive implements ConnectionEvents {
  readonly #options: DriveOptions
  readonly #mix: Mix
  readonly #tell: (message: DriveMessage) => void
  readonly #waiting: Waiting
  readonly #schedule: () => number
  readonly #ended = Promise.withResolvers<void>()
  #connections!: Connections
  #tally!: Tally
  #startMs = Number.POSITIVE_INFINITY
  #nextMs = Number.POSITIVE_INFINITY
  /** From when on a body of each part is kept. */
  #sampleMs: number[] = []

  constructor(options: DriveOptions, mix: Mix, tell: (message: DriveMessage) => void) {
    const { phases, poisson, warmupSeconds, waitingMax, seed } = options
    this.#options = options
    this.#mix = mix
    this.#tell = tell
    this.#waiting = new Waiting(waitingMax)
    const all = warmupSeconds > 0 ? [{ rate: phases[0]!.rate, seconds: warmupSeconds }, ...phases] : phases
    this.#schedule = openSchedule(all, poisson ? openRandom(seed + 1) : undefined)
  }

  async run(connections: Connections): Promise<Omit<DriveResult, 'nice'>> {
    const { mix, phases, warmupSeconds, timeoutMs, samplesMax } = this.#options
    this.#connections = connections
    this.#startMs = performance.now() + beforeMs
    const fromMs = this.#startMs + warmupSeconds * 1000
    const untilMs = fromMs + secondsOf(phases) * 1000
    this.#tally = new Tally(mix, phases, fromMs)
    this.#sampleMs = mix.map(() => (samplesMax > 0 ? fromMs : Number.POSITIVE_INFINITY))
    this.#nextMs = this.#startMs + this.#schedule()

    const tally = this.#tally
    const endSecond = this.#openSeconds(fromMs)
    let cpu: NodeJS.CpuUsage | undefined
    let ended: { cpuMicros: number; answeredInTime: number } | undefined
    let sweepMs = 0
    const timer = setInterval(() => {
      const nowMs = performance.now()
      this.#dispatch(nowMs)
      if (!cpu && nowMs >= fromMs) {
        cpu = process.cpuUsage()
        this.#tell({ kind: 'begin' })
      }
      endSecond(nowMs)
      if (nowMs >= sweepMs) {
        sweepMs = nowMs + sweepEveryMs
        this.#giveUpBefore(nowMs - timeoutMs)
      }
      if (nowMs < untilMs || this.#nextMs <= nowMs) return
      if (!ended) {
        ended = { cpuMicros: microsOf(process.cpuUsage(cpu)), answeredInTime: tally.answeredSoFar }
        this.#tell({ kind: 'end' })
      }
      if (nowMs > untilMs + timeoutMs) this.#giveUpBefore(Number.POSITIVE_INFINITY)
      if (connections.inFlight === 0 && this.#waiting.length === 0) this.#ended.resolve()
    }, tickMs)
    await this.#ended.promise.finally(() => clearInterval(timer))
    endSecond()
    return { ...tally.result(), ...ended!, seconds: secondsOf(phases), connections: { ...connections.counts } }
  }

  answered({ part, key, status, dueMs, sentMs, bodyBytes, pieces }: Connection, nowMs: number): void {
    const { name, status: expected } = this.#options.mix[part]!
    if (status === expected) this.#tally.answered(part, dueMs, nowMs, sentMs - dueMs, bodyBytes)
    else this.#tally.unexpected(part, dueMs, nowMs, status)
    if (pieces && status === expected && bodyBytes <= sampleBytesMax) {
      this.#tally.samples.push({ part: name, key, body: Buffer.concat(pieces).toString() })
    }
    // More often than any timer: what is due goes out between two answers.
    this.#dispatch(nowMs)
  }

  broken({ part, dueMs }: Connection, kind: string): void {
    this.#tally.failed(part, dueMs, kind)
  }

  next(connection: Connection): boolean {
    if (this.#waiting.length === 0) return false
    const { dueMs, part, key } = this.#waiting
    this.#waiting.shift()
    this.#send(connection, dueMs, part, key)
    return true
  }

  fault(error: Error): void {
    this.#ended.reject(error)
  }

  #dispatch(nowMs: number): void {
    while (this.#nextMs <= nowMs) {
      const dueMs = this.#nextMs
      this.#nextMs = this.#startMs + this.#schedule()
      const part = this.#mix.part()
      const key = this.#mix.key(part)
      if (this.#options.burdenMicros) burn(this.#options.burdenMicros)
      // Those sent just before took their time, too: it is looked at anew.
      this.#tally.offered(part, dueMs, performance.now())
      const connection = this.#connections.take()
      if (connection) this.#send(connection, dueMs, part, key)
      else if (!this.#waiting.push(dueMs, part, key)) this.#tally.failed(part, dueMs, 'not sent')
    }
  }

  #send(connection: Connection, dueMs: number, part: number, key: number): void {
    connection.dueMs = dueMs
    connection.part = part
    connection.key = key
    if (dueMs >= this.#sampleMs[part]!) {
      connection.pieces = []
      this.#sampleMs[part] = dueMs + (secondsOf(this.#options.phases) * 1000) / this.#options.samplesMax
    }
    connection.sentMs = performance.now()
    this.#tally.sent(dueMs)
    const { bytes, length } = this.#mix.fill(part, key)
    this.#connections.send(connection, bytes, length)
  }

  #giveUpBefore(untilMs: number): void {
    for (const waiting = this.#waiting; waiting.length > 0 && waiting.dueMs < untilMs; waiting.shift())
      this.#tally.failed(waiting.part, waiting.dueMs, 'timed out')
    this.#connections.giveUpBefore(untilMs)
  }

  /** Tells of every second that is over; without a time also of the one that has begun. */
  #openSeconds(fromMs: number) {
    let second = -Math.ceil(this.#options.warmupSeconds)
    let cpu = process.cpuUsage()
    const tell = () => {
      const used = process.cpuUsage()
      this.#tell({
        kind: 'second',
        second: {
          second: second++,
          ...this.#tally.takeSecond(),
          waiting: this.#waiting.length,
          inFlight: this.#connections.inFlight,
          cpuMicros: microsOf(used) - microsOf(cpu),
        },
      })
      cpu = used
    }
    return (nowMs?: number) => {
      if (nowMs === undefined) return tell()
      for (let over = Math.floor((nowMs - fromMs) / 1000) - second; over > 0; over--) tell()
    }
  }
}

const burn = (micros: number) => {
  for (const untilMs = performance.now() + micros / 1000; performance.now() < untilMs;);
}

const microsOf = ({ user, system }: NodeJS.CpuUsage) => user + system
const beforeMs = 5
/** The shortest interval there is: at low rates up to this much of a latency is ours. At high ones answers call more often. */
const tickMs = 1
const sweepEveryMs = 100
const sampleBytesMax = 65_536
