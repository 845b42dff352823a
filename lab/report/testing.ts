import { encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { openLatencies, percentilesOf, record } from '../load/latency.ts'
import { openRandom } from '../load/random.ts'
import type { DatabaseUse } from '../load/database-use.ts'
import type { ServerMoment, ServerUse } from '../load/server-use.ts'
import { verdictOf } from '../load/verdict.ts'
import type { LoadFigures, LoadReport, LoadSecond } from '../load/result.ts'

/** Figures as a run of so many seconds, after two of warm-up, might have them; the same each time. */
export const testFigures = (seconds = 60, ratePerSecond = 18_900): LoadFigures => {
  const random = openRandom(7)
  const latency = openLatencies()
  const series: LoadSecond[] = []
  for (let second = -2; second < seconds; second++) {
    const slow = second % 20 === 15 ? 4 : 1
    const counted = second < 0 ? 0 : 1_000
    for (let i = 0; i < counted; i++) record(latency, slow * (0.8 + 1.2 * Math.exp(1.1 * normal(random))))
    series.push(testSecond(second, ratePerSecond, slow * (1 + random() / 5)))
  }
  const parts = ['GET /products/:id', 'GET /products/:id/styles', 'GET /qa/questions', 'GET /reviews']
  const counted = percentilesOf(latency)
  const offered = ratePerSecond * seconds
  return {
    seconds,
    offered,
    sent: offered,
    answered: offered,
    answeredInTime: offered - 12,
    errors: {},
    bodyBytes: offered * 1_480,
    latency: counted,
    refused: percentilesOf(openLatencies()),
    hdr: encodeIntoCompressedBase64(latency),
    lateness: { ...counted, p99: 0.31 },
    parts: parts.map((name, i) => ({
      name,
      offered: offered / parts.length,
      answered: offered / parts.length,
      errors: 0,
      bodyBytes: (offered / parts.length) * 600 * (i + 1),
      latency: { ...counted, p50: counted.p50 * (0.8 + i / 8), p99: counted.p99 * (0.7 + i / 5), max: counted.max * (0.5 + i / 6) },
    })),
    waitedMs: 0.02,
    phases: [],
    connections: { opened: 64, failed: 0, closed: 0 },
    cpuMicros: 0.34e6 * seconds,
    nice: -10,
    offeredPerSecond: ratePerSecond,
    answeredPerSecond: ratePerSecond - 12 / seconds,
    errorShare: 0,
    series,
    tiers: { generator: tierUse(0.34, seconds), server: tierUse(0.91, seconds), database: tierUse(0.62, seconds) },
    memory: { server: { bytes: 212e6, bytesPerMinute: 40_000 }, database: { bytes: 61e6, bytesPerMinute: -2_000 } },
    refusedPerSecond: 0,
    connectionsMax: 64,
    processes: {},
    server: { ...testServer, course: testCourse(seconds) },
    database: testDatabase,
    cores: 2,
    memoryFreeShare: 0.7,
    othersCores: 0.03,
    stolenShare: 0.002,
    diskBytesRead: 81_920,
    checked: { compared: 128, different: [] },
  }

  function tierUse(cores: number, seconds: number) {
    return { cores, cpuMicros: cores * seconds * 1e6, microsPerAnswer: (cores * 1e6) / ratePerSecond }
  }
}

export const testReport = (figures: LoadFigures | undefined = testFigures()): LoadReport => ({
  manifest: {
    commit: 'fd4b8f2',
    at: '2026-11-20T17:53:19.000Z',
    machine: '2 cores (AMD EPYC), 25 GB',
    command: 'atelier load shop --rate 18900 --seconds 60 --p99-ms 50 --errors 0.1% --report load.html',
    configuration: {
      version: '0.1.0',
      url: 'http://127.0.0.1:3000',
      connections: 64,
      products: 1_000_011,
      seed: 1,
      keys: undefined,
      scenario: { name: 'shop', about: 'The loads of the field’s showcases, all at once.', mix: [{ request: 'GET /reviews', weight: 1 }] },
      phases: [{ rate: 18_900, seconds: 60 }],
    },
    dataset: {
      fingerprint: '9f2c7a1be0d84c53a1f0b6d2c4e8975310aabbccddeeff00112233445566778899'.slice(0, 64),
      tables: [
        { table: 'products.product', rows: 1_000_011, bytes: 211_000_000 },
        { table: 'reviews.review', rows: 5_774_952, bytes: 2_310_000_000 },
      ],
    },
  },
  level: { p99Ms: 50, errorShare: 0.001, missed: [] },
  result: {
    scenario: 'shop',
    refusals: [],
    calibration: { bodyBytes: 1_480, demandedPerSecond: 37_800, reachedPerSecond: 37_795, driverMicrosPerRequest: 12.6, attempts: 1 },
    figures,
    verdict: figures && verdictOf(figures),
  },
})

const testSecond = (second: number, ratePerSecond: number, slow: number): LoadSecond => ({
  second,
  offered: ratePerSecond,
  sent: ratePerSecond,
  answered: Math.round(ratePerSecond * (slow > 2 ? 0.985 : 1)),
  refused: 0,
  errors: {},
  p50: 1.9 * slow,
  p99: 11.4 * slow,
  waiting: 0,
  inFlight: 14,
  cpuMicros: 340_000,
  tiers: { generator: 0.34, server: 0.85 + slow / 20, database: 0.56 + slow / 25 },
  memoryBytes: { server: 212e6 + second * 700, database: 61e6 },
})

const testServer: ServerUse = {
  seconds: 60,
  answersPerSecond: 18_901,
  refusedPerSecond: 0,
  requestMs: 1.74,
  hitShare: 0.031,
  missesPerSecond: 18_314,
  statementsPerSecond: 1_480,
  keysPerStatement: 12.4,
  commitsPerSecond: 0,
  itemsPerCommit: 0,
  loopDelayMs: { mean: 0.4, p99: 2.5 },
  keysWaiting: { mean: 9.2, max: 61 },
  keysAdmittedMax: { mean: 512, max: 512 },
  writesWaiting: { mean: 0, max: 0 },
  readConnections: 4,
  residentBytes: { first: 212e6, last: 214e6, perMinute: 2e6 },
}

const testCourse = (seconds: number): ServerMoment[] =>
  Array.from({ length: seconds }, (_, i) => ({
    atSecond: i + 1,
    keysPerStatement: 12 + (i % 3),
    itemsPerCommit: 0,
    keysWaiting: 9,
    keysAdmittedMax: 512,
    residentBytes: 212e6,
  }))

const testDatabase: DatabaseUse = {
  samples: 600,
  active: 1.31,
  computing: 1.02,
  busiest: { active: 0.71, computing: 0.6, flushing: 0, reading: 0.02, waiting: 0.09 },
  flushing: 0,
  waiting: 0.25,
  reading: 0.04,
  waits: { 'IO:DataFileRead': 0.04, 'LWLock:BufferMapping': 0.13, 'IPC:ParallelFinish': 0.12 },
  commitsPerSecond: 0.1,
  logBytesPerSecond: 900,
  flushesPerSecond: 610,
  connections: { used: 9, max: 100 },
}

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
