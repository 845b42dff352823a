import { percent } from './judge.ts'
import type { VerdictFigures } from './verdict.ts'

/**
 * How much of the processors that a tier may use is used. When they are all busy it is the tier that takes most of them that is at its
 * limit, and the others, strangers among them, only stand in the line; while they are not, each counts by what it uses itself.
 */
export const ownProcessors = (figures: VerdictFigures, tier: string): { used: number; says: string } | undefined => {
  const { tiers, processes } = figures
  const cores = tiers[tier]?.cores
  const processors = processes[tier]?.processors
  if (cores === undefined || !processors) return undefined
  const busy = Math.min(1, busyCores(figures, processors) / processors.length)
  const { othersCores = 0 } = figures
  const strangers = othersCores >= strangersMin ? `, ${othersCores.toFixed(2)} of them with what is no part of the service` : ''
  const rivals = Object.entries(processes).filter(([, { processors: theirs }]) => theirs.some((one) => processors.includes(one)))
  const isLargest = othersCores <= cores && rivals.every(([rival]) => (tiers[rival]?.cores ?? 0) <= cores)
  const isFull = busy >= allBusyShare
  // Never idle, yet often kept from its core, and not by another tier: by strangers, or by a quota.
  const { ran, waited } = processes[tier]!.busiest
  const isStarved = (!isFull || othersCores > cores) && waited >= starvedShare && ran + waited >= neverIdleShare
  return {
    used: isFull && isLargest ? busy : Math.max(isStarved ? Math.min(1, ran + waited) : 0, Math.min(1, cores / processors.length)),
    says: `it used ${cores.toFixed(2)} of ${processors.length} cores, which were ${percent(busy)} busy${strangers}`,
  }
}

/** With everybody's use when it is the whole machine, strangers' too; otherwise with that of the tiers that may run nowhere else. */
const busyCores = ({ tiers, processes, othersCores = 0, cores }: VerdictFigures, processors: readonly number[]): number => {
  if (processors.length >= cores) return Object.values(tiers).reduce((sum, use) => sum + use.cores, othersCores)
  return Object.entries(processes)
    .filter(([, { processors: theirs }]) => theirs.every((one) => processors.includes(one)))
    .reduce((sum, [tier]) => sum + (tiers[tier]?.cores ?? 0), 0)
}

const allBusyShare = 0.95
const starvedShare = 0.3
const neverIdleShare = 0.9
const strangersMin = 0.2
