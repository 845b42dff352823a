import type { Attempt, History, Kind } from './bookings-history.ts'
import type { BookedHouse } from './bookings-houses.ts'
import { Line } from './bookings-line.ts'
import { readText, requestText } from './bookings-requests.ts'
import type { Outcome } from './crash-client.ts'

/** What all guests of a window have in common. */
export type Scene = {
  readonly port: number
  /** Of this run: part of every key. */
  readonly run: string
  readonly houses: readonly BookedHouse[]
  readonly dates: readonly string[]
  /** By house: the starts of the window's evenings. */
  readonly starts: ReadonlyMap<number, readonly number[]>
  readonly history: History
  /** Of the window before: their answers are asked for again. */
  readonly earlier: readonly Attempt[]
  /** Reservations that more than one guest changes. */
  readonly shared: Mine[]
  /** Whether there is one more to be attempted; counts it. */
  more(): boolean
  /** The next attempt's number. */
  number(): number
}
/** A hold, a reservation or a place in the waitlist. */
export type Mine = { kind: 'hold' | 'reservation' | 'place'; code: string; house: number; starts: number; party: number; revision: number }
type Wanted = Pick<Attempt, 'kind' | 'house' | 'starts' | 'party'> & Partial<Pick<Attempt, 'code' | 'revision' | 'keyed'>>

/** Asks for one thing after another, and takes no lost answer for an answer. */
export class Asker implements Disposable {
  readonly #scene: Scene
  readonly #session: number
  readonly #random: () => number
  readonly #line: Line

  constructor(scene: Scene, session: number, random: () => number) {
    this.#scene = scene
    this.#session = session
    this.#random = random
    this.#line = new Line(scene.port, random)
  }

  /** Resolves when it is known how it ended: at once, or by asking again with the same key. */
  async attempt({ kind, house, starts, party, code = '', revision = 0, keyed = isKeyed(kind) }: Wanted): Promise<Attempt> {
    const { history, run } = this.#scene
    const answered = { answeredMs: Infinity, status: 0, type: '', made: '', body: '', alternatives: [], bytes: 0, unsure: false }
    const asked = { kind, house, starts, party, session: this.#session, code, revision, keyed }
    const attempt: Attempt = { n: this.#scene.number(), ...asked, sentMs: Date.now(), ...answered }
    history.attempts.push(attempt)
    const request = requestText(run, attempt)
    const settle = (outcome: Outcome) => {
      if (history.settle(attempt, outcome)) return true
      if (outcome !== 'unsent') attempt.unsure = true
      // Nobody can know of a booking without a key, so it is not sent again.
      return kind === 'booking' && !keyed && outcome !== 'unsent'
    }
    const once = this.#line.until(settle, request)
    // At once by another connection, maybe to another process.
    if (keyed && this.#random() < twiceShare) {
      using other = new Line(this.#scene.port, this.#random)
      await other.until(settle, request)
    }
    await once
    return attempt
  }

  /** A key that was answered, now or in the window before: with the same body, or with another. */
  async again() {
    const { run, history, earlier } = this.#scene
    const from = this.#random() < earlierShare && earlier.length > 0 ? earlier : history.attempts
    const attempt = from[Math.floor(this.#random() * from.length)]
    if (!attempt || (attempt.status !== 201 && attempt.status !== 409) || !attempt.keyed) return
    const other = this.#random() < otherShare
    const known = (outcome: Outcome) => (other ? history.misused(attempt, outcome) : history.settle(attempt, outcome))
    await this.#line.until(known, requestText(run, attempt, other))
  }

  /** The body of a 200; of whatever is not found, nothing. */
  async read(path: string): Promise<object> {
    let body = '{}'
    await this.#line.until((outcome) => {
      if (typeof outcome === 'string' || outcome.status === 503) return false
      if (outcome.status === 200) body = outcome.body
      else this.#scene.history.violations.push({ fault: `GET ${path} was answered ${outcome.status} ${outcome.body}`, history: [] })
      return true
    }, readText(path))
    return JSON.parse(body) as object
  }

  [Symbol.dispose]() {
    this.#line[Symbol.dispose]()
  }
}

const isKeyed = (kind: Kind) => kind !== 'change' && kind !== 'cancellation'
const twiceShare = 0.03
const earlierShare = 0.2
const otherShare = 0.3
