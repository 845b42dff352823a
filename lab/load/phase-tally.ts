import type { Histogram } from 'hdr-histogram-js'
import type { Phase } from './arrivals.ts'
import type { DrivePhaseResult } from './driving.ts'
import { openLatencies, percentilesOf } from './latency.ts'

/** What is counted of one phase. */
export type PhaseCounts = { offered: number; answered: number; failed: number; latency: Histogram; refused: Histogram }

/** Counts by the phase in which a request was meant to start. Histograms are large, so a scenario of very many phases goes without. */
export class PhaseTally {
  readonly #phases: readonly Phase[]
  readonly #untilMs: Float64Array
  readonly #counts: PhaseCounts[]
  #last = 0

  constructor(phases: readonly Phase[], fromMs: number) {
    this.#phases = phases.length > 1 && phases.length <= phasesMax ? phases : []
    let untilMs = fromMs
    this.#untilMs = Float64Array.from(this.#phases, ({ seconds }) => (untilMs += seconds * 1000))
    this.#counts = this.#phases.map(() => ({
      offered: 0,
      answered: 0,
      failed: 0,
      latency: openLatencies(2),
      refused: openLatencies(2),
    }))
  }

  /** Of a request meant to start then, which is not before the first phase; undefined when phases are not told apart. */
  at(dueMs: number): PhaseCounts | undefined {
    const last = this.#counts.length - 1
    if (last < 0) return undefined
    // Answers come nearly in the order of their requests: the phase of the one before is most often the right one, too.
    while (this.#last > 0 && dueMs < this.#untilMs[this.#last - 1]!) this.#last--
    while (this.#last < last && dueMs >= this.#untilMs[this.#last]!) this.#last++
    return this.#counts[this.#last]
  }

  results(): DrivePhaseResult[] {
    return this.#phases.map((phase, i) => {
      const { latency, refused, ...counts } = this.#counts[i]!
      return { ...phase, ...counts, latency: percentilesOf(latency), refused: percentilesOf(refused) }
    })
  }
}

const phasesMax = 64
