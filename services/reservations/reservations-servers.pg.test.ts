import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openServer, type AtelierServer } from '../../host/server.ts'
import { openAuditor } from '../../kit/audit.ts'
import { parseDatabaseUrl } from '../../kit/db.ts'
import { silentLog } from '../../kit/log.ts'
import { services } from '../index.ts'
import { reservationAudit } from './audit.ts'
import { asking, inDays, momentIn, openHouses, type House, type Houses } from './reservations-fixture.ts'

const zone = 'America/Phoenix'
const tables = [
  [1, 2],
  [1, 2],
  [2, 4],
  [2, 4],
] as const
const house = (id: number): House => ({ id, tables, joins: [[5, 8, [3, 4]]] })

let one: Houses
let second: AtelierServer
let both: ReturnType<typeof asking>[]
beforeAll(async () => {
  one = await openHouses([house(1), house(2), house(3)], [], { tidies: true })
  await one.sql.unsafe('update reservations.house set hold_seconds = 1, holds_max = 1000')
  const config = { host: '127.0.0.1', port: 0, reusePort: false, databaseUrl: one.databaseUrl, memoryBytesMax: 8_388_608, version: 'test' }
  second = await openServer({ config, services, migrated: services, log: silentLog() })
  both = [one, asking({ origin: `http://127.0.0.1:${second.port}`, sql: one.sql })]
})
afterAll(async () => {
  await second[Symbol.asyncDispose]()
  await one[Symbol.asyncDispose]()
})

test('a key sent to two processes at once has one effect, and both give the same answer', async () => {
  for (let n = 0; n < 20; n++) {
    const start = momentIn(zone, inDays(8 + n), '19:30')
    const [a, b] = await Promise.all(both.map((server) => server.book(1, start, 2, { 'idempotency-key': `both-${n}` })))
    expect([a!.status, b!.status, a!.text === b!.text]).toEqual([201, 201, true])
    const replayed = [a, b].map((answer) => answer!.headers.get('idempotent-replayed'))
    expect(replayed.toSorted()).toEqual([null, 'true'])
  }
})

test('what one process books, the other one no longer offers', async () => {
  const start = momentIn(zone, inDays(40), '19:30')
  await both[1]!.free(2, inDays(40), 8)
  const { body } = await both[0]!.book(2, start, 8)
  expect((await both[1]!.book(2, start, 8)).status).toBe(409)
  expect((await both[1]!.change(body.code, 1, { party: 7 })).status).toBe(200)
  expect((await both[0]!.cancel(body.code, 1)).status).toBe(412)
})

const random = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!

test('many at once book, hold, confirm, change and cancel: no two parties have a table at a time, and nobody who was told so is without one', async () => {
  const times = ['17:30', '18:00', '18:30', '19:00', '19:30', '20:00', '20:30', '21:00', '21:30']
  const mine = new Map<string, { starts_at: string; party: number }>()
  const statuses = new Map<number, number>()
  const client = async () => {
    const own: { code: string; revision: number }[] = []
    for (let n = 0; n < 60; n++) {
      const [server, id, party] = [random(both), random([1, 2, 3]), random([1, 2, 3, 4, 6, 8])]
      const start = momentIn(zone, inDays(50 + random([0, 1])), random(times))
      const chance = Math.random()
      const held = own[Math.floor(Math.random() * own.length)]
      const acts = async () => {
        if (chance < 0.2) {
          const hold = await server.hold(id, start, party)
          return hold.status === 201 && Math.random() < 0.7 ? server.confirm(id, hold.body.hold) : undefined
        }
        if (chance < 0.35 && held) return server.change(held.code, held.revision, { starts_at: start, party })
        return server.book(id, start, party)
      }
      if (chance > 0.8 && held) {
        expect((await server.cancel(held.code, held.revision)).status).toBe(204)
        own.splice(own.indexOf(held), 1)
        mine.delete(held.code)
        continue
      }
      const answer = await acts()
      if (!answer) continue
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      if (answer.status >= 300) continue
      const { code, revision, starts_at } = answer.body
      const known = own.find((each) => each.code === code)
      if (known) known.revision = revision
      else own.push({ code, revision })
      mine.set(code, { starts_at, party: answer.body['party'] as number })
    }
  }
  await Promise.all(Array.from({ length: 24 }, client))

  expect([...statuses.keys()].toSorted()).toEqual([200, 201, 409])
  const met = await one.sql.unsafe(`select count(*)::int as n from reservations.reservation a join reservations.reservation b
    on a.restaurant_id = b.restaurant_id and (a.code_high, a.code_low) < (b.code_high, b.code_low) and a.table_ids && b.table_ids
      and a.starts_at < b.ends_at and b.starts_at < a.ends_at
    where a.state in ('booked', 'seated') and b.state in ('booked', 'seated')`)
  expect(met[0]!['n']).toBe(0)
  for (const [code, { starts_at, party }] of mine)
    expect((await one.send('GET', `/reservations/${code}`)).body).toMatchObject({ state: 'booked', starts_at, party })
  await using auditor = openAuditor({
    database: parseDatabaseUrl(one.databaseUrl),
    changed: () => {},
    signal: new AbortController().signal,
  })
  for (const check of reservationAudit)
    expect([check.name, (await auditor.audit(check, { mend: false, at: () => {} })).drift]).toEqual([check.name, 0])
})
