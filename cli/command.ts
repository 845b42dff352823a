import { parseArgs } from 'node:util'

/** A flag of a command. `parse` throws `WrongUsage`; without `parse` it is a switch. */
export type Flag<T> = {
  readonly value?: string
  readonly help: string
  readonly default: T
  readonly parse?: (text: string, name: string) => T
}
export type Flags = Record<string, Flag<unknown>>
export type FlagValues<F extends Flags> = { [Name in keyof F]: F[Name] extends Flag<infer T> ? T : never }

export type Command = {
  readonly name: string
  readonly summary: string
  readonly usage: string
  readonly flags: Flags
  /** Returns the exit code: 0 done, 1 failed. */
  readonly run: (flags: never, operands: string[]) => Promise<number>
  /** How many words may stand beside the flags. */
  readonly operands: { readonly min: number; readonly max: number }
  readonly hidden?: boolean
}

/** Exit code 2: the command was called wrongly; nothing was done. */
export class WrongUsage extends Error {}

export const command = <F extends Flags>(declared: {
  name: string
  summary: string
  usage: string
  flags: F
  operands?: Command['operands']
  hidden?: boolean
  run: (flags: FlagValues<F>, operands: string[]) => Promise<number>
}): Command => ({ operands: { min: 0, max: 0 }, ...declared })

export const parseCommand = (command: Command, args: string[]): { help: boolean; flags: never; operands: string[] } => {
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, flag]) => [name, { type: flag.parse ? ('string' as const) : ('boolean' as const) }]),
  )
  let parsed
  try {
    parsed = parseArgs({ args, options: { ...options, help: { type: 'boolean', short: 'h' } }, allowPositionals: true, strict: true })
  } catch (error) {
    throw new WrongUsage(`${error instanceof Error ? error.message.split('. ')[0] : error}.`)
  }
  const { values, positionals } = parsed
  const help = values['help'] === true
  const { min, max } = command.operands
  if (!help && positionals.length < min) throw new WrongUsage(`${command.name} needs ${min} operand${min === 1 ? '' : 's'}.`)
  if (!help && positionals.length > max) throw new WrongUsage(`Unexpected "${positionals[max]}".`)
  const flags = Object.fromEntries(
    Object.entries(command.flags).map(([name, { default: otherwise, parse }]) => {
      const given = (values as Record<string, string | boolean | undefined>)[name]
      return [name, typeof given === 'string' && parse ? parse(given, `--${name}`) : (given ?? otherwise)]
    }),
  )
  return { help, flags: flags as never, operands: positionals }
}

export const helpOf = ({ usage, summary, flags }: Command): string => {
  const lines = Object.entries(flags).map(([name, { value, help, default: otherwise }]): [string, string] => [
    `  --${name}${value ? ` ${value}` : ''}`,
    `${help}${otherwise === undefined || otherwise === false || String(otherwise) === '' ? '' : ` (default ${String(otherwise)})`}`,
  ])
  lines.push(['  --help', 'this text'])
  const width = Math.max(...lines.map(([flag]) => flag.length)) + 2
  return `${summary}\n\nUsage: ${usage}\n\n${lines.map(([flag, help]) => flag.padEnd(width) + help).join('\n')}\n`
}

export const integerFlag = (min: number, max: number) => (text: string, name: string) => {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw new WrongUsage(`${name} must be an integer from ${min} to ${max}, not "${text}".`)
  return value
}

export const textFlag = (text: string, name: string) => {
  if (text === '') throw new WrongUsage(`${name} must not be empty.`)
  return text
}
