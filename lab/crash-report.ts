import { kinds } from './crash-ledger.ts'
import { victims, type CrashReport } from './crash-run.ts'
import { table } from './table.ts'

const number = (value: number) => value.toLocaleString('en')

/** What was seen, for people. */
export const crashText = (report: CrashReport): string => {
  const { durability, seconds, recoveries, hurried, writes, outcomes, checks, documents, answers, strange, faults } = report
  const kills = victims.map((victim) => {
    const { kills, p50, max } = recoveries[victim]
    return [victim, '', number(kills), `${number(p50)} ms`, `${number(max)} ms`]
  })
  const rows = kinds.map((kind) => {
    const { acknowledged, unanswered } = writes[kind]
    return [kind, '', number(acknowledged), number(unanswered), ...ends(outcomes[kind])]
  })
  const reads = ['reads', '', '', '', ...ends(outcomes['reads'])]
  return [
    `${number(seconds)} s, fsync ${durability.fsync}, synchronous_commit ${durability.synchronousCommit}`,
    '',
    table(['killed', '', 'times', 'well again p50', 'max'], kills),
    `${number(hurried)} of these kills were not waited for.`,
    '',
    table(['what', '', 'acknowledged', 'unanswered', '503', 'cut', 'unsent', 'other'], [...rows, reads]),
    '',
    `${checks} looks at the whole data, the last at ${number(documents)} ready documents.`,
    `${number(answers.checked)} answers compared with the database: ${answers.old} old at first${answers.old > 0 ? `, for ${number(answers.oldMs)} ms` : ''}.`,
    `${strange.length} answers that no crash excuses.`,
    ...strange.slice(0, shownMax),
    `${faults.length} faults.`,
    ...faults.slice(0, shownMax),
  ].join('\n')
}

/** How requests ended: 503, cut, unsent, and all that is neither of these nor what was asked for. */
const ends = (counts: Record<string, number> = {}): string[] => {
  const of = (how: string) => counts[how] ?? 0
  const other = Object.entries(counts).filter(([how]) => !known.has(how))
  return [...['503', 'cut', 'unsent'].map((how) => number(of(how))), other.map(([how, times]) => `${how}: ${times}`).join(' ') || '0']
}

const known = new Set(['200', '201', '204', '503', 'cut', 'unsent'])
const shownMax = 20
