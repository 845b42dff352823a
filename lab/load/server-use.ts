import type { Scrape } from './scrape.ts'

/** What the servers told of themselves in `/metrics` while the load lasted. Times are milliseconds, rates per second. */
export type ServerUse = {
  seconds: number
  /** Of any status, to anybody. */
  answersPerSecond: number
  refusedPerSecond: number
  /** Mean from a request that has been read to its answer. */
  requestMs: number
  /** Reads answered from memory, of all reads; 0 without reads. */
  hitShare: number
  missesPerSecond: number
  statementsPerSecond: number
  keysPerStatement: number
  commitsPerSecond: number
  itemsPerCommit: number
  /** How late a timer of the event loop fired. A whole process that stands still shows here, whoever held it up. */
  loopDelayMs: { mean: number; p99: number }
  /** Looked at once a second. */
  keysWaiting: Gauge
  keysAdmittedMax: Gauge
  writesWaiting: Gauge
  readConnections: number
  residentBytes: { first: number; last: number; perMinute: number }
  /** About one for each second. */
  course?: ServerMoment[]
}

/** Between two looks; `atSecond` is from the first one to the second of them. */
export type ServerMoment = {
  atSecond: number
  keysPerStatement: number
  itemsPerCommit: number
  keysWaiting: number
  keysAdmittedMax: number
  residentBytes: number
}

export type Gauge = { mean: number; max: number }

/** From the first scrape to the last; undefined when there are not two. */
export const serverUseOf = (scrapes: readonly Scrape[]): ServerUse | undefined => {
  const [first] = scrapes
  const last = scrapes.at(-1)
  if (!first || !last || last.atMs <= first.atMs) return undefined
  const seconds = (last.atMs - first.atMs) / 1000
  const grown = (name: string, label?: string) =>
    scrapes.slice(1).reduce((sum, scrape, i) => sum + grownBetween(scrapes[i]!, scrape, name, label), 0)
  const gauge = (name: string): Gauge => {
    const values = scrapes.map((scrape) => total(scrape, name))
    return { mean: values.reduce((sum, value) => sum + value, 0) / values.length, max: Math.max(...values) }
  }
  const [answers, hits, misses] = [
    grown('atelier_http_requests_total'),
    grown('atelier_memory_hits_total'),
    grown('atelier_memory_misses_total'),
  ]
  const [statements, commits] = [grown('atelier_statements_total'), grown('atelier_commits_total')]
  const resident = { first: total(first, rss), last: total(last, rss) }
  return {
    seconds,
    answersPerSecond: answers / seconds,
    refusedPerSecond: grown('atelier_http_requests_total', 'status="503"') / seconds,
    requestMs: (1000 * grown('atelier_http_request_seconds_sum')) / Math.max(1, grown('atelier_http_request_seconds_count')),
    hitShare: hits / Math.max(1, hits + misses),
    missesPerSecond: misses / seconds,
    statementsPerSecond: statements / seconds,
    keysPerStatement: grown('atelier_batch_keys_sum') / Math.max(1, statements),
    commitsPerSecond: commits / seconds,
    itemsPerCommit: grown('atelier_write_batch_items_sum') / Math.max(1, commits),
    loopDelayMs: {
      mean: (1000 * grown(`${loop}_sum`)) / Math.max(1, grown(`${loop}_count`)),
      p99: 1000 * percentile(grownBuckets(scrapes, loop), 0.99),
    },
    keysWaiting: gauge('atelier_keys_waiting'),
    keysAdmittedMax: gauge('atelier_keys_admitted_max'),
    writesWaiting: gauge('atelier_writes_waiting'),
    readConnections: total(last, 'atelier_read_connections'),
    residentBytes: { ...resident, perMinute: ((resident.last - resident.first) * 60) / seconds },
    course: courseOf(scrapes),
  }
}

const courseOf = (scrapes: readonly Scrape[]): ServerMoment[] =>
  scrapes.slice(1).map((scrape, i) => {
    const grown = (name: string) => grownBetween(scrapes[i]!, scrape, name)
    return {
      atSecond: (scrape.atMs - scrapes[0]!.atMs) / 1000,
      keysPerStatement: grown('atelier_batch_keys_sum') / Math.max(1, grown('atelier_statements_total')),
      itemsPerCommit: grown('atelier_write_batch_items_sum') / Math.max(1, grown('atelier_commits_total')),
      keysWaiting: total(scrape, 'atelier_keys_waiting'),
      keysAdmittedMax: total(scrape, 'atelier_keys_admitted_max'),
      residentBytes: total(scrape, rss),
    }
  })

const loop = 'atelier_event_loop_delay_seconds'
const rss = 'process_resident_memory_bytes'

/** A server that was started anew counts from 0: what it had counted since the look before is lost. */
const grownBetween = (from: Scrape, to: Scrape, name: string, label?: string) =>
  Math.max(0, total(to, name, label) - total(from, name, label))

const total = ({ series }: Scrape, name: string, label = ''): number => {
  let sum = 0
  for (const [key, value] of series)
    if ((key === name || (key.startsWith(name) && key[name.length] === '{')) && key.includes(label)) sum += value
  return sum
}

type Buckets = { upTo: number; count: number }[]

const grownBuckets = (scrapes: readonly Scrape[], name: string): Buckets =>
  [...scrapes.at(-1)!.series]
    .filter(([key]) => key.startsWith(`${name}_bucket{`))
    .map(([key]) => ({
      upTo: Number((/le="([^"]*)"/.exec(key)?.[1] ?? '').replace('+Inf', 'Infinity')),
      count: scrapes.slice(1).reduce((sum, scrape, i) => sum + grownBetween(scrapes[i]!, scrape, key), 0),
    }))
    .toSorted((a, b) => a.upTo - b.upTo)

/** The bound of the bucket it falls into; what lies above the last one is told as the last one. */
const percentile = (buckets: Buckets, share: number): number => {
  const wanted = share * (buckets.at(-1)?.count ?? 0)
  const found = wanted > 0 ? buckets.findIndex(({ count }) => count >= wanted) : -1
  if (found < 0) return 0
  const { upTo } = buckets[found]!
  return Number.isFinite(upTo) ? upTo : (buckets[found - 1]?.upTo ?? 0)
}
