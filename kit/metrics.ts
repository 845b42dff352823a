/**
 * Counters, gauges and histograms in the Prometheus text format 0.0.4, cheap enough for the read path: counting is one
 * addition in a typed array, labels are resolved when the series is made, text is made only when somebody asks.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export type Counter = { add(n?: number): void }
export type Histogram = { observe(value: number): void }
type Labels = Record<string, string>
/** One line of the exposition: `name{labels}` → value. A snapshot can be sent to another process and merged. */
export type Snapshot = { name: string; help: string; type: 'counter' | 'gauge' | 'histogram'; lines: [series: string, value: number][] }[]

export type Metrics = {
  counter(name: string, help: string, labels?: Labels): Counter
  /** `read` is called when the metrics are collected. */
  gauge(name: string, help: string, read: () => number, labels?: Labels): void
  /** `bounds` are the upper bounds of the buckets, ascending; +Inf is added. */
  histogram(name: string, help: string, bounds: readonly number[], labels?: Labels): Histogram
  snapshot(): Snapshot
}

/** Seconds; a cached answer takes some 20 µs, a refused one up to 0.8 s. */
export const latencyBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const
export const sizeBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] as const

export const openMetrics = (): Metrics => {
  const families = new Map<string, { help: string; type: Snapshot[number]['type']; series: (() => [string, number][])[] }>()

  const register = (name: string, help: string, type: Snapshot[number]['type'], read: () => [string, number][]) => {
    const family = families.get(name) ?? { help, type, series: [] }
    family.series.push(read)
    families.set(name, family)
  }

  return {
    counter(name, help, labels) {
      const value = new Float64Array(1)
      register(name, help, 'counter', () => [[series(name, labels), value[0]!]])
      return { add: (n = 1) => void (value[0]! += n) }
    },
    gauge(name, help, read, labels) {
      register(name, help, 'gauge', () => [[series(name, labels), read()]])
    },
    histogram(name, help, bounds, labels) {
      const edges = Float64Array.from(bounds)
      const counts = new Float64Array(edges.length + 1)
      const sum = new Float64Array(1)
      register(name, help, 'histogram', () => histogramLines(name, edges, counts, sum[0]!, labels))
      return {
        observe(value) {
          let i = 0
          while (i < edges.length && value > edges[i]!) i++
          counts[i]!++
          sum[0]! += value
        },
      }
    },
    snapshot: () => [...families].map(([name, { help, type, series }]) => ({ name, help, type, lines: series.flatMap((read) => read()) })),
  }
}

/** The sum over processes, series by series. Every gauge here is a size or a count, for which a sum is right. */
export const mergeSnapshots = (snapshots: readonly Snapshot[]): Snapshot => {
  const merged = new Map<string, { family: Snapshot[number]; lines: Map<string, number> }>()
  for (const family of snapshots.flat()) {
    const into = merged.get(family.name) ?? { family, lines: new Map<string, number>() }
    for (const [name, value] of family.lines) into.lines.set(name, (into.lines.get(name) ?? 0) + value)
    merged.set(family.name, into)
  }
  return [...merged.values()].map(({ family, lines }) => ({ ...family, lines: [...lines] }))
}

export const metricsText = (snapshot: Snapshot): string =>
  snapshot
    .map(
      ({ name, help, type, lines }) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.map(([key, value]) => `${key} ${value}\n`).join('')}`,
    )
    .join('')

const histogramLines = (name: string, edges: Float64Array, counts: Float64Array, sum: number, labels?: Labels): [string, number][] => {
  let total = 0
  const buckets = Array.from(counts, (count, i): [string, number] => {
    total += count
    return [series(`${name}_bucket`, { ...labels, le: i < edges.length ? String(edges[i]) : '+Inf' }), total]
  })
  return [...buckets, [series(`${name}_sum`, labels), sum], [series(`${name}_count`, labels), total]]
}

const series = (name: string, labels: Labels = {}) => {
  const pairs = Object.entries(labels).map(
    ([key, value]) => `${key}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`,
  )
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`
}
