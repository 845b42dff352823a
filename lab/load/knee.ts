import type { TierName } from './verdict.ts'

/** What a run at a rate came to. */
export type StepResult = {
  outcome: 'kept' | 'missed' | 'refused'
  /** Why it was missed or refused. */
  why: string[]
  /** Absent when it was refused. */
  answeredPerSecond?: number
  p99?: number
  errorShare?: number
  limit?: TierName | undefined
}
export type KneeStep = StepResult & { kind: 'up' | 'down' | 'bisect' | 'soak'; rate: number; seconds: number }

export type Knee = {
  /** The highest rate that kept the service level; undefined when none did. */
  keptPerSecond: number | undefined
  /** The lowest that did not; undefined when the generator ended the search before there was one. */
  missedPerSecond: number | undefined
  /** A soak kept it, too. */
  confirmed: boolean
  sentence: string
  steps: KneeStep[]
}

export type KneeOptions = {
  first: number
  seconds: number
  soakSeconds: number
  /** The two rates it ends between are no further apart than this part. */
  resolution?: number
  measure: (rate: number, seconds: number) => Promise<StepResult>
  heard?: (step: KneeStep) => void
}

/**
 * The highest rate that keeps the service level: doubles until it is missed, halves the ratio between kept and missed, confirms by a soak.
 * What is missed is tried once more, and what is refused twice more, for on a machine that others use, too, every run has a bad moment now and then.
 */
export const findKnee = async ({ first, seconds, soakSeconds, resolution = 0.05, measure, heard }: KneeOptions): Promise<Knee> => {
  const steps: KneeStep[] = []
  const attempt = async (kind: KneeStep['kind'], rate: number, length = seconds): Promise<KneeStep> => {
    const failed: KneeStep[] = []
    for (;;) {
      const step = { kind, rate, seconds: length, ...(await measure(rate, length)) }
      steps.push(step)
      heard?.(step)
      if (step.outcome === 'kept') return step
      failed.push(step)
      const missed = failed.filter(({ outcome }) => outcome === 'missed')
      // A miss that was seen stays one, whatever refused to look again.
      if (missed.length === attemptsMax || failed.length === attemptsMax + 1) return missed[0] ?? step
    }
  }
  let kept: number | undefined
  let missed: number | undefined
  const known = (refused: KneeStep): Knee => ({
    keptPerSecond: kept,
    missedPerSecond: missed,
    confirmed: false,
    sentence: atLeast(kept, refused),
    steps,
  })

  for (let rate = first; kept === undefined || missed === undefined; rate = kept === undefined ? Math.floor(rate / 2) : rate * 2) {
    if (rate < 1)
      return { keptPerSecond: undefined, missedPerSecond: missed, confirmed: false, sentence: 'No rate keeps the service level.', steps }
    const step = await attempt(missed === undefined ? 'up' : 'down', rate)
    if (step.outcome === 'refused') return known(step)
    if (step.outcome === 'kept') kept = rate
    else missed = rate
  }
  while (missed > kept * (1 + resolution) && missed - kept > 1) {
    const rate: number = Math.round(Math.sqrt(kept * missed))
    if (rate === kept || rate === missed) break
    const step = await attempt('bisect', rate)
    if (step.outcome === 'refused') return known(step)
    if (step.outcome === 'kept') kept = rate
    else missed = rate
  }
  for (let soaks = 1; soaks <= soaksMax && kept >= 1; soaks++) {
    const step = await attempt('soak', kept, soakSeconds)
    if (step.outcome === 'refused') return known(step)
    if (step.outcome === 'kept')
      return { keptPerSecond: kept, missedPerSecond: missed, confirmed: true, sentence: found(kept, missed, steps), steps }
    missed = kept
    kept = Math.floor(kept / (1 + resolution))
  }
  const sentence = `No rate near ${whole(missed)}/s keeps the service level for ${soakSeconds} s; shorter runs do.`
  return { keptPerSecond: undefined, missedPerSecond: missed, confirmed: false, sentence, steps }
}

const found = (kept: number, missed: number, steps: readonly KneeStep[]) => {
  const limits = steps.filter(({ outcome, rate }) => outcome === 'missed' && rate >= kept).map(({ limit }) => limit)
  const [most] = [...new Set(limits)].toSorted((a, b) => countOf(limits, b) - countOf(limits, a))
  return `The knee is at ${whole(kept)}/s; ${whole(missed)}/s are too many${most ? `, and the limit is then ${most}` : ''}.`
}

const countOf = <T>(all: readonly T[], one: T) => all.filter((other) => other === one).length

const atLeast = (kept: number | undefined, { rate, why }: KneeStep) =>
  kept === undefined
    ? `Refused at ${whole(rate)}/s, so nothing is known: ${why.join(' ')}`
    : `At least ${whole(kept)}/s; nothing is known of ${whole(rate)}/s: ${why.join(' ')}`

/** A step in one line. */
export const stepLine = ({ kind, rate, seconds, outcome, why, answeredPerSecond, p99, errorShare, limit }: KneeStep): string =>
  [
    kind.padEnd(7),
    `${whole(rate)}/s`.padStart(10),
    `${seconds} s`.padStart(6),
    outcome.padEnd(8),
    answeredPerSecond === undefined || p99 === undefined
      ? why.join(' ')
      : `answered ${whole(answeredPerSecond)}/s  p99 ${p99.toFixed(1)} ms  errors ${((errorShare ?? 0) * 100).toFixed(2)} %${limit ? `  limit ${limit}` : ''}`,
  ].join('  ')

const whole = (value: number) => Math.round(value).toLocaleString('en')
const attemptsMax = 2
const soaksMax = 4
