import { WrongUsage, type FlagValues } from './command.ts'
import { targetOf, type loadFlags } from './load-flags.ts'

export type NamedUrl = { name: string; url: string }

/** What `load` is asked to find out. */
export type LoadMode = { scenario: string | undefined } & (
  | { kind: 'run' }
  | { kind: 'knee' }
  | { kind: 'spike' }
  | { kind: 'compare'; a: NamedUrl; b: NamedUrl }
)

export const loadMode = (flags: FlagValues<typeof loadFlags>, operands: readonly string[]): LoadMode => {
  const isSpike = flags.spike || operands[0] === 'spike'
  const asked = [flags['find-knee'] && '--find-knee', flags.compare && '--compare', isSpike && 'spike'].filter((name) => name !== false)
  if (asked.length > 1) throw new WrongUsage(`${asked[0]} and ${asked[1]} are two questions; ask one at a time.`)
  const rest = operands[0] === 'spike' ? operands.slice(1) : operands
  const urls = flags.compare ? rest.filter(isUrl) : []
  const [scenario, more] = flags.compare ? rest.filter((operand) => !isUrl(operand)) : rest
  if (more !== undefined) throw new WrongUsage(`Unexpected "${more}".`)
  if (!flags.compare) return { kind: isSpike ? 'spike' : flags['find-knee'] ? 'knee' : 'run', scenario }
  const [a, b] = urls.map((text, i) => namedUrl(text, i === 0 ? 'A' : 'B'))
  if (!a || !b || urls.length > 2)
    throw new WrongUsage('--compare needs two addresses, such as http://127.0.0.1:3000 http://127.0.0.1:4000.')
  if (flags.report) throw new WrongUsage('--report shows one run, and --compare makes many.')
  return { kind: 'compare', scenario, a, b: b.name === a.name ? { ...b, name: `${b.name}2` } : b }
}

const isUrl = (operand: string) => /^(?:[\w.-]+=)?https?:\/\//.test(operand)

const namedUrl = (text: string, otherwise: string): NamedUrl => {
  const [, name = otherwise, url = text] = /^([\w.-]+)=(.*)$/.exec(text) ?? []
  targetOf(url, name)
  return { name, url }
}
