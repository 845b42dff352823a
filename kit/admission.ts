import { limits } from './limits.ts'

/**
 * How many keys may wait for the database, so that those who are let in are answered in time and the others are told at once.
 *
 * By Little's law (J. D. C. Little, "A proof for the queuing formula L = λW", 1961) as many may wait as the database answers in the time
 * they are to wait. What it can answer is read off whatever it is doing, by the utilisation law (P. J. Denning, J. P. Buzen, "The
 * operational analysis of queueing network models", 1978): keys answered over the time that statements were under way. So the bound
 * follows a slow database within its statements, and needs no probing. Statements of few keys are slow for what they answer: they make
 * the bound less than it could be, but not less than it is at first.
 *
 * As in CoDel (RFC 8289) a queue that comes and goes is not one that stands: a burst, or what came while the machine stood still, may
 * be longer than what is let in for as long as others are refused.
 */
export class Admission {
  #admitted = 0
  /** Keys answered, and milliseconds that took, by the last statements, the older the less. */
  #keys = 0
  #busyMs = 0
  #burst: number = limits.admittedKeysFirst
  #standing: number = limits.admittedKeysFirst
  /** Windows until nobody was refused for a second. */
  #refusedOfLate = 0

  get limit() {
    return this.#refusedOfLate > 0 ? this.#standing : this.#burst
  }

  /** True, and to be followed by one `leave`, when there is room. Bulk reads go first: they need half of it free, and nobody refused of late. */
  enter(bulk: boolean): boolean {
    if (this.#admitted >= (bulk ? this.limit / 2 : this.limit) || (bulk && this.#refusedOfLate > 0)) {
      if (!bulk) this.#refusedOfLate = windowsOfLate
      return false
    }
    this.#admitted++
    return true
  }

  leave() {
    this.#admitted--
  }

  /** A statement that was not bulk answered so many keys in so many milliseconds. */
  observe(keys: number, tookMs: number) {
    // One that stood still, as the machine did, is not to be remembered for longer than others.
    const weighedMs = Math.min(Math.max(tookMs, tookMsMin), rememberedMs)
    const kept = Math.exp(-weighedMs / rememberedMs)
    this.#keys = this.#keys * kept + keys
    this.#busyMs = this.#busyMs * kept + weighedMs
    const least = this.#admitted > this.#standing / 2 ? limits.admittedKeysMin : limits.admittedKeysFirst
    this.#burst = this.#answeredIn(limits.burstWaitMs, least)
    this.#standing = this.#answeredIn(limits.admittedWaitMs, least)
  }

  /** Called once a window. */
  adjust() {
    if (this.#refusedOfLate > 0) this.#refusedOfLate--
  }

  #answeredIn(waitMs: number, least: number) {
    return Math.min(Math.max(Math.round((this.#keys / this.#busyMs) * waitMs), least), limits.keysWaitingMax)
  }
}

const rememberedMs = 250
/** What the clock can tell. */
const tookMsMin = 0.01
/** One second of the windows of kit/reads.ts. */
const windowsOfLate = 20
