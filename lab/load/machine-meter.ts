import { existsSync, readFileSync } from 'node:fs'
import { diskBytesRead, openStealMeter } from '../machine.ts'

export type MachineUse = {
  /** Cores used by anybody. */
  busyCores: number | undefined
  stolenShare: number | undefined
  diskBytesRead: number | undefined
  /** Of all memory, at the end. */
  memoryFreeShare: number | undefined
}

/** What the machine did between `begin` and `end`; undefined where /proc does not tell. */
export const openMachineMeter = () => {
  let use: MachineUse = { busyCores: undefined, stolenShare: undefined, diskBytesRead: undefined, memoryFreeShare: undefined }
  if (!existsSync('/proc/stat') || !existsSync('/proc/vmstat')) return { begin() {}, end() {}, read: () => use }
  let began = open()
  return {
    begin: () => void (began = open()),
    end() {
      const busyCores = (busyMs() - began.busyMs) / (performance.now() - began.atMs)
      use = { busyCores, stolenShare: began.stolen(), diskBytesRead: diskBytesRead() - began.disk, memoryFreeShare: memoryFreeShare() }
    },
    read: () => use,
  }
}

const open = () => ({ stolen: openStealMeter(), disk: diskBytesRead(), busyMs: busyMs(), atMs: performance.now() })

/** Of all cores since the machine started: user, nice, system, irq, softirq. */
const busyMs = (): number => {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/\s+/).map(Number)
  return (user! + nice! + system! + irq! + softirq!) * msPerTick
}
const msPerTick = 10

const memoryFreeShare = (): number | undefined => {
  const text = readFileSync('/proc/meminfo', 'utf8')
  const [free, all] = ['MemAvailable', 'MemTotal'].map((name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]))
  return free! / all! || undefined
}
