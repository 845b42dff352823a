import { build, type Histogram } from 'hdr-histogram-js'

/** Milliseconds. */
export type Percentiles = { count: number; mean: number; p50: number; p90: number; p99: number; p999: number; max: number }

/** Recorded in whole microseconds, exact to three digits (two are enough for a second of a chart); 50 to 90 ns each on the machine of docs/results. */
export const openLatencies = (digits: 2 | 3 = 3): Histogram =>
  build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: microsMax,
    numberOfSignificantValueDigits: digits,
    autoResize: false,
    useWebAssembly: false,
  })

/** The recorder throws at what is out of its range. */
export const record = (latencies: Histogram, ms: number): void =>
  latencies.recordValue(ms <= 0 ? 0 : Math.min(microsMax, Math.round(ms * 1000)))

export const percentilesOf = (latencies: Histogram): Percentiles => {
  const at = (percent: number) => latencies.getValueAtPercentile(percent) / 1000
  return {
    count: latencies.totalCount,
    mean: latencies.totalCount === 0 ? 0 : latencies.mean / 1000,
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p999: at(99.9),
    max: latencies.maxValue / 1000,
  }
}

const microsMax = 600_000_000
