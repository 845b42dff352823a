import { expect, test } from 'bun:test'
import { databaseUseOf, type DatabaseUse, type SessionSample } from './database-use.ts'
import type { ServerUse } from './server-use.ts'
import { refusedVerdict, tierNames, verdictOf, type VerdictFigures } from './verdict.ts'

const times = (mean: number, p99: number, count = 10_000) => ({ count, mean, p50: mean, p90: p99, p99, p999: p99, max: p99 })
const tier = (cores: number) => ({ cores, cpuMicros: cores * 1e7, microsPerAnswer: cores * 1e3 })
const process = (ran: number, waited = 0, processors = [0, 1, 2, 3]) => ({ processes: 1, busiest: { ran, waited }, processors })

const server: ServerUse = {
  seconds: 10,
  answersPerSecond: 1_000,
  refusedPerSecond: 0,
  requestMs: 1.5,
  hitShare: 0,
  missesPerSecond: 1_000,
  statementsPerSecond: 500,
  keysPerStatement: 2,
  commitsPerSecond: 0,
  itemsPerCommit: 0,
  loopDelayMs: { mean: 0.2, p99: 1 },
  keysWaiting: { mean: 2, max: 9 },
  keysAdmittedMax: { mean: 2_048, max: 2_048 },
  writesWaiting: { mean: 0, max: 0 },
  readConnections: 2,
  residentBytes: { first: 1e8, last: 1e8, perMinute: 0 },
}
const counted = { commitsPerSecond: 0, logBytesPerSecond: 0, flushesPerSecond: 800, connections: { used: 9, max: 100 } }
/** Of a session that did this in so many of a hundred looks at it. */
const sessions = (looks: Record<string, number>): DatabaseUse => {
  const seen = Object.entries(looks).flatMap(([wait, count]) =>
    Array.from({ length: count }, (): SessionSample => [{ pid: 1, wait: wait === 'computing' ? null : wait }]),
  )
  return databaseUseOf([...seen, ...Array.from({ length: 100 - seen.length }, () => [])], counted)!
}

/** 1,000/s of which nothing is at its limit, on four cores. */
const easy: VerdictFigures = {
  offered: 10_000,
  answered: 10_000,
  answeredPerSecond: 1_000,
  refusedPerSecond: 0,
  latency: times(2, 6),
  refused: times(0, 0, 0),
  lateness: times(0.1, 0.5),
  waitedMs: 0.1,
  connectionsMax: 64,
  series: [],
  seconds: 10,
  tiers: { generator: tier(0.1), server: tier(0.3), database: tier(0.4) },
  processes: { server: process(0.3), database: process(0.4) },
  server,
  database: sessions({ computing: 40 }),
  cores: 4,
  othersCores: 0.1,
  memoryFreeShare: 0.5,
  stolenShare: 0,
  diskBytesRead: 0,
}

test('nothing was at its limit is an answer, with what comes closest', () => {
  const { limit, runnerUp, sentence, findings } = verdictOf(easy)
  expect([limit, runnerUp]).toEqual([undefined, 'connections'])
  expect(sentence).toBe('Nothing was at its limit. Next: connections, 40 % used.')
  expect(findings.map(({ tier }) => tier).toSorted()).toEqual(tierNames.filter((name) => name !== 'gateway').toSorted())
})

test('a read connection that is never free is no limit while nobody waits for it', () => {
  expect(verdictOf({ ...easy, database: sessions({ computing: 97 }) }).limit).toBeUndefined()
})

test('a slow database: its sessions wait, and so does everybody', () => {
  const slow = {
    ...easy,
    latency: times(41, 70),
    server: { ...server, requestMs: 40, statementsPerSecond: 48, keysPerStatement: 21 },
    database: sessions({ 'Timeout:PgSleep': 93, computing: 3 }),
  }
  const { limit, findings, time } = verdictOf(slow)
  expect(limit).toBe('database waits')
  expect(findings[0]!.says).toEqual([
    'its busiest session waited inside the database 93 % of the time',
    'sessions waited for Timeout:PgSleep (0.93)',
  ])
  expect(time!.outside + time!.pool + Object.values(time!.database).reduce((sum, part) => sum + part, 0)).toBeCloseTo(time!.whole, 6)
})

