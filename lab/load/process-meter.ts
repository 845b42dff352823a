import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Tiers } from './tiers.ts'

/** How the processes of a tier fared. One thread of each does the work, so a process can use no more than one core with it. */
export type ProcessUse = {
  processes: number
  /** Of the busiest one's first thread, as parts of the time: what it ran, and what it was ready to run but had no core. */
  busiest: { ran: number; waited: number }
  /** Processors its processes may run on. */
  processors: readonly number[]
}

/** Between `begin` and `end`; a tier whose processes /proc does not tell of is left out. */
export const openProcessMeter = (find: () => Tiers) => {
  let before = new Map<number, Schedule>()
  let beganMs = 0
  let use: Record<string, ProcessUse> = {}
  return {
    begin() {
      beganMs = performance.now()
      before = new Map(Object.values(find()).flatMap((pids) => pids.flatMap((pid) => entryOf(pid))))
    },
    end() {
      const tookNs = (performance.now() - beganMs) * 1e6
      use = Object.fromEntries(
        Object.entries(find()).flatMap(([tier, pids]): [string, ProcessUse][] => {
          const all = pids.flatMap((pid) => {
            const [from, to] = [before.get(pid), scheduleOf(pid)]
            return from && to ? [{ ran: (to.ranNs - from.ranNs) / tookNs, waited: (to.waitedNs - from.waitedNs) / tookNs }] : []
          })
          const [busiest] = all.toSorted((a, b) => b.ran + b.waited - a.ran - a.waited)
          return busiest ? [[tier, { processes: pids.length, busiest, processors: processorsOf(pids) }]] : []
        }),
      )
    },
    read: () => use,
  }
}

type Schedule = { ranNs: number; waitedNs: number }

const entryOf = (pid: number): [number, Schedule][] => {
  const schedule = scheduleOf(pid)
  return schedule ? [[pid, schedule]] : []
}

/** https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat */
const scheduleOf = (pid: number): Schedule | undefined => {
  const [ranNs, waitedNs] = (textOf(`/proc/${pid}/schedstat`) ?? '').split(' ').map(Number)
  return ranNs !== undefined && waitedNs !== undefined ? { ranNs, waitedNs } : undefined
}

const processorsOf = (pids: readonly number[]): number[] => {
  const lists = pids.map((pid) => /^Cpus_allowed_list:\s*(\S+)$/m.exec(textOf(`/proc/${pid}/status`) ?? '')?.[1])
  const all = new Set(lists.flatMap((list) => (list ? processorsIn(list) : [])))
  return all.size > 0 ? [...all].toSorted((a, b) => a - b) : Array.from({ length: availableParallelism() }, (_, i) => i)
}

/** `0-3,6` as the kernel writes it. */
export const processorsIn = (list: string): number[] =>
  list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, i) => first + i)
  })

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
