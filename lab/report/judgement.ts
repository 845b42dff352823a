import type { Knee } from '../load/knee.ts'
import type { LoadReport } from '../load/result.ts'
import type { Spike } from '../load/spike.ts'
import { ms, percent } from './format.ts'
import { html, type Markup } from './markup.ts'
import { figuresOf, type Shown } from './shown.ts'

/** Whether a run, and what it is part of, is what was asked for. */
export const judgements = (report: Shown): Markup[] => {
  const { knee, spike } = report
  // After a spike the level of the whole run, most of which was meant to be refused, says nothing.
  if (spike) return [ofSpike(spike)]
  return knee ? [ofKnee(knee), ofRun(report)] : [ofRun(report)]
}

const ofRun = (report: LoadReport): Markup => {
  const { level, result } = report
  const figures = figuresOf(report)
  if (!figures) return banner('bad', 'Refused: there is no figure', result.refusals)
  if (level.missed.length > 0) return banner('bad', isAsked(level) ? 'Service level missed' : 'Not as it should be', level.missed)
  if (!isAsked(level)) return banner('neutral', 'No service level was asked for', [])
  return banner('good', 'Service level kept', [
    ...(level.p99Ms === undefined ? [] : [`p99 ${ms(figures.latency.p99)}, at most ${level.p99Ms} ms allowed`]),
    ...(level.errorShare === undefined ? [] : [`errors ${percent(figures.errorShare)}, at most ${percent(level.errorShare)} allowed`]),
  ])
}

const ofKnee = ({ confirmed, sentence, keptPerSecond }: Knee): Markup =>
  confirmed
    ? banner('good', 'Knee found', [sentence])
    : banner(keptPerSecond === undefined ? 'bad' : 'neutral', 'Knee not confirmed', [sentence])

const ofSpike = (spike: Spike): Markup =>
  spike.recoverySeconds === undefined
    ? banner('bad', 'Not recovered', [recoveryText(spike)])
    : banner('good', 'Recovered', [recoveryText(spike)])

export const recoveryText = ({ recoverySeconds, normalP99 }: Spike): string =>
  recoverySeconds === undefined
    ? `p99 did not come back below ${ms(normalP99)} while it was measured.`
    : `p99 was below ${ms(normalP99)} again ${recoverySeconds} s after the spike.`

/** What is good is said in a line, what is bad in a list. */
const banner = (mood: keyof typeof marks, title: string, says: readonly string[]): Markup =>
  html`<div class="judgement ${mood}">
    <p>
      <strong>${marks[mood] && html`<span aria-hidden="true">${marks[mood]}</span> `}${title}</strong
      >${mood !== 'bad' && ` ${says.join(' · ')}`}
    </p>
    ${
      mood === 'bad' &&
      html`<ul>
        ${says.map((reason) => html`<li>${reason}</li>`)}
      </ul>`
    }
  </div>`

const isAsked = ({ p99Ms, errorShare }: LoadReport['level']) => p99Ms !== undefined || errorShare !== undefined

const marks = { good: '✓', bad: '✕', neutral: '' }
