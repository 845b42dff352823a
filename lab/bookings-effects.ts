import type { Left } from './bookings-check.ts'
import { attemptText, type Attempt, type Violation } from './bookings-history.ts'
import { eventText, isSeated, type Event } from './bookings-replay.ts'

/** A booking without a key whose answer was lost: it was done or it was not. */
const isUnknown = ({ kind, keyed, unsure, status }: Attempt) => kind === 'booking' && !keyed && unsure && status === 0

/** Whatever was answered is so: each 201, 200 and 204 has its event, with just what the answer said. */
export const answers = (attempts: readonly Attempt[], { events, waits }: Left): Violation[] => {
  const byCode = Map.groupBy(events, ({ code }) => code)
  const places = new Set(waits.map(({ code }) => code))
  return attempts.flatMap((attempt): Violation[] => {
    if (attempt.status === 0)
      return isUnknown(attempt) ? [] : [{ fault: `#${attempt.n} was never answered`, history: [attemptText(attempt)] }]
    if (attempt.status >= 300) return []
    const own = byCode.get(attempt.kind === 'cancellation' ? attempt.code : attempt.made) ?? []
    const kept = attempt.kind === 'waiting' ? places.has(attempt.made) : own.some((event) => isAnswered(attempt, event))
    return kept
      ? []
      : [{ fault: `the ${attempt.status} of #${attempt.n} is lost`, history: [attemptText(attempt), attempt.body, ...own.map(eventText)] }]
  })
}

const isAnswered = ({ n, kind, revision, starts, party, body }: Attempt, event: Event): boolean => {
  if (event.gone) return false
  if (kind === 'cancellation') return event.state === 'cancelled' && event.revision === revision + 1
  const said = JSON.parse(body) as Said
  if (said.restaurant_id !== event.house || Date.parse(said.starts_at) !== event.starts || said.party !== event.party) return false
  if (event.starts !== starts || (kind !== 'confirmation' && event.party !== party)) return false
  if (kind === 'hold') return event.state === 'held' && Math.abs(Date.parse(said.expires_at) - event.until!) < 1
  const same = said.state === event.state && said.revision === event.revision && Date.parse(said.ends_at) === event.ends
  return (
    same && event.state === 'booked' && event.n === n && said.notes === `#${n}` && said.revision === (kind === 'change' ? revision + 1 : 1)
  )
}
type Said = {
  restaurant_id: number
  starts_at: string
  ends_at: string
  expires_at: string
  party: number
  state: string
  revision: number
  notes: string
}

/** Each event is the doing of just one attempt that may have done it; so a key, and a revision, has one effect at most. */
export const effects = (attempts: readonly Attempt[], { events, waits }: Left): Violation[] => {
  const found: Violation[] = []
  const byNumber = new Map(attempts.map((attempt) => [attempt.n, attempt]))
  const holds = new Map(attempts.filter(({ kind }) => kind === 'hold').map((attempt) => [attempt.made, attempt]))
  const offers = new Set(waits.map(({ hold }) => hold))
  const cancellations = Map.groupBy(
    attempts.filter(({ kind }) => kind === 'cancellation'),
    ({ code, revision }) => `${code} ${revision}`,
  )
  const done = new Set<string>()
  const before = new Map<string, Event>()
  for (const event of events) {
    const last = before.get(event.code)
    before.set(event.code, event)
    if (event.gone) continue
    const by = doerOf(event, last)
    if (by === undefined || done.has(by.once))
      found.push({
        fault: `${event.code} was changed ${by ? 'twice by one attempt' : 'by nobody who may'}`,
        history: [...(last ? [last] : []), event].map(eventText),
      })
    else done.add(by.once)
  }
  for (const some of cancellations.values()) {
    const told = some.filter(({ status }) => status === 204)
    if (told.length > 1) found.push({ fault: `${told[0]!.code} was cancelled more than once`, history: told.map(attemptText) })
  }
  const wanted = attempts.filter(({ kind, status }) => kind === 'waiting' && status === 201)
  if (new Set(wanted.map(({ made }) => made)).size !== waits.length || wanted.length !== waits.length)
    found.push({ fault: `${waits.length} wait, where ${wanted.length} were told that they do`, history: [] })
  return found

  function doerOf(event: Event, last: Event | undefined): { once: string } | undefined {
    const { code, state, revision, n } = event
    if (!last && state === 'held') return holds.has(code) || offers.has(code) ? { once: code } : undefined
    if (state === 'cancelled') {
      const some = cancellations.get(`${code} ${revision - 1}`) ?? []
      const mayHave = some.some((one) => one.status === 204 || one.unsure)
      return last && isSeated(last) && last.revision === revision - 1 && mayHave ? { once: `${code} ${revision}` } : undefined
    }
    const attempt = byNumber.get(n)
    if (!attempt) return undefined
    const { kind, status, unsure } = attempt
    const right = last
      ? last.state === 'held'
        ? kind === 'confirmation' && attempt.code === code && revision === 1
        : kind === 'change' && attempt.code === code && attempt.revision === last.revision && revision === last.revision + 1
      : kind === 'booking' && (attempt.made === code || isUnknown(attempt)) && revision === 1
    return right && (status < 300 || (kind === 'change' && unsure)) ? { once: `#${n}` } : undefined
  }
}
