import { reaches } from './calibrate.ts'
import type { Calibration, LoadFigures, ServiceLevel } from './result.ts'
import type { TierName } from './verdict.ts'

/** Above these the figures would be the driver's, or the machine's neighbours', and no longer the server's. */
export const refusalBounds = { latenessP99Ms: 10, generatorCores: 0.95, stolenShare: 0.05 }

/** Why a run must not begin: the driver does not reach twice the rate even where nothing holds it up. */
export const calibrationRefusals = ({ reachedPerSecond, demandedPerSecond }: Calibration): string[] =>
  reaches(reachedPerSecond, demandedPerSecond)
    ? []
    : [
        `The generator reaches ${whole(reachedPerSecond)} requests/s here against a server that only answers, and ${whole(demandedPerSecond)}, twice what is to be offered, are needed: offer less, or quieten the machine.`,
      ]

/** Why the figures of a run mean nothing; `limit` is the tier that its verdict names. */
export const refusalsOf = (
  { lateness, tiers, stolenShare, connectionsMax }: Pick<LoadFigures, 'lateness' | 'tiers' | 'stolenShare' | 'connectionsMax'>,
  limit: TierName | undefined,
): string[] => {
  const { latenessP99Ms, generatorCores, stolenShare: stolenMax } = refusalBounds
  const refusals: string[] = []
  const cores = tiers['generator']?.cores ?? 0
  if (cores >= generatorCores) refusals.push(`The generator was the limit: it used ${percent(cores)} of a core.`)
  if (lateness.p99 > latenessP99Ms)
    refusals.push(
      `The generator was late: 1 % of the requests were taken up ${lateness.p99.toFixed(1)} ms after their time or later, more than ${latenessP99Ms} ms.`,
    )
  if (stolenShare !== undefined && stolenShare > stolenMax)
    refusals.push(`The machine was not ours: ${percent(stolenShare)} of its time went to others, more than ${percent(stolenMax)}.`)
  if (limit === 'generator' && refusals.length === 0)
    refusals.push(
      `The generator was the limit: its ${whole(connectionsMax)} connections were all in use while the server was quick; pass more --connections.`,
    )
  return refusals
}

/** Why the service level was not kept; empty when it was. Wrong answers, and none at all, keep no level. */
export const missedBy = (figures: LoadFigures, { p99Ms, errorShare }: ServiceLevel): string[] => {
  const { latency, offered, answered, checked, errors } = figures
  const missed: string[] = []
  if (answered === 0) missed.push('Nothing was answered as it should be.')
  if (p99Ms !== undefined && latency.p99 > p99Ms) missed.push(`p99 is ${latency.p99.toFixed(1)} ms, more than ${p99Ms} ms.`)
  if (errorShare !== undefined && figures.errorShare > errorShare)
    missed.push(`${percent(figures.errorShare)} of the requests failed, more than ${percent(errorShare)}: ${kinds(errors)}.`)
  // The latency is that of good answers alone: without this the p99 of a server that fails most requests would be fine.
  else if (p99Ms !== undefined && answered > 0 && answered < offered * 0.99)
    missed.push(
      `${whole(offered - answered)} of ${whole(offered)} requests failed, so fewer than 99 % were answered within ${p99Ms} ms: ${kinds(errors)}.`,
    )
  if (checked && checked.different.length > 0)
    missed.push(
      `${checked.different.length} of ${checked.compared} bodies are not what the database says: ${checked.different[0]!.part} with key ${checked.different[0]!.key}.`,
    )
  return missed
}

export const kinds = (errors: Readonly<Record<string, number>>): string =>
  Object.entries(errors)
    .map(([kind, count]) => `${whole(count)} ${kind}`)
    .join(', ') || 'none'

export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`
const whole = (value: number) => Math.round(value).toLocaleString('en')
