import { refusalBounds } from './judge.ts'
import type { LoadFigures } from './result.ts'
import { findingsOf } from './verdict-findings.ts'
import { timeOf, type RequestTime } from './verdict-time.ts'

export const tierNames = [
  'generator',
  'gateway',
  'service process',
  'database CPU',
  'database commits',
  'database waits',
  'connections',
  'memory',
] as const
export type TierName = (typeof tierNames)[number]

/** What speaks for a tier, and how much of it there is. */
export type Finding = {
  tier: TierName
  /** Part of what it can do that it did. */
  used: number
  /** Part of a request's time, from its sending to its answer, that it spent there or waiting for it. */
  held: number
  /** Nothing more can come through, whatever the latency says. */
  full: boolean
  /** Sentences. */
  says: string[]
}

/** What limits, which evidence there is for it, and what would limit next. */
export type Verdict = {
  /** Undefined when nothing was at its limit, or what was is out of sight. */
  limit: TierName | undefined
  runnerUp: TierName | undefined
  sentence: string
  /** L = λW: so many are under way on average; `counted` is what the driver saw at the end of each second. */
  littlesLaw: LittlesLaw | undefined
  /** Undefined when the servers told nothing. */
  time: RequestTime | undefined
  /** Of every tier that could be looked at, the one that counts most first. */
  findings: Finding[]
}

export type LittlesLaw = { perSecond: number; meanMs: number; underWay: number; counted: number }

export type VerdictFigures = Pick<
  LoadFigures,
  | 'offered'
  | 'answered'
  | 'answeredPerSecond'
  | 'refusedPerSecond'
  | 'latency'
  | 'refused'
  | 'lateness'
  | 'waitedMs'
  | 'connectionsMax'
  | 'series'
  | 'seconds'
  | 'tiers'
  | 'processes'
  | 'server'
  | 'database'
  | 'cores'
  | 'othersCores'
  | 'memoryFreeShare'
  | 'stolenShare'
  | 'diskBytesRead'
>

/**
 * Names the tier that limits. A processor that is busy all the time is a limit of itself; so is a generator that is late. Everything
 * else is a limit only when requests wait: this server's batches grow with what waits, so its one read connection is busy long before
 * it holds anybody up. When they wait, the tier limits in which, or before which, most of their time goes by.
 */
export const verdictOf = (figures: VerdictFigures): Verdict => {
  const time = timeOf(figures)
  const late = isLate(figures)
  const weight = ({ used, held }: Finding) => (late ? Math.max(used, held) : used)
  const findings = findingsOf(figures, time).toSorted((a, b) => weight(b) - weight(a))
  const limit =
    figures.answered === 0
      ? undefined
      : (findings.find(({ tier, full }) => full && tier === 'generator') ?? fullest(findings) ?? (late ? slowest(findings) : undefined))
  const next = findings.find((finding) => finding !== limit)
  const ordered = limit ? [limit, ...findings.filter((finding) => finding !== limit)] : findings
  return {
    limit: limit?.tier,
    runnerUp: next?.tier,
    sentence:
      figures.answered === 0
        ? 'Nothing was answered as it should be, so no limit was looked for.'
        : sentenceOf(limit, next, { late, time }),
    littlesLaw: littlesLawOf(figures),
    time,
    findings: ordered,
  }
}

/** Of a run whose figures mean nothing: what refused it, and whether that was the generator. */
export const refusedVerdict = (refusals: readonly string[], verdict: Verdict | undefined): Verdict => ({
  limit: !verdict || verdict.limit === 'generator' ? 'generator' : undefined,
  runnerUp: undefined,
  sentence: refusals.join(' '),
  littlesLaw: undefined,
  time: undefined,
  findings: [],
})

/**
 * Requests wait, or are refused so that they need not. Where strangers take more of a busy machine than any tier does, a few slow
 * ones are theirs.
 */
const isLate = (figures: VerdictFigures): boolean => {
  const { latency, refused, offered } = figures
  if (latency.mean >= lateMeanMs || refused.count >= offered * refusedShareMin) return true
  return latency.p99 >= lateP99Ms && !areStrangersFirst(figures)
}

const areStrangersFirst = ({ tiers, othersCores = 0, cores }: VerdictFigures): boolean => {
  const used = Object.values(tiers).map((tier) => tier.cores)
  return used.reduce((sum, one) => sum + one, othersCores) >= cores * allBusyShare && othersCores > Math.max(...used)
}

const fullest = (findings: readonly Finding[]) => findings.filter(({ full }) => full).toSorted((a, b) => b.used - a.used)[0]

const slowest = (findings: readonly Finding[]) => {
  const [most] = findings.toSorted((a, b) => b.held - a.held)
  return most && most.held > 0 ? most : undefined
}

const littlesLawOf = ({ latency, refused, seconds, series }: VerdictFigures): LittlesLaw => {
  const count = latency.count + refused.count
  const meanMs = (latency.mean * latency.count + refused.mean * refused.count) / Math.max(1, count)
  const counted = series.filter(({ second }) => second >= 0).map(({ waiting, inFlight }) => waiting + inFlight)
  return {
    perSecond: count / seconds,
    meanMs,
    underWay: (count / seconds) * (meanMs / 1000),
    counted: counted.reduce((sum, value) => sum + value, 0) / Math.max(1, counted.length),
  }
}

const sentenceOf = (
  limit: Finding | undefined,
  next: Finding | undefined,
  { late, time }: { late: boolean; time: RequestTime | undefined },
): string => {
  const second = next ? ` Next: ${told(next, late)}.` : ''
  if (limit) return `The limit is ${theTier(limit.tier)}: ${limit.says[0] ?? percentOf(limit.used)}.${second}`
  if (late && !time) return `Requests waited, and the limit is out of sight: the servers tell nothing of themselves.${second}`
  return `Nothing was at its limit.${second}`
}

const told = ({ tier, used, held }: Finding, late: boolean) =>
  late && held > used ? `${theTier(tier)}, ${percentOf(held)} of the time of a request` : `${theTier(tier)}, ${percentOf(used)} used`

const theTier = (tier: TierName) => (tier === 'memory' || (tier.endsWith('s') && !tier.endsWith('process')) ? tier : `the ${tier}`)
const percentOf = (share: number) => `${Math.round(share * 100)} %`

const lateMeanMs = refusalBounds.latenessP99Ms
const lateP99Ms = 50
const refusedShareMin = 0.01
const allBusyShare = 0.9
