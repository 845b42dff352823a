import type { LoadSecond } from '../load/result.ts'

/** Some seconds of a run as one point of its charts. */
export type Moment = {
  /** Where it begins; the warm-up is below 0. */
  second: number
  seconds: number
  offeredPerSecond: number
  answeredPerSecond: number
  /** Answered with 503, and failed in any other way. */
  refusedPerSecond: number
  failedPerSecond: number
  /** The middle one of its seconds, and the highest one: a mean would hide the second that hurt. Undefined when nothing was answered. */
  p50: number | undefined
  p99: number | undefined
  /** Cores used by each tier; without those that were not measured. */
  tiers: Record<string, number>
  /** Held by each tier. */
  memoryBytes: Record<string, number>
}

/**
 * The whole seconds of a run, so many of them a point that there are `most` at most. What is answered after the schedule's end
 * is no rate that was kept, and not drawn.
 */
export const momentsOf = (series: readonly LoadSecond[], seconds: number, most = momentsMax): Moment[] => {
  const drawn = series.filter(({ second }) => second + 1 <= seconds + fringe)
  const each = Math.max(1, Math.ceil(drawn.length / most))
  const moments: Moment[] = []
  // The warm-up and what counts never share a point.
  for (const part of [drawn.filter(({ second }) => second < 0), drawn.filter(({ second }) => second >= 0)])
    for (let i = 0; i < part.length; i += each) moments.push(momentOf(part.slice(i, i + each)))
  return moments
}

const momentOf = (some: readonly LoadSecond[]): Moment => {
  const sum = (pick: (second: LoadSecond) => number) => some.reduce((total, second) => total + pick(second), 0)
  const refused = sum((second) => second.refused)
  const failed = sum(({ errors }) => Object.values(errors).reduce((total, count) => total + count, 0)) - refused
  const answered = some.filter((second) => second.answered > 0)
  const p50s = answered.map(({ p50 }) => p50).sort((a, b) => a - b)
  return {
    second: some[0]!.second,
    seconds: some.length,
    offeredPerSecond: sum(({ offered }) => offered) / some.length,
    answeredPerSecond: sum(({ answered }) => answered) / some.length,
    refusedPerSecond: refused / some.length,
    failedPerSecond: failed / some.length,
    p50: p50s[Math.floor((p50s.length - 1) / 2)],
    p99: answered.length > 0 ? Math.max(...answered.map(({ p99 }) => p99)) : undefined,
    tiers: meansOf(some.map(({ tiers }) => tiers)),
    memoryBytes: meansOf(some.map(({ memoryBytes }) => memoryBytes)),
  }
}

const meansOf = (some: readonly Record<string, number>[]): Record<string, number> => {
  const names = new Set(some.flatMap((one) => Object.keys(one)))
  return Object.fromEntries(
    [...names].map((name) => {
      const values = some.flatMap((one) => one[name] ?? [])
      return [name, values.reduce((total, value) => total + value, 0) / values.length]
    }),
  )
}

/** Points of a chart. */
export const momentsMax = 240
/** A schedule of a scaled number of seconds may end a hair before a whole one. */
const fringe = 0.01
