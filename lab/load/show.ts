import { refusalBounds, kinds, percent } from './judge.ts'
import type { MemoryUse } from './memory-use.ts'
import type { LoadFigures, LoadReport, LoadSecond } from './result.ts'
import { verdictRows } from './show-verdict.ts'

/** A second in one line, for logs. */
export const secondLine = (second: LoadSecond): string => secondParts(second).join('  ')

/** A second in a block that takes the place of the one before it, for terminals. */
export const secondBlock = (second: LoadSecond, scenario: string, seconds: number): string => {
  const [, rates, latencies, errors, cpu] = secondParts(second)
  const at = second.second < 0 ? 'warming up' : `${Math.min(seconds, second.second + 1)} of ${Number(seconds.toFixed(1))} s`
  return `  ${scenario}  ${at}\n  ${rates}\n  ${latencies}  ${errors}\n  ${cpu}\n`
}

export const blockLines = 4

const secondParts = (second: LoadSecond): string[] => {
  const { offered, answered, p50, p99, waiting, inFlight, errors, tiers } = second
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0)
  return [
    `${String(second.second).padStart(4)} s`,
    `offered ${whole(offered).padStart(7)}/s  answered ${whole(answered).padStart(7)}/s  waiting ${whole(waiting)}  in flight ${whole(inFlight)}`,
    answered > 0 ? `p50 ${ms(p50)}  p99 ${ms(p99)}` : 'p50 –  p99 –',
    `errors ${failed === 0 ? '0' : `${whole(failed)} (${kinds(errors)})`}`,
    `cpu ${Object.entries(tiers)
      .map(([tier, cores]) => `${tier} ${Math.round(cores * 100)} %`)
      .join('  ')}`,
  ]
}

/** What there is to say at the end; of a refused run only why it was. */
export const summaryText = ({ manifest, level, result }: LoadReport): string => {
  const { scenario, refusals, calibration, figures, verdict } = result
  if (refusals.length > 0 || !figures) return `Refused: there is no figure.\n${refusals.map((reason) => `  ${reason}`).join('\n')}`
  const rows: [string, string][] = [
    [
      'scenario',
      `${scenario}, ${Number(figures.seconds.toFixed(1))} s, keys of ${whole(Number(manifest.configuration['products']))} products`,
    ],
    ['offered', `${whole(figures.offeredPerSecond)}/s`],
    ['answered', `${whole(figures.answeredPerSecond)}/s`],
    ['latency', latencyText(figures)],
    ['errors', `${percent(figures.errorShare)}: ${kinds(figures.errors)}`],
    ...(figures.refused.count > 0
      ? [
          ['refusals', `${whole(figures.refusedPerSecond)}/s  p50 ${ms(figures.refused.p50)}  p99 ${ms(figures.refused.p99)}`] as [
            string,
            string,
          ],
        ]
      : []),
    ...Object.entries(figures.tiers).map(([tier, { cores, microsPerAnswer }]): [string, string] => [
      tier,
      `${cores.toFixed(2)} cores, ${microsPerAnswer.toFixed(1)} µs an answer`,
    ]),
    ...(Object.keys(figures.memory).length > 0 ? [['memory', memoryText(figures)] as [string, string]] : []),
    [
      'schedule',
      `requests taken up ${ms(figures.lateness.p99)} late at p99, ${refusalBounds.latenessP99Ms} ms at most; the generator ${calibration ? `reaches ${whole(calibration.reachedPerSecond)}/s here` : 'was not calibrated'}`,
    ],
    ['bodies', bodiesText(figures)],
    ['machine', machineText(manifest.machine, figures)],
    ...(verdict ? verdictRows(verdict) : []),
  ]
  const kept = level.missed.length > 0 ? `Missed: ${level.missed.join(' ')}` : isLevel(level) ? 'The service level was kept.' : ''
  const parts = figures.parts.length > 1 ? `\n${partsText(figures)}\n` : ''
  return `${rows.map(([name, value]) => `${name.padEnd(11)}${value}`).join('\n')}\n${parts}${kept && `\n${kept}`}`.trimEnd()
}

const isLevel = ({ p99Ms, errorShare }: LoadReport['level']) => p99Ms !== undefined || errorShare !== undefined

const latencyText = ({ latency: { p50, p90, p99, p999, max } }: LoadFigures) =>
  `p50 ${ms(p50)}  p90 ${ms(p90)}  p99 ${ms(p99)}  p99.9 ${ms(p999)}  max ${ms(max)}`

const bodiesText = ({ checked }: LoadFigures) => {
  if (!checked) return 'not compared: no database, or writes in the mix'
  return checked.compared === 0
    ? 'none compared: no declared read answers these requests'
    : `${checked.compared} compared with the database`
}

const memoryText = ({ memory }: LoadFigures) =>
  Object.entries(memory)
    .map(([tier, use]) => `${tier} ${memoryUseText(use)}`)
    .join(', ')

/** `212 MB`, and of a long run how it grew. */
export const memoryUseText = ({ bytes, bytesPerMinute }: MemoryUse) => {
  const slope = (bytesPerMinute ?? 0) / 1e6
  return `${whole(bytes / 1e6)} MB${bytesPerMinute === undefined ? '' : ` (${slope < 0 ? '−' : '+'}${Math.abs(slope).toFixed(3)} MB a minute)`}`
}

const machineText = (machine: string, { othersCores, stolenShare, diskBytesRead }: LoadFigures) =>
  [
    machine,
    ...(othersCores === undefined ? [] : [`others used ${othersCores.toFixed(2)} cores`]),
    ...(stolenShare === undefined ? [] : [`${percent(stolenShare)} stolen`]),
    ...(diskBytesRead === undefined ? [] : [`${(diskBytesRead / 1e6).toFixed(1)} MB read from disk`]),
  ].join(', ')

const partsText = ({ parts, seconds }: LoadFigures) => {
  const width = Math.max(...parts.map(({ name }) => name.length))
  return parts
    .map(
      ({ name, answered, errors, bodyBytes, latency }) =>
        `  ${name.padEnd(width)} ${whole(answered / seconds).padStart(7)}/s  ${whole(bodyBytes / Math.max(1, answered)).padStart(6)} B  p50 ${ms(latency.p50)}  p99 ${ms(latency.p99)}  ${whole(errors)} errors`,
    )
    .join('\n')
}

const ms = (value: number) => `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : whole(value)} ms`
const whole = (value: number) => Math.round(value).toLocaleString('en')
