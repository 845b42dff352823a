import { faultKinds } from './bookings-faults.ts'
import type { BookingsReport, Done } from './bookings-run.ts'
import { table } from './table.ts'

const number = (value: number) => Math.round(value).toLocaleString('en')

/** What was seen, for people. */
export const bookingsText = ({ attempts, seconds, windows, outcomes, effects, faults, audit, violations }: BookingsReport): string => {
  const kinds = Object.entries(outcomes)
  const ways = [...new Set(kinds.flatMap(([, counts]) => Object.keys(counts)))].toSorted()
  const hurts = faultKinds.map((kind) => {
    const ms = faults.flatMap((fault) => (fault.kind === kind ? [fault.ms] : [])).toSorted((a, b) => a - b)
    return [kind, '', number(ms.length), `${number(ms[ms.length >> 1] ?? 0)} ms`, `${number(ms.at(-1) ?? 0)} ms`]
  })
  return [
    `${number(attempts)} attempts in ${number(seconds)} s, ${number(attempts / seconds)}/s, in ${number(windows)} windows; ${number(effects)} changes of holds and reservations.`,
    '',
    table(
      ['answers', '', ...ways],
      kinds.map(([kind, counts]) => [kind, '', ...ways.map((way) => number(counts[way] ?? 0))]),
    ),
    '',
    table(['fault', '', 'times', 'well again p50', 'max'], hurts),
    '',
    `The audit ${audit === 'agrees' ? 'agrees' : 'does not agree'}.`,
    `${number(violations.length)} violations.`,
    ...violations.slice(0, shownMax).flatMap(({ fault, history }) => ['', fault, ...history.map((line) => `  ${line}`)]),
  ].join('\n')
}

/** `rate` is of attempts in a second. */
export const progressText = ({ attempts, faults, violations }: Done, all: number, rate: number): string =>
  `${number(attempts)} of ${number(all)} attempts, ${number(rate)}/s, ${leftText((all - attempts) / rate)} left, ${faults} faults, ${violations} violations`

const leftText = (seconds: number) =>
  !Number.isFinite(seconds)
    ? '?'
    : seconds < 120
      ? `${number(seconds)} s`
      : seconds < 7_200
        ? `${number(seconds / 60)} min`
        : `${(seconds / 3_600).toFixed(1)} h`

const shownMax = 20
