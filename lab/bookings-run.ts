import { audit } from './bookings-audit.ts'
import { inflict, type FaultKind } from './bookings-faults.ts'
import type { Attempt, History, Violation } from './bookings-history.ts'
import { bookedHouses, eveningsOf, firstEvening } from './bookings-houses.ts'
import { randomOf } from './bookings-random.ts'
import { Tables } from './bookings-tables.ts'
import { checkWindow, openWindow, type Window, type WindowOptions } from './bookings-window.ts'
import { openHouse } from './crash-house.ts'

export type BookingsOptions = {
  /** New. */
  dataDir: string
  env: Record<string, string | undefined>
  attempts: number
  restaurants: number
  clients: number
  servers: number
  kills: number
  seed: number
  progress: (done: Done) => void
  /** No more attempts: what was done is checked. */
  signal?: AbortSignal
}
export type Done = { attempts: number; faults: number; violations: number }

export type BookingsReport = {
  attempts: number
  /** Of the attempts alone, without the looking. */
  seconds: number
  windows: number
  /** How requests ended, by what was asked. */
  outcomes: Record<string, Record<string, number>>
  /** Changes of reservations and holds that the witness saw. */
  effects: number
  /** Milliseconds until all was well again. */
  faults: { kind: FaultKind; ms: number }[]
  /** What the audit of the service says. */
  audit: string
  violations: Violation[]
}

/** Lets many clients book the same few tables of a house that is hurt again and again, and looks whether it kept every promise. */
export const proveBookings = async (options: BookingsOptions): Promise<BookingsReport> => {
  const { attempts, restaurants, clients, servers, kills, seed, progress, signal } = options
  await using opened = new AsyncDisposableStack()
  const house = opened.use(await openHouse({ ...options, processes: servers, products: 0 }))
  const tables = opened.use(new Tables(house.databaseUrl))
  const houses = bookedHouses(restaurants)
  await tables.open(houses, holdSeconds)
  const report: BookingsReport = { attempts: 0, seconds: 0, windows: 0, outcomes: {}, effects: 0, faults: [], audit: '', violations: [] }
  const digests = new Map<string, string>()
  const windows = Math.max(2, Math.ceil(attempts / attemptsPerWindow))
  const run = crypto.randomUUID().slice(0, 6)
  const chance = randomOf(seed)
  const first = firstEvening()
  let earlier: readonly Attempt[] = []
  let [numbers, faultAt] = [0, (chance() * attempts) / kills]
  const stopped = () => signal?.aborted === true
  const hurtOrWait = async (guests: Guests, history: History) => {
    progress({ attempts: report.attempts, faults: report.faults.length, violations: history.violations.length })
    if (report.attempts < faultAt || report.faults.length >= kills || stopped()) return Bun.sleep(pollMs)
    const hurt = { house, processes: servers, answered: () => history.known, idle: () => guests.idle }
    const fault = await inflict(hurt, report.faults.length)
    report.faults.push(fault)
    faultAt = ((report.faults.length + chance()) * attempts) / kills
    if (fault.ms === Infinity) report.violations.push({ fault: `nobody was answered after: ${fault.kind}`, history: [] })
  }
  const more = (last: number) => () => !stopped() && report.attempts < last && ++report.attempts > 0

  while (report.windows < windows && report.violations.length === 0 && !stopped()) {
    const dates = eveningsOf(first, report.windows)
    const last = Math.round((attempts * (report.windows + 1)) / windows)
    const random = (guest: number) => randomOf(seed + 7_919 * (report.windows * clients + guest + 1))
    const given: WindowOptions = {
      port: house.port,
      run,
      houses,
      dates,
      earlier,
      clients,
      random,
      more: more(last),
      number: () => ++numbers,
    }
    const window = await openWindow(given)
    const sinceMs = performance.now()
    await attend(window, (guests) => hurtOrWait(guests, window.history))
    report.seconds += (performance.now() - sinceMs) / 1000
    const { left, found } = await checkWindow(tables, given, window)
    report.violations.push(...found)
    report.effects += left.events.length
    for (const [kind, counts] of Object.entries(window.history.counts)) add((report.outcomes[kind] ??= {}), counts)
    for (const [date, digest] of await tables.digests(dates)) digests.set(date, digest)
    earlier = window.history.attempts.filter((_, n) => n % Math.ceil(window.history.attempts.length / earlierMax) === 0)
    report.windows++
  }

  if (kills > 0) await house.killPostgres()
  report.violations.push(...(await changed(tables, digests)))
  report.audit = await audit(house.databaseUrl, options.env)
  if (report.audit !== 'agrees') report.violations.push({ fault: 'the audit does not agree', history: [report.audit] })
  return report
}

type Guests = { idle: boolean }
/** Until all guests have gone, and what is done meanwhile is done. */
const attend = async ({ work }: Window, meanwhile: (guests: Guests) => Promise<unknown>) => {
  const guests = { idle: false }
  const working = work().finally(() => (guests.idle = true))
  working.catch(() => {}) // it is thrown below, after what is done meanwhile
  while (!guests.idle) await meanwhile(guests)
  await working
}

/** Whatever was seen after its own window is still there, after all that was killed since. */
const changed = async (tables: Tables, digests: ReadonlyMap<string, string>): Promise<Violation[]> => {
  const now = await tables.digests([...digests.keys()])
  return [...digests].flatMap(([date, digest]) =>
    now.get(date) === digest ? [] : [{ fault: `${date} was ${digest}, and is ${now.get(date)}`, history: [] }],
  )
}

const add = (sums: Record<string, number>, counts: Record<string, number>) => {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count
}

const holdSeconds = 1
const attemptsPerWindow = 50_000
const earlierMax = 500
const pollMs = 100
