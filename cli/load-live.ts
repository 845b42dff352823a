import type { LoadSecond } from '../lab/load/result.ts'
import { blockLines, secondBlock, secondLine } from '../lab/load/show.ts'
import { environment } from './environment.ts'

/** To standard error, for standard output is the result's. */
export const openLive = (scenario: string, seconds: number) => {
  let drawn = false
  return (second: LoadSecond) => {
    if (!environment.terminal) return console.error(secondLine(second))
    process.stderr.write(`${drawn ? `\x1b[${blockLines}A\x1b[J` : ''}${secondBlock(second, scenario, seconds)}`)
    drawn = true
  }
}
