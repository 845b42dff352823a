import { parseCommand, WrongUsage } from './command.ts'
import { fleetCommand } from './fleet.ts'
import { targetOf } from './load-flags.ts'
import { serveCommand } from './serve.ts'

/** One of the two that are compared: a server that runs already, or one to be started. */
export type Side = UrlSide | TreeSide
export type UrlSide = { name: string; url: string }
export type TreeSide = {
  name: string
  /** A commit, however git takes it, or `.`: the work tree as it is. */
  ref: string
  command: 'serve' | 'fleet'
  flags: string[]
}

/** `[NAME=]URL`, or `[NAME=]REF [serve|fleet] [FLAG…]`, blanks between the words. */
export const parseSide = (text: string, otherwise: string): Side => {
  const [, name = otherwise, rest = text] = /^(\w[\w.-]*)=(.*)$/s.exec(text) ?? []
  const [what = '', ...words] = rest.trim().split(/\s+/)
  if (what === '') throw new WrongUsage(`${name} must be an address, a commit or "." for the work tree.`)
  if (!/^https?:/.test(what)) return treeSide(name, what, words)
  targetOf(what, name)
  if (words.length > 0) throw new WrongUsage(`${name} runs already, so it takes no "${words.join(' ')}".`)
  return { name, url: what }
}

const treeSide = (name: string, ref: string, words: readonly string[]): TreeSide => {
  const [first = '--'] = words
  const command = first.startsWith('-') ? 'serve' : (['serve', 'fleet'] as const).find((one) => one === first)
  if (!command) throw new WrongUsage(`${name} runs serve or fleet, not "${first}".`)
  const flags = words.slice(first === command ? 1 : 0)
  const ours = flags.map((flag) => flag.split('=', 1)[0]!).find((flag) => setHere.includes(flag))
  if (ours)
    throw new WrongUsage(`${name} takes no ${ours}: ${setHere.slice(0, -1).join(', ')} and ${setHere.at(-1)} are set by the comparison.`)
  // What another commit takes only that commit knows.
  if (ref === '.') checkFlags(name, command, flags)
  return { name, ref, command, flags }
}

const checkFlags = (name: string, command: TreeSide['command'], flags: string[]): void => {
  try {
    parseCommand(command === 'fleet' ? fleetCommand : serveCommand, flags)
  } catch (error) {
    if (error instanceof WrongUsage) throw new WrongUsage(`${name}: ${error.message}`)
    throw error
  }
}

/** A database in the arguments would be seen in a list of processes; some of these would make it no server. */
const setHere = ['--host', '--port', '--data', '--database-url', '--products', '--restart', '--print']
