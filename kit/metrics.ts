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
  histogram(name: string, help: string, scale: Scale, labels?: Labels): Histogram
  snapshot(): Snapshot
}

/** Bucket k holds values up to 2^k; what is observed times `unit` is what is shown. */
export type Scale = { readonly unit?: number; readonly buckets: number }

/** Observed in microseconds, shown in seconds: 1 µs to 2.1 s. */
export const latencyScale: Scale = { unit: 1e-6, buckets: 22 }
/** 1 to 1,024. */
export const sizeScale: Scale = { buckets: 11 }

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
    histogram(name, help, { unit = 1, buckets }, labels) {
      const counts = new Float64Array(buckets + 1)
      const sum = new Float64Array(1)
      register(name, help, 'histogram', () => histogramLines(name, unit, counts, sum[0]!, labels))
      return {
        observe(value) {
          // The place of the highest bit is the bucket, so nothing is searched for.
          const bucket = value <= 1 ? 0 : 32 - Math.clz32(Math.ceil(value) - 1)
          counts[bucket < buckets ? bucket : buckets]!++
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

const histogramLines = (name: string, unit: number, counts: Float64Array, sum: number, labels?: Labels): [string, number][] => {
  let total = 0
  const buckets = Array.from(counts, (count, k): [string, number] => {
    total += count
    return [
      series(`${name}_bucket`, { ...labels, le: k < counts.length - 1 ? String(Number((2 ** k * unit).toPrecision(6))) : '+Inf' }),
      total,
    ]
  })
  return [...buckets, [series(`${name}_sum`, labels), sum * unit], [series(`${name}_count`, labels), total]]
}

const series = (name: string, labels: Labels = {}) => {
  const pairs = Object.entries(labels).map(
    ([key, value]) => `${key}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`,
  )
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`
}
