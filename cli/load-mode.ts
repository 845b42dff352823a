import { WrongUsage, type FlagValues } from './command.ts'
import type { loadFlags } from './load-flags.ts'
import { parseSide, type Side } from './load-sides-parse.ts'

/** What `load` is asked to find out. */
export type LoadMode = { scenario: string | undefined } & (
  | { kind: 'run' }
  | { kind: 'knee' }
  | { kind: 'spike' }
  | { kind: 'compare'; a: Side; b: Side }
)

export const loadMode = (flags: FlagValues<typeof loadFlags>, operands: readonly string[]): LoadMode => {
  const isSpike = flags.spike || operands[0] === 'spike'
  const asked = [flags['find-knee'] && '--find-knee', flags.compare && '--compare', isSpike && 'spike'].filter((name) => name !== false)
  if (asked.length > 1) throw new WrongUsage(`${asked[0]} and ${asked[1]} are two questions; ask one at a time.`)
  if (flags.compare) return { kind: 'compare', ...compared(flags, operands) }
  const [scenario, more] = operands[0] === 'spike' ? operands.slice(1) : operands
  if (more !== undefined) throw new WrongUsage(`Unexpected "${more}".`)
  if (isSpike && flags.knee !== undefined && (flags['p99-ms'] ?? flags.errors) !== undefined)
    throw new WrongUsage('A spike with --knee searches for no knee, so it takes neither --p99-ms nor --errors.')
  return { kind: isSpike ? 'spike' : flags['find-knee'] ? 'knee' : 'run', scenario }
}

/** The last two words; a branch may be called like a scenario. */
const compared = (flags: FlagValues<typeof loadFlags>, operands: readonly string[]) => {
  const [scenario] = operands.length > 2 ? operands : []
  const [a, b] = operands.slice(-2).map((text, i) => parseSide(text, i === 0 ? 'A' : 'B'))
  if (!a || !b) throw new WrongUsage('--compare needs two sides, such as HEAD~1 . or http://127.0.0.1:3000 http://127.0.0.1:4000.')
  if (flags.report) throw new WrongUsage('--report shows one run, and --compare makes many.')
  return { scenario, a, b: b.name === a.name ? { ...b, name: `${b.name}2` } : b }
}
