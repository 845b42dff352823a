import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestHost, type TestHost } from '../host/testing.ts'
import { violations } from './bookings-check.ts'
import { faultKinds } from './bookings-faults.ts'
import { bookedHouses, eveningsOf, firstEvening } from './bookings-houses.ts'
import { bookingsText } from './bookings-report.ts'
import { randomOf } from './bookings-random.ts'
import { proveBookings } from './bookings-run.ts'
import { Tables } from './bookings-tables.ts'
import { checkWindow, openWindow, type Window, type WindowOptions } from './bookings-window.ts'

setDefaultTimeout(300_000)

test.skipIf(process.platform !== 'linux')(
  'whatever is killed, stopped or cut, no table is given twice and no promise is broken',
  async () => {
    const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'atelier-bookings-test-')))
    try {
      const options = { dataDir, env: process.env, attempts, restaurants: 8, clients: 128, servers: 2, kills: 10, seed: 1 }
      const report = await proveBookings({ ...options, progress: () => {} })
      expect(report.violations).toEqual([])
      expect([report.attempts, report.windows, report.audit]).toEqual([attempts, 2, 'agrees'])
      expect(new Set(report.faults.map(({ kind }) => kind))).toEqual(new Set(faultKinds))
      for (const kind of ['hold', 'booking', 'confirmation'])
        for (const how of ['201', '409', 'cut']) expect(report.outcomes[kind]![how]).toBeGreaterThan(0)
      for (const how of ['200', '409', '412']) expect(report.outcomes['change']![how]).toBeGreaterThan(0)
      expect(bookingsText(report)).toContain('\n0 violations.')
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
  },
)

describe('the looking finds in the tables', () => {
  const houses = bookedHouses(4)
  const dates = eveningsOf(firstEvening(), 0)
  let host: TestHost
  let tables: Tables
  let options: WindowOptions
  let window: Window
  beforeAll(async () => {
    host = await openTestHost()
    tables = new Tables(host.databaseUrl)
    await tables.open(houses, 2)
    let [left, number] = [800, 0]
    const counting = { more: () => left-- > 0, number: () => ++number }
    options = { port: host.server.port, run: 'test', houses, dates, earlier: [], clients: 16, random: randomOf, ...counting }
    window = await openWindow(options)
    await window.work()
  })
  afterAll(async () => {
    await tables[Symbol.asyncDispose]()
    await host[Symbol.asyncDispose]()
  })

  const found = async () => violations(houses, window.history, await tables.left(dates)).map(({ fault }) => fault)
  const booked = async () => {
    const some = (await tables.left(dates)).rows.filter(({ state }) => state === 'booked')
    return some.map((row) => ({ ...row, where: `(restaurant_id, notes) = (${row.house}, '#${row.n}')` }))
  }

  test('nothing, when nothing is wrong', async () => {
    expect(await found()).toEqual([])
    expect(await booked()).not.toEqual([])
  })

  test('a reservation at a table that another party has', async () => {
    const [{ code, where }] = (await booked()) as [Awaited<ReturnType<typeof booked>>[0]]
    await host.sql.unsafe(
      `insert into reservations.reservation select (jsonb_populate_record(r, '{"code_high": 1, "code_low": 1, "notes": "#0"}')).* from reservations.reservation r where ${where}`,
    )
    const faults = await found()
    expect(faults).toContain(`1-00000000010000000001 and ${code} have a table at once`.replace(/^1/, code.split('-', 1)[0]!))
    expect(faults.filter((fault) => fault.includes(' both have '))).not.toEqual([])
    expect(faults.filter((fault) => fault.endsWith('was changed by nobody who may'))).toHaveLength(1)
    await host.sql.unsafe('delete from reservations.reservation where code_high = 1')
    await host.sql.unsafe('delete from bookings_proof.event where code_high = 1')
    expect(await found()).toEqual([])
  })

  test('a table that nobody has any more and that is not free', async () => {
    const [{ code, where }] = (await booked()) as [Awaited<ReturnType<typeof booked>>[0]]
    const set = (
      by: string,
    ) => `update reservations.slot set slot_start = slot_start ${by} interval '7 minutes' where (code_high, code_low) = (
      select code_high, code_low from reservations.reservation where ${where})`
    await host.sql.unsafe(set('-'))
    const faults = await found()
    expect(faults.filter((fault) => fault.endsWith('is not taken'))).not.toEqual([])
    expect(faults.filter((fault) => fault.endsWith(`is taken by ${code}, which does not have it`))).not.toEqual([])
    await host.sql.unsafe(set('+'))
    expect(await found()).toEqual([])
  })

  test('a day that is offered as it is not', async () => {
    await host.sql.unsafe('update reservations.day set free = array_fill(0::bigint, array[20]), stale_at = null where restaurant_id = 1')
    const { found: faults } = await checkWindow(tables, options, window)
    expect(faults.map(({ fault }) => fault)).toContain(`for 1 at 1 on ${dates.join(' and ')} nothing is free`)
  })

  test('a reservation that is lost', async () => {
    // Whoever was not answered lost nothing.
    const told = new Set(window.history.attempts.filter(({ status }) => status === 200 || status === 201).map(({ n }) => n))
    const lost = (await booked()).filter(({ n }) => told.has(n))
    expect(lost.length).toBeGreaterThan(0)
    await host.sql.unsafe('delete from reservations.reservation')
    await host.sql.unsafe('truncate bookings_proof.event')
    const faults = await found()
    for (const { n } of lost) expect(faults.filter((fault) => fault.endsWith(`of #${n} is lost`))).toHaveLength(1)
  })
})

/** Some 30 s on two cores that have nothing else to do. `node cli/bun.mjs lab/bookings.ts --attempts 10000000` is the long run. */
const attempts = 100_000
