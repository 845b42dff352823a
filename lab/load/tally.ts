import { encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js'
import type { Phase } from './arrivals.ts'
import type { DrivePart, DrivePartResult, DriveResult, DriveSecond, Sample } from './driving.ts'
import { openLatencies, percentilesOf, record } from './latency.ts'
import { PhaseTally } from './phase-tally.ts'

/** All the driver counts: in the second it is in and, of the requests meant to start from `fromMs` on, for good. Times are of one clock. */
export class Tally {
  readonly samples: Sample[] = []
  readonly #fromMs: number
  readonly #parts: Part[]
  readonly #phases: PhaseTally
  readonly #refused = openLatencies()
  readonly #lateness = openLatencies()
  readonly #errors = new Map<string, number>()
  #sent = 0
  #waitedMs = 0
  readonly #second = { offered: 0, sent: 0, answered: 0, refused: 0, errors: new Map<string, number>(), latency: openLatencies(2) }

  constructor(mix: readonly DrivePart[], phases: readonly Phase[], fromMs: number) {
    this.#fromMs = fromMs
    this.#phases = new PhaseTally(phases, fromMs)
    this.#parts = mix.map(({ name }) => ({ name, offered: 0, answered: 0, errors: 0, bodyBytes: 0, latency: openLatencies() }))
  }

  offered(part: number, dueMs: number, nowMs: number): void {
    this.#second.offered++
    if (dueMs < this.#fromMs) return
    this.#parts[part]!.offered++
    record(this.#lateness, nowMs - dueMs)
    const phase = this.#phases.at(dueMs)
    if (phase) phase.offered++
  }

  sent(dueMs: number): void {
    this.#second.sent++
    if (dueMs >= this.#fromMs) this.#sent++
  }

  answered(part: number, dueMs: number, nowMs: number, waitedMs: number, bodyBytes: number): void {
    this.#second.answered++
    record(this.#second.latency, nowMs - dueMs)
    if (dueMs < this.#fromMs) return
    const counts = this.#parts[part]!
    counts.answered++
    counts.bodyBytes += bodyBytes
    this.#waitedMs += waitedMs
    record(counts.latency, nowMs - dueMs)
    const phase = this.#phases.at(dueMs)
    if (!phase) return
    phase.answered++
    record(phase.latency, nowMs - dueMs)
  }

  /** Answered with another status than the one expected. */
  unexpected(part: number, dueMs: number, nowMs: number, status: number): void {
    if (status !== refusedStatus) return this.failed(part, dueMs, `status ${status}`)
    this.#second.refused++
    this.#count(part, dueMs, `status ${status}`)
    if (dueMs < this.#fromMs) return
    record(this.#refused, nowMs - dueMs)
    const phase = this.#phases.at(dueMs)
    if (phase) record(phase.refused, nowMs - dueMs)
  }

  failed(part: number, dueMs: number, kind: string): void {
    this.#count(part, dueMs, kind)
    const phase = dueMs < this.#fromMs ? undefined : this.#phases.at(dueMs)
    if (phase) phase.failed++
  }

  #count(part: number, dueMs: number, kind: string): void {
    addTo(this.#second.errors, kind)
    if (dueMs < this.#fromMs) return
    this.#parts[part]!.errors++
    addTo(this.#errors, kind)
  }

  get answeredSoFar(): number {
    return this.#parts.reduce((sum, { answered }) => sum + answered, 0)
  }

  /** Of the second that ends now; the next one begins. */
  takeSecond(): Omit<DriveSecond, 'second' | 'waiting' | 'inFlight' | 'cpuMicros'> {
    const { offered, sent, answered, refused, errors, latency } = this.#second
    const { p50, p99 } = percentilesOf(latency)
    const second = { offered, sent, answered, refused, errors: Object.fromEntries(errors), p50, p99 }
    Object.assign(this.#second, { offered: 0, sent: 0, answered: 0, refused: 0 })
    errors.clear()
    latency.reset()
    return second
  }

  result(): Omit<DriveResult, 'seconds' | 'answeredInTime' | 'connections' | 'cpuMicros' | 'nice'> {
    const latency = openLatencies()
    for (const part of this.#parts) latency.add(part.latency)
    const sum = (pick: (part: Part) => number) => this.#parts.reduce((total, part) => total + pick(part), 0)
    return {
      offered: sum(({ offered }) => offered),
      sent: this.#sent,
      answered: sum(({ answered }) => answered),
      errors: Object.fromEntries(this.#errors),
      bodyBytes: sum(({ bodyBytes }) => bodyBytes),
      latency: percentilesOf(latency),
      refused: percentilesOf(this.#refused),
      hdr: encodeIntoCompressedBase64(latency),
      lateness: percentilesOf(this.#lateness),
      waitedMs: this.#waitedMs / Math.max(1, latency.totalCount),
      parts: this.#parts.map((part) => ({ ...part, latency: percentilesOf(part.latency) })),
      phases: this.#phases.results(),
      samples: this.samples,
    }
  }
}

type Part = Omit<DrivePartResult, 'latency'> & { latency: Histogram }

/** A server that is asked for more than it can do says so at once, which is no fault of its own. */
const refusedStatus = 503
const addTo = (counts: Map<string, number>, kind: string) => void counts.set(kind, (counts.get(kind) ?? 0) + 1)
