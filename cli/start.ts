import { join, resolve } from 'node:path'
import { acquireLock } from '../host/lock.ts'
import { Supervisor } from '../host/supervisor.ts'
import { openLog } from '../kit/log.ts'
import { freePort, urlOf } from './address.ts'
import { command, integerFlag, textFlag, type Flag } from './command.ts'
import { demoFlags, demoOf } from './demo.ts'
import { databaseFlags, environment } from './environment.ts'
import { openInterrupt } from './interrupt.ts'
import { embeddedUrl, prepare } from './own-database.ts'

export const memoryFlag: Flag<number> = {
  value: 'MB',
  help: 'answers kept in memory, per process; 0: none',
  default: 64,
  parse: integerFlag(0, 65_536),
}

export const startCommand = command({
  name: 'start',
  summary: 'Runs everything: the embedded PostgreSQL, a demo catalogue on the first run, a server process per core.',
  usage: 'npm start -- [flags], or atelier start [flags]',
  flags: {
    port: { value: 'PORT', help: 'port to listen on', default: 3000, parse: integerFlag(0, 65_535) },
    host: { value: 'HOST', help: 'address to listen on; 0.0.0.0 for all', default: '127.0.0.1', parse: textFlag },
    processes: { value: 'N', help: 'server processes', default: environment.cores, parse: integerFlag(1, 256) },
    ...demoFlags,
    'memory-mb': memoryFlag,
    ...databaseFlags,
  },
  async run(flags) {
    const { adminToken } = environment
    using signal = openInterrupt()
    const startedMs = performance.now()
    const dataDir = resolve(flags.data)
    await using opened = new AsyncDisposableStack()
    const lock = opened.use(await acquireLock(dataDir))
    const port = await freePort(flags.host, flags.port)
    const databaseUrl = flags['database-url'] ?? environment.databaseUrl ?? (await embeddedUrl(opened, dataDir, lock))
    await prepare(databaseUrl, { ...demoOf(flags), folder: join(dataDir, 'demo'), signal })

    const { host, processes } = flags
    const config = {
      host,
      port,
      reusePort: true,
      databaseUrl,
      memoryBytesMax: flags['memory-mb'] * 1_048_576,
      version: environment.version,
      adminToken,
    }
    const worker = [process.execPath, join(import.meta.dir, 'main.ts'), 'worker']
    opened.use(await Supervisor.open({ processes, config, command: worker, log: openLog(environment.logLevel) }))
    const url = urlOf(host, port)
    await lock.describe({ databaseUrl, url })
    console.log(
      `Atelier is at ${url} (API: ${url}/docs), ${processes} server processes, ready in ${((performance.now() - startedMs) / 1000).toFixed(1)} s. Ctrl-C stops it.`,
    )

    await new Promise((stop) => (signal.aborted ? stop(undefined) : signal.addEventListener('abort', stop, { once: true })))
    console.log('Stopping: answering what has arrived …')
    return 0
  },
})
