import { findServerPorts } from './tiers.ts'

/** What `/metrics` of the servers said at a moment: every series by its name with its labels, added up over the servers. */
export type Scrape = { atMs: number; series: ReadonlyMap<string, number> }

/** Asks the processes behind a port, a gateway's upstreams when one listens there. Undefined when none of them tells. */
export const openScrapes = (host: string, port: number): (() => Promise<Scrape | undefined>) => {
  let ports: readonly number[] = []
  let foundMs = Number.NEGATIVE_INFINITY
  return async () => {
    if (performance.now() - foundMs > searchEveryMs) {
      ports = findServerPorts(port)
      foundMs = performance.now()
    }
    const texts = await Promise.all(ports.map((one) => textOf(`http://${host.includes(':') ? `[${host}]` : host}:${one}/metrics`)))
    // One server of a fleet that does not tell would look like one that did nothing.
    if (texts.length === 0 || texts.includes(undefined)) return undefined
    return { atMs: performance.now(), series: addedUp(texts.map((text) => parseMetrics(text!))) }
  }
}

/** The Prometheus text format, as far as the servers use it. */
export const parseMetrics = (text: string): Map<string, number> =>
  new Map(
    text.split('\n').flatMap((line): [string, number][] => {
      const blank = line.lastIndexOf(' ')
      return line === '' || line.startsWith('#') || blank < 0 ? [] : [[line.slice(0, blank), Number(line.slice(blank + 1))]]
    }),
  )

const addedUp = (all: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> => {
  const sum = new Map<string, number>()
  for (const one of all) for (const [series, value] of one) sum.set(series, (sum.get(series) ?? 0) + value)
  return sum
}

const textOf = async (url: string): Promise<string | undefined> => {
  try {
    const answer = await fetch(url, { keepalive: false, signal: AbortSignal.timeout(scrapeMsMax) })
    const text = await answer.text()
    return answer.ok && text.includes('atelier_') ? text : undefined
  } catch {
    return undefined
  }
}

const scrapeMsMax = 2_000
const searchEveryMs = 5_000
