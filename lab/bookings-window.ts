import { violations, type Left } from './bookings-check.ts'
import type { Mine } from './bookings-asker.ts'
import { Guest } from './bookings-guest.ts'
import { History, type Attempt, type Violation } from './bookings-history.ts'
import { stayMs, type BookedHouse } from './bookings-houses.ts'
import { isFree, isSeated } from './bookings-replay.ts'
import type { Tables } from './bookings-tables.ts'

export type WindowOptions = {
  port: number
  run: string
  houses: readonly BookedHouse[]
  dates: readonly string[]
  earlier: readonly Attempt[]
  clients: number
  random: (guest: number) => () => number
  more: () => boolean
  number: () => number
}

/** Evenings of their own, which nobody has asked for before, and all the guests that want a table then. */
export const openWindow = async (options: WindowOptions) => {
  const { port, houses, dates, clients, random } = options
  const history = new History()
  const starts = new Map<number, readonly number[]>()
  for (const { id } of houses) {
    const found: number[] = []
    for (const date of dates) found.push(...(await freeStarts(port, id, date, 1)))
    starts.set(id, found)
  }
  const scene = { ...options, history, starts, shared: [] as Mine[] }
  // Two guests share a session, and so its holds.
  const guests = Array.from({ length: clients }, (_, n) => new Guest(scene, n >> 1, random(n)))
  const work = async () => {
    await Promise.all(guests.map((guest) => guest.work()))
    await Bun.sleep(quietMs)
  }
  return { history, starts, work }
}
export type Window = Awaited<ReturnType<typeof openWindow>>

/** When nobody asks any more: what the tables hold, against the history; and what is offered to who asks next. */
export const checkWindow = async (tables: Tables, { port, houses, dates }: WindowOptions, { history, starts }: Window) => {
  const left = await tables.left(dates)
  const found = violations(houses, history, left)
  await tables.forget(dates, history.attempts[0]?.sentMs ?? 0)
  return { left, found: [...found, ...(await offered(port, houses, dates, starts, left))] }
}

/** Once all holds have ended, just those starts are free that the rows leave free. */
const offered = async (
  port: number,
  houses: readonly BookedHouse[],
  dates: readonly string[],
  starts: Window['starts'],
  left: Left,
): Promise<Violation[]> => {
  const floor = new Map(left.rows.filter((row) => isSeated(row) && row.state !== 'held').map((row) => [`${row.house} ${row.code}`, row]))
  const found: Violation[] = []
  const endMs = performance.now() + settledMsMax
  for (const house of houses) {
    const own = new Map([...floor].filter(([, row]) => row.house === house.id))
    for (let party = 1; party <= house.partyMax; party++) {
      const due = starts
        .get(house.id)!
        .filter((start) => isFree(house, own, { starts: start, ends: start + stayMs(house, party), party }, left.nowMs))
      for (;;) {
        const free = (await Promise.all(dates.map((date) => freeStarts(port, house.id, date, party)))).flat()
        if (`${free}` === `${due}`) break
        if (performance.now() < endMs) {
          await Bun.sleep(pollMs)
          continue
        }
        found.push({
          fault: `for ${party} at ${house.id} on ${dates.join(' and ')} ${textOf(free)} is free`,
          history: [`${textOf(due)} should be`],
        })
        break
      }
    }
  }
  return found
}
const textOf = (starts: readonly number[]) => starts.map((start) => new Date(start).toISOString()).join(', ') || 'nothing'

/** Milliseconds since 1970, ascending. */
const freeStarts = async (port: number, house: number, date: string, party: number): Promise<number[]> => {
  const url = `http://127.0.0.1:${port}/restaurants/${house}/availability?date=${date}&party=${party}`
  for (const endMs = performance.now() + answerMsMax; ; await Bun.sleep(pollMs)) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.status === 200) return ((await answer.json()) as { starts: string[] }).starts.map((start) => Date.parse(start))
    if (answer && answer.status !== 503) throw new Error(`${url} was answered ${answer.status} ${await answer.text()}`)
    if (performance.now() > endMs) throw new Error(`${url} is not answered.`)
  }
}

const pollMs = 100
/** A booking without a key whose answer was not waited for is done or refused by then, and all holds have ended. */
const quietMs = 2_500
/** Holds of a second end, and memory is half a second old at most. */
const settledMsMax = 10_000
const answerMsMax = 60_000
