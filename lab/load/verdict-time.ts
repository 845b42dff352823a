import type { DatabaseUse, SessionUse } from './database-use.ts'
import type { ServerUse } from './server-use.ts'
import type { VerdictFigures } from './verdict.ts'

/** Where the mean request that is answered as it should be spends its time, milliseconds. They add up to the whole. */
export type RequestTime = {
  /** From the moment the driver sent it. */
  whole: number
  /** Before the server had read it, and after it had answered: the kernel's queues, a gateway, an event loop that is late. */
  outside: number
  /** In the server, but in no statement: the wait for a connection, and the way to the database. */
  pool: number
  /** In statements, by what the database did meanwhile. 0 when the database was not asked: then it is in `pool`. */
  database: Record<Exclude<keyof SessionUse, 'active'>, number>
}

export const timeOf = ({ latency, waitedMs, server, database }: VerdictFigures): RequestTime | undefined => {
  if (!server || latency.count === 0 || server.answersPerSecond === 0) return undefined
  const whole = Math.max(0, latency.mean - waitedMs)
  // What is refused is refused at once: it takes no time worth counting, but would make the mean smaller.
  const answeredPerSecond = Math.max(1, server.answersPerSecond - server.refusedPerSecond)
  const inside = Math.min(whole, server.requestMs * (server.answersPerSecond / answeredPerSecond))
  const inStatements = database ? Math.min(inside, statementMs(server, database) * (askedPerSecond(server) / answeredPerSecond)) : 0
  const part = (sessions: number) => (database && database.active > 0 ? (inStatements * sessions) / database.active : 0)
  const { active, computing, reading, waiting } = database ?? { active: 0, computing: 0, reading: 0, waiting: 0 }
  return {
    whole,
    outside: whole - inside,
    pool: inside - inStatements,
    database: {
      computing: part(computing),
      flushing: part(active - computing - reading - waiting),
      reading: part(reading),
      waiting: part(waiting),
    },
  }
}

/** Little's law of the sessions: so many are under way on average, so many end each second, so each takes so long. */
const statementMs = ({ statementsPerSecond, commitsPerSecond }: ServerUse, { active }: DatabaseUse): number => {
  const perSecond = statementsPerSecond + commitsPerSecond
  return perSecond > 0 ? (1000 * active) / perSecond : 0
}

/** Requests that wait for the database: everybody in a batch waits for all of it. */
const askedPerSecond = ({ missesPerSecond, commitsPerSecond, itemsPerCommit }: ServerUse) =>
  missesPerSecond + commitsPerSecond * itemsPerCommit
