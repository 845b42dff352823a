import type { RequestTemplate } from '../request.ts'
import type { Phase } from './arrivals.ts'
import type { KeyDistribution } from './keys.ts'
import type { Percentiles } from './latency.ts'

/** What the driver, a process of its own, is told on its standard input, and the lines of JSON it answers. */
export type DriveOptions = {
  host: Loopback
  port: number
  mix: readonly DrivePart[]
  phases: readonly Phase[]
  /** Arrivals as chance brings them; evenly otherwise. */
  poisson: boolean
  /** At the rate the first phase begins with; nothing of it counts. */
  warmupSeconds: number
  connections: number
  /** Requests that may wait for a free connection; the next one is not sent. */
  waitingMax: number
  /** A request without an answer after this, counted from its intended start, has none. */
  timeoutMs: number
  seed: number
  /** Bodies kept of each part, spread over the run. */
  samplesMax: number
  /** Work of the driver's own for every request, microseconds: a generator made weak, for tests. */
  burdenMicros?: number
}

/** Load goes to this machine only. */
export type Loopback = '127.0.0.1' | '::1'
export const loopbacks: readonly Loopback[] = ['127.0.0.1', '::1']

export type DrivePart = {
  name: string
  weight: number
  request: RequestTemplate
  /** Of an answer as it should be. */
  status: number
  keys: {
    distribution: KeyDistribution
    /** Keys are 1 … this. */
    max: number
    /** A file of float64 whose row `key` stands in the request, so many numbers a row; without it the key itself does. */
    rows?: { file: string; columns: number }
  }
}

export type DriveMessage =
  | { kind: 'begin' }
  | { kind: 'second'; second: DriveSecond }
  | { kind: 'end' }
  | { kind: 'result'; result: DriveResult }
  | { kind: 'failed'; reason: string }

/** What happened within a second, whenever the requests were meant to start. */
export type DriveSecond = {
  /** 0 is the first that counts; those of the warm-up are below. */
  second: number
  /** Arrivals of the schedule. */
  offered: number
  sent: number
  /** With the status expected. */
  answered: number
  /** With 503; they are among the errors, too. */
  refused: number
  errors: Record<string, number>
  /** Milliseconds from the intended start, of those answered. */
  p50: number
  p99: number
  /** At its end: for a free connection, and for an answer. */
  waiting: number
  inFlight: number
  /** Of the driver: user and system time, microseconds. */
  cpuMicros: number
}

/** Of the requests meant to start after the warm-up. */
export type DriveResult = {
  seconds: number
  offered: number
  sent: number
  answered: number
  /** Of those, before the last phase was over. */
  answeredInTime: number
  /**
   * By kind: `status N`; `not sent` (too many were waiting already); `timed out`; `connection closed` (without an answer);
   * `not understood` (no HTTP/1.1 answer with a length).
   */
  errors: Record<string, number>
  /** Of the bodies of those answered. */
  bodyBytes: number
  /** From the intended start, of those answered with the status expected, and of those refused: answered with 503. */
  latency: Percentiles
  refused: Percentiles
  /** `latency` in the compressed form of HdrHistogram (V2, base64), microseconds. */
  hdr: string
  /** How late the driver itself took up an arrival. */
  lateness: Percentiles
  /** Mean from the intended start of those answered to their sending: the lateness, and the wait for a connection. */
  waitedMs: number
  parts: DrivePartResult[]
  /** One for each phase; none when there is only one, or too many of them. */
  phases: DrivePhaseResult[]
  connections: { opened: number; failed: number; closed: number }
  /** User and system time of the driver until the last phase was over, microseconds. */
  cpuMicros: number
  /** The niceness it ran with: -10 where it may. */
  nice: number
  samples: Sample[]
}

export type DrivePartResult = { name: string; offered: number; answered: number; errors: number; bodyBytes: number; latency: Percentiles }

/** Of the requests meant to start within a phase. */
export type DrivePhaseResult = Phase & {
  offered: number
  answered: number
  /** Those that failed in any other way than by 503. */
  failed: number
  latency: Percentiles
  refused: Percentiles
}

/** A body as it was answered. */
export type Sample = { part: string; key: number; body: string }
