import { parseArgs } from 'node:util'

/** The flags of a lab's command beside `--help`. `--help` prints the usage and exits with 0, a wrong flag one sentence and the usage with 2. */
export const labFlags = <Name extends string, Switch extends string = 'json'>(
  usage: string,
  names: readonly Name[],
  switches: readonly Switch[] = ['json' as Switch],
) => {
  const wrongUsage = (reason: string): never => {
    console.error(`${reason}\n\n${usage}`)
    process.exit(2)
  }
  const parse = (): { [name in Name]?: string } & { [name in Switch]?: boolean } & { help?: boolean } => {
    try {
      const text = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
      const yes = Object.fromEntries([...switches, 'help'].map((name) => [name, { type: 'boolean' as const }]))
      return parseArgs({ options: { ...text, ...yes } }).values as ReturnType<typeof parse>
    } catch (error) {
      return wrongUsage(`${(error instanceof Error ? error.message : String(error)).split(/\.\s/, 1)[0]}.`)
    }
  }
  const flags = parse()
  if (flags.help) {
    console.log(usage)
    process.exit()
  }
  const number = (name: Name, otherwise: number, min = 1, max = 1_000_000_000): number => {
    const value = Number(flags[name] ?? otherwise)
    return Number.isInteger(value) && value >= min && value <= max
      ? value
      : wrongUsage(`--${name} must be an integer from ${min} to ${max}.`)
  }
  return { flags, number, wrongUsage }
}
