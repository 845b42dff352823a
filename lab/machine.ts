import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'

/** Linux only: what the machine did for whom, read from /proc. */

/** User and system time of processes so far, microseconds; one that is gone counts nothing. */
export const cpuMicros = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + ticksOf(pid) * microsPerTick, 0)

/** Memory in use that no file backs and no other process shares, as PostgreSQL's buffers are shared; one that is gone holds nothing. */
export const privateBytes = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + anonymousBytes(pid), 0)

export const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number)

/** Bytes read from disk by anybody since the machine started. */
export const diskBytesRead = (): number => Number(/^pgpgin (\d+)/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0) * 1024

/** Time the hypervisor gave to others, as a part of all time, between two calls. */
export const openStealMeter = () => {
  let last = cpuLine()
  return (): number => {
    const now = cpuLine()
    const spent = now.map((value, i) => value - last[i]!)
    last = now
    return (
      spent[7]! /
      Math.max(
        1,
        spent.slice(0, 8).reduce((sum, value) => sum + value, 0),
      )
    )
  }
}

export const machineName = () => `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${(totalmem() / 1e9).toFixed(0)} GB`

const microsPerTick = 10_000 // USER_HZ is 100 on every Linux that runs this
const stat = (pid: number | string): string[] | undefined => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    return undefined
  }
}
const anonymousBytes = (pid: number): number => {
  try {
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
const ticksOf = (pid: number) => {
  const fields = stat(pid)
  return fields ? Number(fields[11]) + Number(fields[12]) : 0
}
const parentOf = (pid: string) => Number(stat(pid)?.[1])
const cpuLine = () => readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.trim().split(/\s+/).slice(1).map(Number)
