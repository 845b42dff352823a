import type { LoadFigures } from '../load/result.ts'
import type { ServerMoment } from '../load/server-use.ts'
import { short } from './format.ts'
import type { Markup } from './markup.ts'
import { timeChart, type TimeLine } from './time-chart.ts'
import { momentsMax } from './timeline.ts'

/** Some seconds of what the servers told as one point; undefined where there was no statement, or no commit. */
export type BatchMoment = {
  second: number
  seconds: number
  keysPerStatement: number | undefined
  itemsPerCommit: number | undefined
}

/** How batches grow with the load; nothing without statements and commits, or of servers that told nothing. */
export const batchChart = ({ server }: Pick<LoadFigures, 'server'>): Markup | undefined => {
  if (!server?.course?.length) return undefined
  const { statementsPerSecond, keysPerStatement, commitsPerSecond, itemsPerCommit } = server
  const lines: (TimeLine<BatchMoment> & { mean: number })[] = []
  if (statementsPerSecond > 0)
    lines.push({ name: 'keys a statement', tone: 'blue', mean: keysPerStatement, of: (moment) => moment.keysPerStatement })
  if (commitsPerSecond > 0)
    lines.push({ name: 'items a commit', tone: 'orange', mean: itemsPerCommit, of: (moment) => moment.itemsPerCommit })
  if (lines.length === 0) return undefined
  return timeChart({
    id: 'batches',
    title: 'Batches over time',
    says: `What waits at the same time is done at once, so batches grow with the load. Mean of the run: ${lines.map(({ name, mean }) => `${short(mean)} ${name}`).join(', ')}.`,
    moments: batchMomentsOf(server.course),
    height: 200,
    text: short,
    lines,
  })
}

/** So many seconds a point that there are `most` at most. */
export const batchMomentsOf = (course: readonly ServerMoment[], most = momentsMax): BatchMoment[] => {
  const each = Math.max(1, Math.ceil(course.length / most))
  const moments: BatchMoment[] = []
  for (let i = 0; i < course.length; i += each) {
    const some = course.slice(i, i + each)
    const from = course[i - 1]?.atSecond ?? 0
    moments.push({
      second: Number(from.toFixed(1)),
      seconds: some.at(-1)!.atSecond - from,
      keysPerStatement: meanOf(some.map(({ keysPerStatement }) => keysPerStatement)),
      itemsPerCommit: meanOf(some.map(({ itemsPerCommit }) => itemsPerCommit)),
    })
  }
  return moments
}

/** Of the seconds that had any. */
const meanOf = (values: readonly number[]): number | undefined => {
  const some = values.filter((value) => value > 0)
  return some.length > 0 ? some.reduce((sum, value) => sum + value, 0) / some.length : undefined
}
