import { openSql, parseDatabaseUrl, type Sql } from '../kit/db.ts'
import { isOutage } from '../kit/write-lane.ts'
import { codeText } from '../services/reservations/code.ts'
import type { Left, Slot } from './bookings-check.ts'
import type { BookedHouse } from './bookings-houses.ts'
import { databaseNow, digests, forgetAnswers, forgetEvents, openHouses, sendHome, windowQueries, witness } from './bookings-queries.ts'
import type { Event, Occupant } from './bookings-replay.ts'
import { numberIn } from './bookings-requests.ts'

/** The tables of the service, as the checker sees them: past the servers, through crashes. */
export class Tables implements AsyncDisposable {
  readonly #sql: Sql
  constructor(databaseUrl: string) {
    this.#sql = openSql(parseDatabaseUrl(databaseUrl), { connections: 1 })
  }

  /** Houses that did not exist, and the witness. */
  async open(houses: readonly BookedHouse[], holdSeconds: number) {
    await this.#sql.unsafe(witness).simple()
    for (const statement of openHouses) await this.#sql.unsafe(statement, [JSON.stringify(houses), holdSeconds])
  }

  /** All of one moment. */
  left(dates: readonly string[]): Promise<Left> {
    return throughOutages(
      () =>
        this.#sql.begin('isolation level repeatable read read only', async (sql) => {
          const read = <Row>(statement: string) => sql.unsafe(statement, [dates as never]) as unknown as Promise<Row[]>
          const [now] = await sql.unsafe<{ now: number }[]>(databaseNow)
          const events = (await read<EventRow>(windowQueries.events)).map((row): Event => ({ ...occupant(row), ...moment(row) }))
          const rows = (await read<OccupantRow>(windowQueries.rows)).map(occupant)
          const slots = (await read<SlotRow>(windowQueries.slots)).map((row): Slot => {
            return { code: codeOf(row), table: row.table, start: row.start, until: row.until ?? undefined }
          })
          const waits = (await read<WaitRow>(windowQueries.waits)).map((row) => {
            return { code: codeOf(row), hold: codeText({ restaurant_id: row.house, high: row.hold_high, low: row.hold_low }) }
          })
          return { events, rows, slots, waits, nowMs: now!.now }
        }) as Promise<Left>,
    )
  }

  /** What a window left is not looked at again, but for its digests; and a run of a day keeps the answers of its last windows only. */
  async forget(dates: readonly string[], beforeMs: number) {
    await throughOutages(async () => {
      await this.#sql.unsafe(sendHome, [dates as never])
      await this.#sql.unsafe(forgetEvents)
      await this.#sql.unsafe(forgetAnswers, [beforeMs])
    })
  }

  /** By date. */
  async digests(dates: readonly string[]): Promise<Map<string, string>> {
    const rows = await throughOutages(() =>
      this.#sql.unsafe<{ date: string; parties: number; digest: string }[]>(digests, [dates as never]),
    )
    return new Map(rows.map(({ date, parties, digest }) => [date, `${parties} parties, ${digest}`]))
  }

  async [Symbol.asyncDispose]() {
    await this.#sql.end({ timeout: 1 })
  }
}

type Coded = { house: number; high: number; low: number }
type OccupantRow = Coded & {
  starts: number
  ends: number
  tables: string
  party: number
  state: string
  revision: number
  until: number | null
  notes: string | null
}
type EventRow = OccupantRow & { seq: number; at: number; gone: boolean; made: number }
type SlotRow = Coded & { table: number; start: number; until: number | null }
type WaitRow = Coded & { hold_high: number; hold_low: number }

const codeOf = ({ house, high, low }: Coded) => codeText({ restaurant_id: house, high, low })
const occupant = (row: OccupantRow): Occupant => {
  const { house, starts, ends, party, state, revision } = row
  const tables = row.tables.slice(1, -1).split(',').map(Number)
  return { code: codeOf(row), house, starts, ends, tables, party, state, revision, until: row.until ?? undefined, n: numberIn(row.notes) }
}
const moment = ({ seq, at, gone, made }: EventRow) => ({ seq, at, gone, made })

/** Once more from the beginning when the database went away meanwhile. */
const throughOutages = async <T>(look: () => Promise<T>): Promise<T> => {
  for (const endMs = performance.now() + outageMsMax; ; await Bun.sleep(againMs)) {
    try {
      return await look()
    } catch (error) {
      if (!isOutage(error) || performance.now() > endMs) throw error
    }
  }
}
const outageMsMax = 120_000
const againMs = 200
