import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openServer } from '../../host/server.ts'
import { isFleet, openTestHost, until, type TestHost } from '../../host/testing.ts'
import { silentLog } from '../../kit/log.ts'
import { services } from '../index.ts'
import { skusPerCartMax, unitsPerSkuMax } from './types.ts'

let shop: TestHost
beforeAll(async () => void (shop = await openTestHost()))
afterAll(() => shop[Symbol.asyncDispose]())

/** A second process on the same database. */
const openNeighbour = async () => {
  const config = { host: '127.0.0.1', port: 0, reusePort: false, databaseUrl: shop.databaseUrl, memoryBytesMax: 8_388_608, version: 'test' }
  const server = await openServer({ config, services, migrated: services, log: silentLog() })
  return { origin: `http://127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

let shoppers = 0
const shopper = () => `shopper ${++shoppers}`
type Addition = { sku_id: number; count?: number }
const add = async (authorization: string, addition: Addition, origin = shop.origin) => {
  const reply = await fetch(`${origin}/cart`, { method: 'POST', headers: { authorization }, body: JSON.stringify(addition) })
  return `${reply.status} ${await reply.text()}`
}
const cart = async (authorization: string, origin = shop.origin) => (await fetch(`${origin}/cart`, { headers: { authorization } })).text()
const units = async (authorization: string) => JSON.parse(await cart(authorization)) as { sku_id: number; count: string }[]
const created = '201 Created'
const refused = '422 Error: Cart body contains invalid entries'
const upTo = (end: number) => Array.from({ length: end }, (_, i) => i + 1)
const times = (outcomes: string[], outcome: string) => outcomes.filter((one) => one === outcome).length

/** While it lasts, nobody adds to a cart that there is; additions to it wait and hold up those behind them. */
const holdCarts = async (during: () => Promise<void>) => {
  await shop.sql.begin(async (sql) => {
    await sql`select from carts.cart for update`
    await during()
  })
}
const waiting = async (count: number) => until(async () => (await shop.figure('atelier_writes_waiting')) === count)
const commits = () => shop.figure('atelier_commits_total', 'write="cart"')

test('500 additions to one cart and sku at once are summed exactly', async () => {
  const anna = shopper()
  const outcomes = await Promise.all(upTo(500).map((i) => add(anna, { sku_id: 7, count: (i % 3) + 1 })))
  expect(times(outcomes, created)).toBe(500)
  expect(await cart(anna)).toBe(`[{"sku_id":7,"count":"${upTo(500).reduce((sum, i) => sum + (i % 3) + 1, 0)}"}]`)
})

test('1,000 additions by 200 sessions at once, in two processes, are exact, in few commits', async () => {
  await using neighbour = await openNeighbour()
  const sessions = upTo(200).map(() => shopper())
  const before = await commits()
  const outcomes = await Promise.all(
    upTo(5).flatMap((round) =>
      sessions.map((session, i) => add(session, { sku_id: (round % 3) + i + 1, count: round }, round % 2 ? shop.origin : neighbour.origin)),
    ),
  )
  expect(times(outcomes, created)).toBe(1_000)
  for (const [i, session] of sessions.entries()) {
    await until(async () => (await cart(session)).length > 70)
    // Rounds 3, then 1 and 4, then 2 and 5.
    expect(await cart(session)).toBe(`[{"sku_id":${i + 1},"count":"3"},{"sku_id":${i + 2},"count":"5"},{"sku_id":${i + 3},"count":"7"}]`)
  }
  expect((await commits()) - before).toBeLessThan(600)
})

test.skipIf(isFleet)('additions that come together are one commit; of them only what does not fit is refused', async () => {
  const [full, other] = [shopper(), shopper()]
  await Promise.all(upTo(100).map(() => add(full, { sku_id: 1, count: 99 })))
  expect(await cart(full)).toBe('[{"sku_id":1,"count":"9900"}]')
  await add(other, { sku_id: 1 })
  const before = await commits()
  const outcomes: Promise<string>[] = []
  await holdCarts(async () => {
    const blocked = add(other, { sku_id: 1 })
    await waiting(1)
    const together: [string, Addition][] = [
      [full, { sku_id: 1, count: 98 }],
      [other, { sku_id: 1, count: 99 }],
      [full, { sku_id: 1, count: 2 }],
      [full, { sku_id: 1 }],
      [full, { sku_id: 2, count: 99 }],
      [shopper(), { sku_id: 1, count: 99 }],
      [full, { sku_id: 1, count: 96 }],
    ]
    outcomes.push(blocked, ...together.map((one) => add(...one)))
    await waiting(1 + together.length)
  })
  expect(await Promise.all(outcomes)).toEqual([created, refused, created, created, created, created, created, created])
  expect((await commits()) - before).toBe(2)
  expect(await cart(full)).toBe(`[{"sku_id":1,"count":"${unitsPerSkuMax}"},{"sku_id":2,"count":"99"}]`)
  expect(await cart(other)).toBe('[{"sku_id":1,"count":"101"}]')
  expect(await add(full, { sku_id: 1 })).toBe(refused)
  expect(await add(full, { sku_id: 2 })).toBe(created)
})

test('a cart holds so many skus; more of those that are in it can be added all the same', async () => {
  const anna = shopper()
  const outcomes = await Promise.all(upTo(skusPerCartMax + 30).map((sku_id) => add(anna, { sku_id })))
  expect([times(outcomes, created), times(outcomes, refused)]).toEqual([skusPerCartMax, 30])
  const full = await units(anna)
  expect(full.map(({ sku_id }) => sku_id)).toEqual(upTo(skusPerCartMax + 30).filter((_, i) => outcomes[i] === created))
  expect(await add(anna, { sku_id: 999, count: 2 })).toBe(refused)
  expect(await add(anna, { sku_id: full[77]!.sku_id, count: 2 })).toBe(created)
  expect((await units(anna))[77]!.count).toBe('3')
})

/** Statements that wait for a lock. */
const blocked = async () => {
  const rows = await shop.sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and application_name = 'atelier-writes'`
  return rows.length
}

test.skipIf(isFleet)('the limits hold for processes that add to one cart at the same moment', async () => {
  await using neighbour = await openNeighbour()
  const [many, lots] = [shopper(), shopper()]
  await Promise.all(upTo(skusPerCartMax - 3).map((sku_id) => add(many, { sku_id })))
  await Promise.all(upTo(100).map(() => add(lots, { sku_id: 1, count: 99 })))
  const skus: Promise<[number, string]>[] = []
  const counts: Promise<string>[] = []
  await holdCarts(async () => {
    // The statements of both have begun: they see the carts as these are before either.
    for (const [origin, asked] of [
      [shop.origin, [1_001, 1_002, 1_003]],
      [neighbour.origin, [1_003, 1_004, 1_005]],
    ] as const) {
      for (const sku_id of asked) skus.push(add(many, { sku_id }, origin).then((outcome) => [sku_id, outcome]))
      counts.push(add(lots, { sku_id: 1, count: 60 }, origin))
    }
    await until(async () => (await blocked()) === 2)
  })
  const outcomes = await Promise.all(skus)
  const taken = new Set(outcomes.flatMap(([sku, outcome]) => (outcome === created ? [sku] : [])))
  expect(taken.size).toBe(3)
  for (const [sku, outcome] of outcomes) expect(outcome).toBe(taken.has(sku) ? created : refused)
  await until(async () => (await units(many)).length === skusPerCartMax)
  expect((await units(many)).slice(-3).map(({ sku_id }) => sku_id)).toEqual([...taken].toSorted((a, b) => a - b))
  expect((await Promise.all(counts)).toSorted()).toEqual([created, refused])
  await until(async () => (await cart(lots)) === '[{"sku_id":1,"count":"9960"}]')
})

test('what a session adds it sees in its next answer, however often it asked before', async () => {
  const anna = shopper()
  for (const i of upTo(50)) {
    void cart(anna)
    expect(await add(anna, { sku_id: 1 })).toBe(created)
    expect(await cart(anna)).toBe(`[{"sku_id":1,"count":"${i}"}]`)
  }
})

test('an addition through one process is seen through another at once', async () => {
  await using neighbour = await openNeighbour()
  const anna = shopper()
  for (const i of upTo(5)) {
    const [here, there] = i % 2 ? [shop.origin, neighbour.origin] : [neighbour.origin, shop.origin]
    await cart(anna, there)
    await add(anna, { sku_id: 1 }, here)
    expect(await cart(anna, there)).toBe(`[{"sku_id":1,"count":"${i}"}]`)
  }
})
