import { limits } from './limits.ts'

/**
 * How many keys may wait for the database, so that those who are let in are answered in time and the others are told at once.
 *
 * The bound follows the latency that is measured, by additive increase and multiplicative decrease (Chiu and Jain, "Analysis of the
 * increase and decrease algorithms for congestion avoidance in computer networks", 1989), with TCP's slow start below half the
 * wanted latency (RFC 5681, section 3.1): batches grow with what waits, so more keys are first nearly free, and later only wait.
 */
export class Admission {
  #limit: number = limits.admittedKeysFirst
  #admitted = 0
  #slowestMs = 0
  #wasFull = false
  /** Windows since somebody was refused. */
  #calmWindows = Infinity

  get limit() {
    return this.#limit
  }

  /** True, and to be followed by one `leave`, when there is room. Bulk reads go first: they need half of it free, and nobody refused of late. */
  enter(bulk: boolean): boolean {
    const room = bulk ? this.#limit / 2 : this.#limit
    if (this.#admitted >= room || (bulk && this.#calmWindows < bulkCalmWindows)) {
      if (!bulk) this.#wasFull = true
      return false
    }
    this.#admitted++
    return true
  }

  leave() {
    this.#admitted--
  }

  /** How long a key that is not bulk took, or has waited so far. */
  observe(latencyMs: number) {
    if (latencyMs > this.#slowestMs) this.#slowestMs = latencyMs
  }

  /** Called once a window, some times the latency wanted. */
  adjust() {
    const slow = this.#slowestMs
    if (slow > limits.admittedLatencyMs) this.#limit = Math.max(limits.admittedKeysMin, Math.floor(this.#limit * decrease))
    else if (this.#wasFull || this.#admitted > this.#limit / 2) {
      const step = slow < limits.admittedLatencyMs / 2 ? this.#limit / 4 : increase
      this.#limit = Math.min(limits.keysWaitingMax, Math.ceil(this.#limit + step))
    }
    this.#calmWindows = this.#wasFull ? 0 : this.#calmWindows + 1
    this.#wasFull = false
    this.#slowestMs = 0
  }
}

const decrease = 0.9
const increase = 8
/** One second of the windows of kit/reads.ts. */
const bulkCalmWindows = 20