test('a slow database: it computes on every core there is', () => {
  const busy = { ...easy, latency: times(30, 90), tiers: { ...easy.tiers, database: tier(3.4) }, database: sessions({ computing: 99 }) }
  const { limit, runnerUp, sentence } = verdictOf(busy)
  expect([limit, runnerUp]).toEqual(['database CPU', 'connections'])
  expect(sentence).toStartWith('The limit is the database CPU: it used 3.40 of 4 cores, which were 97.5 % busy.')
})

test('where all cores are busy the tier that takes most of them limits, not one that only stands in the line', () => {
  const shared = { server: process(0.7, 0.25, [0, 1]), database: process(0.6, 0.3, [0, 1]) }
  const all = { ...easy, cores: 2, processes: shared, latency: times(30, 90) }
  expect(verdictOf({ ...all, tiers: { generator: tier(0.3), server: tier(0.7), database: tier(0.95) } }).limit).toBe('database CPU')
  expect(verdictOf({ ...all, tiers: { generator: tier(0.3), server: tier(0.95), database: tier(0.7) } }).limit).toBe('service process')
})

test('strangers who keep the cores busy do not make a tier the limit', () => {
  const shared = { server: process(0.1, 0.2, [0, 1]), database: process(0.05, 0.1, [0, 1]) }
  const tiers = { generator: tier(0.1), server: tier(0.1), database: tier(0.05) }
  const { limit, findings } = verdictOf({ ...easy, cores: 2, processes: shared, tiers, othersCores: 1.7 })
  expect(limit).toBeUndefined()
  const slowest = { ...easy, cores: 2, processes: shared, tiers, latency: times(3, 90) }
  expect(verdictOf({ ...slowest, othersCores: 1.7 }).limit).toBeUndefined()
  expect(verdictOf({ ...slowest, othersCores: 0 }).limit).toBeDefined()
  expect(findings.find(({ tier }) => tier === 'service process')!.says[1]).toEndWith(', 1.70 of them with what is no part of the service')
})

test('where nothing was answered no limit is looked for', () => {
  expect(verdictOf({ ...easy, answered: 0, latency: times(0, 0, 0), tiers: { ...easy.tiers, database: tier(4) } }).limit).toBeUndefined()
})

test('a pool of one: keys wait for a connection whose statements are quick', () => {
  const quick = { ...server, requestMs: 200, statementsPerSecond: 400, keysPerStatement: 1, missesPerSecond: 400, answersPerSecond: 400 }
  const poor = { ...easy, latency: times(210, 300), server: quick }
  expect(verdictOf({ ...poor, database: sessions({ computing: 95 }) })).toMatchObject({ limit: 'connections' })
  // The way to the database is long, so the connection is taken though the database has nothing to do.
  expect(verdictOf({ ...poor, database: sessions({ computing: 4 }) })).toMatchObject({ limit: 'connections' })
  expect(verdictOf({ ...poor, database: undefined })).toMatchObject({ limit: 'connections' })
})

test('keys that wait because a process is kept from its core wait for that process', () => {
  const late = { ...easy, latency: times(20, 90), server: { ...server, requestMs: 18 }, database: sessions({ computing: 10 }) }
  const kept = (tier: string) => ({ ...late, processes: { ...easy.processes, [tier]: process(0.3, 0.7) } })
  expect(verdictOf(late).limit).toBe('connections')
  expect(verdictOf(kept('server')).limit).toBe('service process')
  expect(verdictOf(kept('database')).limit).toBe('database CPU')
})

test('few connections are not the limit of a server that is busy all the time, or would be if strangers let it', () => {
  const few = { ...easy, connectionsMax: 2, latency: times(402, 700), waitedMs: 400 }
  expect(verdictOf({ ...few, processes: { ...easy.processes, server: process(0.98) } }).limit).toBe('service process')
  expect(verdictOf({ ...few, processes: { ...easy.processes, server: process(0.4, 0.58) } }).limit).toBe('service process')
})

test('connections that PostgreSQL no longer has are a limit', () => {
  const database = { ...sessions({ computing: 40 }), connections: { used: 100, max: 100 } }
  expect(verdictOf({ ...easy, database }).limit).toBe('connections')
})

