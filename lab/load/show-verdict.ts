import type { Verdict } from './verdict.ts'

/** What limits, and the evidence for it and for what would be next. */
export const verdictRows = ({ sentence, findings, limit, runnerUp, littlesLaw, time }: Verdict): [string, string][] => {
  const named = findings.filter(({ tier }) => tier === limit || tier === runnerUp)
  return [
    ['verdict', sentence],
    ...named.map(({ tier, says }): [string, string] => ['', `${tier}: ${says.join('; ')}`]),
    ...(littlesLaw
      ? [
          [
            '',
            `L = λW: ${whole(littlesLaw.perSecond)}/s × ${ms(littlesLaw.meanMs)} = ${tenth(littlesLaw.underWay)} under way, counted ${tenth(littlesLaw.counted)}`,
          ] as [string, string],
        ]
      : []),
    ...(time
      ? [
          [
            '',
            `an answer took ${ms(time.whole)} of the server: ${ms(time.outside)} before and after it, ${ms(time.pool)} waiting in it, ${ms(Object.values(time.database).reduce((sum, part) => sum + part, 0))} in statements`,
          ] as [string, string],
        ]
      : []),
  ]
}

const ms = (value: number) => `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : whole(value)} ms`
const tenth = (value: number) => value.toFixed(1)
const whole = (value: number) => Math.round(value).toLocaleString('en')
