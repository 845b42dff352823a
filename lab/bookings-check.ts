import { answers, effects } from './bookings-effects.ts'
import type { History, Violation } from './bookings-history.ts'
import type { BookedHouse } from './bookings-houses.ts'
import { unjustified } from './bookings-refusals.ts'
import { doubled, eventText, isLive, occupantText, quartersOf, type Event, type Occupant } from './bookings-replay.ts'

/** A table's quarter of an hour, and who has it. */
export type Slot = { readonly code: string; readonly table: number; readonly start: number; readonly until: number | undefined }

/** What a window left behind, all of one moment. */
export type Left = {
  readonly events: readonly Event[]
  readonly rows: readonly Occupant[]
  readonly slots: readonly Slot[]
  /** Places in the waitlist, each with the code of the hold it may be given. */
  readonly waits: readonly { readonly code: string; readonly hold: string }[]
  readonly nowMs: number
}

/** Everything that is promised, of one window. */
export const violations = (houses: readonly BookedHouse[], history: History, left: Left): Violation[] => [
  ...history.violations,
  ...doubled(left.events),
  ...seated(left),
  ...lost(left),
  ...answers(history.attempts, left),
  ...effects(history.attempts, left),
  ...unjustified(houses, history.attempts, left.events),
]

/** No two rows share a quarter, and the slots are those of the rows: no more, so what was given back is free, and no less. */
const seated = ({ rows, slots, nowMs }: Left): Violation[] => {
  const found: Violation[] = []
  const owners = new Map<string, Occupant>()
  for (const row of rows.filter((one) => isLive(one, nowMs)))
    for (const quarter of quartersOf(row)) {
      const other = owners.get(quarter)
      if (other) found.push({ fault: `${row.code} and ${other.code} both have ${quarter}`, history: [row, other].map(occupantText) })
      owners.set(quarter, row)
    }
  for (const { code, table, start, until } of slots) {
    const quarter = `${table} ${start}`
    const owner = owners.get(quarter)
    owners.delete(quarter)
    if (owner ? owner.code !== code || owner.until !== until : until === undefined || until > nowMs)
      found.push({ fault: `${quarter} is taken by ${code}, which does not have it`, history: owner ? [occupantText(owner)] : [] })
  }
  for (const [quarter, owner] of owners) found.push({ fault: `${quarter} is not taken`, history: [occupantText(owner)] })
  return found
}

/** The rows are what the last event of each says; only a hold that has ended goes. */
const lost = ({ events, rows, nowMs }: Left): Violation[] => {
  const found: Violation[] = []
  const rowOf = new Map(rows.map((row) => [row.code, row]))
  const byCode = Map.groupBy(events, ({ code }) => code)
  for (const [code, own] of byCode) {
    const last = own.at(-1)!
    const row = rowOf.get(code)
    const good = last.gone ? !row && last.state === 'held' && last.until! <= nowMs : row && occupantText(row) === occupantText(last)
    if (!good) found.push({ fault: `${code} is ${row ? occupantText(row) : 'lost'}`, history: own.map(eventText) })
  }
  for (const row of rows) if (!byCode.has(row.code)) found.push({ fault: `${row.code} came from nowhere`, history: [occupantText(row)] })
  return found
}