test('a service process: it runs all the time, or does not run when it should', () => {
  const busy = { ...easy, processes: { ...easy.processes, server: process(0.98) }, tiers: { ...easy.tiers, server: tier(1.02) } }
  expect(verdictOf({ ...busy, latency: times(60, 200) })).toMatchObject({ limit: 'service process' })
  const stopped = { ...easy, latency: times(90, 260), server: { ...server, requestMs: 12, loopDelayMs: { mean: 80, p99: 262 } } }
  const { limit, sentence } = verdictOf(stopped)
  expect(limit).toBe('service process')
  expect(sentence).toStartWith('The limit is the service process: its event loop was 80 ms late on average and 262 ms at p99.')
})

test('a gateway that is busy all the time, or that requests wait in', () => {
  const before = { ...easy, tiers: { ...easy.tiers, gateway: tier(0.9) } }
  expect(verdictOf({ ...before, processes: { ...easy.processes, gateway: process(0.97) } }).limit).toBe('gateway')
  const waiting = { ...before, latency: times(60, 100), processes: { ...easy.processes, gateway: process(0.4) } }
  expect(verdictOf(waiting).limit).toBe('gateway')
})

test('a weak generator: busy, late, or with too few connections', () => {
  expect(verdictOf({ ...easy, tiers: { ...easy.tiers, generator: tier(0.99) } }).limit).toBe('generator')
  expect(verdictOf({ ...easy, latency: times(40, 90), lateness: times(20, 60), waitedMs: 38 }).limit).toBe('generator')
  const few = { ...easy, connectionsMax: 2, latency: times(402, 700), waitedMs: 400 }
  expect(verdictOf(few).limit).toBe('generator')
  // With a slow server every connection carries a request, too, and that is the server's doing.
  const slow = { ...few, latency: times(440, 700), database: sessions({ 'Timeout:PgSleep': 95 }), server: { ...server, requestMs: 39 } }
  expect(verdictOf(slow).limit).toBe('database waits')
})

test('commits: everybody waits for the log', () => {
  const writing = { ...server, missesPerSecond: 0, statementsPerSecond: 0, commitsPerSecond: 300, itemsPerCommit: 3.3, requestMs: 24 }
  const database = { ...sessions({ 'IO:WalSync': 88, computing: 8 }), commitsPerSecond: 300 }
  const { limit, findings } = verdictOf({ ...easy, latency: times(25, 80), server: writing, database })
  expect(limit).toBe('database commits')
  expect(findings[0]!.says[0]).toBe('the log was being flushed 88 % of the time, 300 commits/s, and this disk does 800 flushes/s')
})

test('memory: rows come from disk', () => {
  const reading = { ...easy, latency: times(60, 150), server: { ...server, requestMs: 58 }, database: sessions({ 'IO:DataFileRead': 90 }) }
  expect(verdictOf({ ...reading, diskBytesRead: 5e8 })).toMatchObject({ limit: 'memory' })
})

test('requests that are refused so that none waits long are a sign of a limit, too', () => {
  const refusing = {
    ...easy,
    latency: times(9, 30),
    refused: times(1, 3, 5_000),
    server: { ...server, refusedPerSecond: 500, requestMs: 4.4 },
  }
  expect(verdictOf({ ...refusing, database: sessions({ computing: 90 }) }).limit).toBe('connections')
})

test('a server that tells nothing and a database that was not asked leave the limit out of sight', () => {
  const dark = { ...easy, latency: times(60, 150), server: undefined, database: undefined }
  expect(verdictOf(dark)).toMatchObject({ limit: undefined, time: undefined })
  expect(verdictOf(dark).sentence).toStartWith('Requests waited, and the limit is out of sight')
})

test('Little’s law gives what is under way', () => {
  const waiting = { ...easy, series: [-1, 0, 1].map((second) => ({ second, waiting: second < 0 ? 900 : 1, inFlight: 1 })) as never }
  expect(verdictOf(waiting).littlesLaw).toEqual({ perSecond: 1_000, meanMs: 2, underWay: 2, counted: 2 })
})

test('of a refused run it says no more than why', () => {
  const weak = verdictOf({ ...easy, tiers: { ...easy.tiers, generator: tier(0.99) } })
  const { limit, sentence, findings, littlesLaw } = refusedVerdict(['The generator was the limit: it used 99 % of a core.'], weak)
  expect([limit, sentence, findings, littlesLaw]).toEqual([
    'generator',
    'The generator was the limit: it used 99 % of a core.',
    [],
    undefined,
  ])
  expect(refusedVerdict(['The machine was not ours.'], verdictOf(easy)).limit).toBeUndefined()
})
