import { attemptText, type Attempt, type Violation } from './bookings-history.ts'
import { stayMs, type BookedHouse } from './bookings-houses.ts'
import { apply, byHouse, eventText, isFree, isLive, type Event, type Floor } from './bookings-replay.ts'

/**
 * Each refusal was right at some moment between the first sending and the answer, and each other start that it named was free at one.
 * What was held then is replayed from the events; of a hold that ended in between whatever suits is supposed. So what is found is wrong
 * for certain, whatever the order of what ran at once.
 */
export const unjustified = (houses: readonly BookedHouse[], attempts: readonly Attempt[], events: readonly Event[]): Violation[] => {
  const found: Violation[] = []
  const eventsOf = byHouse(events)
  const byCode = Map.groupBy(events, ({ code }) => code)
  const sessionOf = new Map(attempts.filter(({ kind }) => kind === 'hold').map(({ made, session }) => [made, session]))
  const givenBack = byHouse(releases(attempts, byCode))
  for (const house of houses) {
    const floor: Floor = new Map()
    const ofHouse = eventsOf.get(house.id) ?? []
    let next = 0
    const refused = attempts.filter((attempt) => attempt.house === house.id && (attempt.status === 409 || attempt.status === 412))
    for (const attempt of refused.toSorted((a, b) => a.sentMs - b.sentMs)) {
      const { sentMs, answeredMs, type, code } = attempt
      while (next < ofHouse.length && ofHouse[next]!.at < sentMs) apply(floor, ofHouse[next++]!)
      const own = byCode.get(code) ?? []
      const at = (from: Floor, so: (now: Floor) => boolean) => during(from, ofHouse, next, answeredMs, so)
      // Who has no key does not wait for what is just being given back, and need not know of it.
      const seen = attempt.keyed || code !== '' ? floor : withLingering(floor, givenBack.get(house.id) ?? [], sentMs)
      const right =
        type === 'urn:atelier:no-table'
          ? at(seen, (now) => !isFreeAt(house, now, attempt, attempt.starts, sentMs, code))
          : type === 'urn:atelier:too-many-holds'
            ? at(floor, (now) => heldBy(now, sessionOf, attempt) >= holdsMax)
            : type === 'urn:atelier:no-hold'
              ? !isHeld(own, answeredMs)
              : type === 'urn:atelier:state'
                ? lastBy(own, answeredMs)?.state !== 'booked'
                : attempt.status === 412 && (attempt.unsure || wasOther(own, attempt))
      const ofEvening = (start: number) => Math.abs(start - attempt.starts) < eveningMs
      // Of a confirmation the party is that of its hold.
      const wrong = attempt.alternatives.filter(
        (start) =>
          ofEvening(start) && type === 'urn:atelier:no-table' && !at(floor, (now) => isFreeAt(house, now, attempt, start, answeredMs)),
      )
      if (right && wrong.length === 0) continue
      const near = ofHouse.filter(({ at, starts, ends }) => at <= answeredMs && starts < attempt.starts + nearMs && ends > attempt.starts)
      const history = [attemptText(attempt), ...(code ? own : near.slice(-shownMax)).map(eventText)]
      if (!right) found.push({ fault: `nothing justifies the refusal of #${attempt.n}`, history })
      for (const start of wrong)
        found.push({ fault: `#${attempt.n} was told of ${new Date(start).toISOString()}, which was not free`, history })
    }
  }
  return found
}

/** Whether it was so at a moment from that of the floor to the last. */
const during = (floor: Floor, events: readonly Event[], next: number, lastMs: number, so: (now: Floor) => boolean): boolean => {
  if (so(floor)) return true
  const now = new Map(floor)
  for (let place = next; place < events.length && events[place]!.at <= lastMs; place++) {
    apply(now, events[place]!)
    if (so(now)) return true
  }
  return false
}

const isFreeAt = (house: BookedHouse, now: Floor, { party }: Attempt, starts: number, sinceMs: number, own?: string) =>
  isFree(house, now, { starts, ends: starts + stayMs(house, party), party, ...(own !== undefined && { own }) }, sinceMs)

/** What somebody had until a change or a cancellation, written at a moment and known to be committed at another. */
type Release = { readonly house: number; readonly had: Event; readonly fromMs: number; readonly toMs: number }
const releases = (attempts: readonly Attempt[], byCode: ReadonlyMap<string, readonly Event[]>): Release[] => {
  const knownMs = new Map<string, number>()
  for (const { kind, code, revision, answeredMs } of attempts)
    if (kind === 'change' || kind === 'cancellation')
      knownMs.set(`${code} ${revision}`, Math.max(answeredMs, knownMs.get(`${code} ${revision}`) ?? 0))
  return [...byCode.values()].flatMap((own) =>
    own.slice(1).flatMap((event, n) => {
      const had = own[n]!
      const toMs = knownMs.get(`${had.code} ${had.revision}`)
      return toMs === undefined || event.revision === had.revision ? [] : [{ house: had.house, had, fromMs: event.at, toMs }]
    }),
  )
}
const withLingering = (floor: Floor, given: readonly Release[], sentMs: number): Floor => {
  const lingering = given.filter(({ fromMs, toMs }) => fromMs < sentMs && sentMs <= toMs)
  return lingering.length === 0
    ? floor
    : new Map([...floor, ...lingering.map(({ had }) => [`before: ${had.code} ${had.revision}`, had] as const)])
}

const heldBy = (now: Floor, sessionOf: ReadonlyMap<string, number>, { session, sentMs }: Attempt) =>
  [...now.values()].filter((one) => one.state === 'held' && sessionOf.get(one.code) === session && isLive(one, sentMs)).length

const lastBy = (own: readonly Event[], atMs: number) => own.findLast(({ at }) => at <= atMs)
const isHeld = (own: readonly Event[], atMs: number) => {
  const last = lastBy(own, atMs)
  return last !== undefined && !last.gone && last.state === 'held' && isLive(last, atMs)
}

/** At some moment the reservation was at another revision than the one that was meant. */
const wasOther = (own: readonly Event[], { sentMs, answeredMs, revision }: Attempt) =>
  [lastBy(own, sentMs), ...own.filter(({ at }) => at > sentMs && at <= answeredMs)].some((event) => event?.revision !== revision)

/** As the schema has it. */
const holdsMax = 3
const nearMs = 3 * 3_600_000
/** Farther away is another evening, which may be none of this window. */
const eveningMs = 9 * 3_600_000
const shownMax = 20
