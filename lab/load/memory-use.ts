import type { LoadSecond } from './result.ts'

/** What the processes of a tier held for themselves. */
export type MemoryUse = {
  /** In the last second. */
  bytes: number
  /** The slope of the line of least squares through its second half, for at the beginning what is kept fills up; undefined of a run too short to have one. */
  bytesPerMinute: number | undefined
}

export const memoryUseOf = (series: readonly LoadSecond[]): Record<string, MemoryUse> => {
  const counted = series.filter(({ second }) => second >= 0)
  const names = new Set(counted.flatMap(({ memoryBytes }) => Object.keys(memoryBytes)))
  return Object.fromEntries(
    [...names].map((name) => {
      const points = counted.flatMap(({ second, memoryBytes }): Point[] =>
        memoryBytes[name] === undefined ? [] : [[second, memoryBytes[name]]],
      )
      return [
        name,
        {
          bytes: points.at(-1)![1],
          bytesPerMinute: points.length < secondsMin ? undefined : slopeOf(points.slice(points.length >> 1)) * 60,
        },
      ]
    }),
  )
}

type Point = readonly [second: number, bytes: number]

const slopeOf = (points: readonly Point[]): number => {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [middle, level] = [mean(([second]) => second), mean(([, bytes]) => bytes)]
  return mean(([second, bytes]) => (second - middle) * (bytes - level)) / mean(([second]) => (second - middle) ** 2)
}

/** In less, a slope says more of one collection of garbage than of the process. */
const secondsMin = 60
