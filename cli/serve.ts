import { openServer } from '../host/server.ts'
import { openLog } from '../kit/log.ts'
import { chosenServices, servicesFlag } from './chosen-services.ts'
import { command, integerFlag, textFlag, WrongUsage } from './command.ts'
import { databaseUrlFlag, environment } from './environment.ts'
import { openInterrupt } from './interrupt.ts'
import { migrated } from './migrated.ts'
import { memoryFlag } from './start.ts'

export const serveCommand = command({
  name: 'serve',
  summary: 'Serves in this one process, on a migrated database, without a supervisor: for containers and fleets.',
  usage: 'atelier serve --database-url URL [flags]',
  flags: {
    services: servicesFlag,
    host: { value: 'HOST', help: 'address to listen on', default: '0.0.0.0', parse: textFlag },
    port: { value: 'PORT', help: 'port to listen on', default: 3000, parse: integerFlag(0, 65_535) },
    'memory-mb': memoryFlag,
    'database-url': databaseUrlFlag,
  },
  async run(flags) {
    const databaseUrl = flags['database-url'] ?? environment.databaseUrl
    if (!databaseUrl) throw new WrongUsage('serve needs --database-url URL, or DATABASE_URL in the environment.')
    const { adminToken } = environment
    using signal = openInterrupt()
    const { host, port, services: names } = flags
    const config = {
      host,
      port,
      reusePort: false,
      databaseUrl,
      memoryBytesMax: flags['memory-mb'] * 1_048_576,
      version: environment.version,
      adminToken,
    }
    const chosen = chosenServices(names)
    const log = openLog(environment.logLevel)
    await using server = await openServer({ config, services: chosen, migrated, log })
    log.info({ host, port: server.port, services: chosen.map(({ name }) => name) }, 'serving')
    await new Promise((stop) => (signal.aborted ? stop(undefined) : signal.addEventListener('abort', stop, { once: true })))
    return 0
  },
})
