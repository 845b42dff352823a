import { auditCommand } from './audit.ts'
import { helpOf, parseCommand, WrongUsage, type Command } from './command.ts'
import { environment } from './environment.ts'
import { fleetCommand } from './fleet.ts'
import { generateCommand } from './generate.ts'
import { importCommand } from './import.ts'
import { Interrupted, interruptedCode } from './interrupt.ts'
import { loadCommand } from './load.ts'
import { migrateCommand } from './migrate.ts'
import { moderateCommand } from './moderate.ts'
import { serveCommand } from './serve.ts'
import { startCommand } from './start.ts'
import { statusCommand } from './status.ts'
import { workerCommand } from './worker.ts'

const commands: readonly Command[] = [
  startCommand,
  fleetCommand,
  serveCommand,
  migrateCommand,
  generateCommand,
  importCommand,
  auditCommand,
  moderateCommand,
  statusCommand,
  loadCommand,
  workerCommand,
]

const overview = () => {
  const shown = commands.filter(({ hidden }) => !hidden)
  return `Atelier ${environment.version}: the back end of a shop's product pages.\n\nUsage: atelier COMMAND [flags]\n\n${shown
    .map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`)
    .join(
      '\n',
    )}\n\natelier COMMAND --help tells its flags. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused (load), 130 interrupted.\n`
}

/** Errors end in one sentence on standard error; a stack would tell a user nothing. */
const main = async ([name = '', ...args]: string[]): Promise<number> => {
  if (name === '--version') return (console.log(environment.version), 0)
  if (name === '--help' || name === '-h' || name === 'help' || name === '') return (console.log(overview()), name === '' ? 2 : 0)
  const found = commands.find((command) => command.name === name)
  if (!found) return (console.error(`There is no command "${name}".\n\n${overview()}`), 2)
  try {
    const { help, flags, operands } = parseCommand(found, args)
    if (help) return (console.log(helpOf(found)), 0)
    return await found.run(flags, operands)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    if (error instanceof WrongUsage) return (console.error(`\n${helpOf(found)}`), 2)
    return error instanceof Interrupted ? interruptedCode : 1
  }
}

process.exitCode = await main(process.argv.slice(2))
process.exit()
