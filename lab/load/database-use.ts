/** What the sessions of a database were seen doing at a moment; no wait: they computed. */
export type SessionSample = readonly { pid: number; wait: string | null }[]

/** Of the time the load lasted, as samples of the sessions tell it. */
export type DatabaseUse = {
  samples: number
  /** The session with a statement under way for the greatest part of the time, and the parts in which it did what. */
  busiest: SessionUse
  /** Mean number of sessions with a statement under way; those that computed, read data files, or waited for anything but the log. */
  active: number
  computing: number
  reading: number
  waiting: number
  /** Part of the time in which some session waited for the log to be written and flushed. */
  flushing: number
  /** Mean number of waiting sessions by PostgreSQL's name of what they waited for. */
  waits: Record<string, number>
  /** Transactions that wrote, and bytes of log. */
  commitsPerSecond: number
  logBytesPerSecond: number
  /** L5: what the disk of the database can do, one after the other; undefined where it is out of reach. */
  flushesPerSecond: number | undefined
  connections: { used: number; max: number }
}

/** Parts of the time. */
export type SessionUse = {
  active: number
  computing: number
  /** Waiting for the log to be written and flushed. */
  flushing: number
  /** Reading data files. */
  reading: number
  /** Waiting for anything else: locks, sleeps, other processes. */
  waiting: number
}

export const databaseUseOf = (
  samples: readonly SessionSample[],
  counted: Pick<DatabaseUse, 'commitsPerSecond' | 'logBytesPerSecond' | 'flushesPerSecond' | 'connections'>,
): DatabaseUse | undefined => {
  if (samples.length === 0) return undefined
  // One that waits for its client has nothing to do.
  const busy = samples.map((sample) => sample.filter(({ wait }) => !wait?.startsWith('Client:')))
  const part = 1 / busy.length
  const all = idle()
  const sessions = new Map<number, SessionUse>()
  const waits: Record<string, number> = {}
  for (const { pid, wait } of busy.flat()) {
    const session = sessions.get(pid) ?? idle()
    sessions.set(pid, session)
    for (const use of [session, all]) {
      use.active += part
      use[doingOf(wait)] += part
    }
    if (wait !== null) waits[wait] = (waits[wait] ?? 0) + part
  }
  return {
    samples: samples.length,
    busiest: [...sessions.values()].toSorted((a, b) => b.active - a.active)[0] ?? idle(),
    active: all.active,
    computing: all.computing,
    reading: all.reading,
    waiting: all.waiting,
    flushing: busy.filter((sample) => sample.some(({ wait }) => isFlush(wait))).length * part,
    waits,
    ...counted,
  }
}

const idle = (): SessionUse => ({ active: 0, computing: 0, flushing: 0, reading: 0, waiting: 0 })

const doingOf = (wait: string | null): Exclude<keyof SessionUse, 'active'> =>
  wait === null ? 'computing' : isFlush(wait) ? 'flushing' : isRead(wait) ? 'reading' : 'waiting'

/** Their names changed their case from version to version. https://www.postgresql.org/docs/18/monitoring-stats.html#WAIT-EVENT-TABLE */
const isFlush = (wait: string | null): boolean => wait !== null && /^(?:IO|LWLock):wal(?:sync|write)/i.test(wait)
const isRead = (wait: string | null): boolean => wait !== null && /^IO:DataFile(?:Read|Prefetch)/i.test(wait)
