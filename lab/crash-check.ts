import type { Sql } from '../kit/db.ts'
import type { LoadRequest } from '../kit/load.ts'
import { Client, requestOf } from './crash-client.ts'
import type { Fault, Kind, Ledger } from './crash-ledger.ts'
import { textsOf, things, unitsInCarts, wrongs } from './crash-queries.ts'
import { keyOf, type Shop, type Thing } from './crash-shop.ts'
import { sessionHeader } from './crash-writes.ts'

export type Checked = { sql: Sql; shop: Shop; ledger: Ledger; mark: string }

/** Every acknowledged write is there, nothing is there twice. May be asked while writes go on. */
export const ledgerFaults = async ({ sql, shop, ledger, mark }: Checked): Promise<Fault[]> => {
  const faults: Fault[] = []
  for (const [kind, statement] of Object.entries(textsOf) as [keyof typeof textsOf, string][]) {
    const before = ledger.acknowledged(kind)
    const rows = await sql.unsafe<{ key: string; found: number }[]>(statement, [mark])
    faults.push(...ledger.faults(kind, before, new Map(rows.map(({ key, found }) => [key, found]))))
  }

  const before = { nobody: ledger.acknowledged('votes of nobody'), voters: ledger.acknowledged('voters'), reports: once(ledger) }
  const now = new Map((await sql.unsafe<Thing[]>(things)).map((thing) => [keyOf(thing), thing]))
  const grown = (pick: (now: Thing, then: Thing) => number) =>
    new Map(shop.things.map((then) => [keyOf(then), pick(now.get(keyOf(then)) ?? gone, then)]))
  const voters = grown((now, then) => now.voters - then.voters)
  const votes = grown((now, then) => now.helpfulness - then.helpfulness)
  const nobody = new Map([...votes].map(([key, all]) => [key, all - voters.get(key)!]))
  const reports = grown((now, then) => Number(now.reported) - Number(then.reported))
  // A report of what was reported before changes nothing.
  for (const then of shop.things) if (then.reported) before.reports.delete(keyOf(then))
  faults.push(...ledger.faults('votes of nobody', before.nobody, nobody))
  faults.push(...ledger.faults('voters', before.voters, voters))
  faults.push(...ledger.faults('reports', before.reports, reports))

  const bought = sum(ledger.acknowledged('units in carts').values())
  const [row] = await sql.unsafe<{ units: number }[]>(unitsInCarts)
  const { acknowledged, unanswered } = ledger.totals()['units in carts']
  if (row!.units < bought || row!.units > acknowledged + unanswered)
    faults.push(`units in carts: ${bought} acknowledged, at most ${acknowledged + unanswered} sent, ${row!.units} found`)
  return faults
}

/** Counters, ready documents and ids, counted and made anew. May be asked while writes go on. */
export const tableFaults = async (sql: Sql): Promise<Fault[]> => {
  const faults: Fault[] = []
  for (const [fault, statement] of Object.entries(wrongs)) {
    const rows = await sql.unsafe<{ key: string }[]>(statement)
    if (rows.length > 0) faults.push(`${fault}: ${rows.map(({ key }) => key).slice(0, 10)} (${rows.length})`)
  }
  return faults
}

/** Every cart, sku by sku, as its owner sees it. Only when nobody writes. */
export const cartFaults = async (ledger: Ledger, port: number, carts: readonly string[]): Promise<Fault[]> => {
  const kind: Kind = 'units in carts'
  const found = new Map<string, number>()
  for (const cart of carts) {
    const items = JSON.parse(await answer(port, requestOf('GET', '/cart', undefined, sessionHeader(cart)))) as CartItem[]
    for (const { sku_id, count } of items) found.set(`${cart} ${sku_id}`, Number(count))
  }
  return ledger.faults(kind, ledger.acknowledged(kind), found)
}
type CartItem = { sku_id: number; count: string }

export type Answers = {
  checked: number
  /** At the first look. */
  old: number
  /** How long some were. */
  oldMs: number
}
export type AnswersOptions = { port: number; reads: readonly LoadRequest[]; products: number; processes: number }

/**
 * What the server processes answer, asked by several connections for each process, is what the database says. An answer in memory may be
 * old for a minute when the process that should have told of a change was killed; after that it is a fault. Only when nobody writes.
 */
export const answerFaults = async (sql: Sql, { port, reads, products, processes }: AnswersOptions) => {
  const expected = new Map<string, string>()
  for (const { path, statement, columns, keys } of reads) {
    if (keys(products, 0) === 0) continue
    const some = Array.from({ length: Math.min(keysMax, keys(products, 0)) }, (_, i) => i + 1)
    const arrays = columns(1).map((_, column) => some.map((key) => columns(key)[column]!))
    const rows = (await sql.unsafe(statement, arrays as never).values()) as unknown as [n: number, body: string][]
    for (const [n, body] of rows) expected.set(path(some[Math.abs(Number(n)) - 1]!), body)
  }
  const look = async (paths: string[]) => {
    using client = new Client(port)
    const old: string[] = []
    for (const path of paths) if ((await answer(port, requestOf('GET', path), client)) !== expected.get(path)) old.push(path)
    return old
  }
  const lookAll = async (paths: string[]) => [
    ...new Set((await Promise.all(Array.from({ length: processes * looksPerProcess }, () => look(paths)))).flat()),
  ]
  const sinceMs = performance.now()
  let old = await lookAll([...expected.keys()])
  const answers: Answers = { checked: expected.size, old: old.length, oldMs: 0 }
  while (old.length > 0 && performance.now() - sinceMs < memoryMsMax) {
    await Bun.sleep(againMs)
    old = await lookAll(old)
    answers.oldMs = Math.round(performance.now() - sinceMs)
  }
  return { answers, faults: old.map((path) => `${path} is still answered as it was before`) }
}

/** The body of a 200, asked for until it comes. */
const answer = async (port: number, request: string, client?: Client): Promise<string> => {
  using own = client ? undefined : new Client(port)
  for (const endMs = performance.now() + answerMsMax; ; await Bun.sleep(againMs)) {
    const outcome = await (client ?? own!).ask(request)
    if (typeof outcome === 'object' && outcome.status === 200) return outcome.body
    if (performance.now() > endMs) throw new Error(`${request.split('\r\n', 1)[0]} is not answered: ${JSON.stringify(outcome)}`)
  }
}

const once = (ledger: Ledger) => new Map([...ledger.acknowledged('reports')].map(([key, times]) => [key, Math.min(1, times)]))
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0)
const gone: Thing = { name: 'review', id: 0, product: 0, helpfulness: 0, reported: false, voters: 0 }

/** The kernel gives a connection to any process: so many make it likely that each is met. */
const looksPerProcess = 4
/** Of each kind of read. */
const keysMax = 400
const againMs = 500
const answerMsMax = 60_000
/** A little more than what is kept in memory is kept. */
const memoryMsMax = 75_000
