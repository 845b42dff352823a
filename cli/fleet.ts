import { join, resolve } from 'node:path'
import { renderCompose } from '../deploy/compose.ts'
import { renderNginx } from '../deploy/nginx.ts'
import { composeTopology, fleetTopology } from '../deploy/topology.ts'
import { findNginx } from '../host/fleet-nginx.ts'
import { Fleet } from '../host/fleet.ts'
import { acquireLock } from '../host/lock.ts'
import { openLog } from '../kit/log.ts'
import { freePort, freePorts, outgoingFrom, urlOf } from './address.ts'
import { servicesFlag } from './chosen-services.ts'
import { command, integerFlag, textFlag, WrongUsage, type Flag } from './command.ts'
import { demoFlags, demoOf } from './demo.ts'
import { databaseFlags, environment } from './environment.ts'
import { askForRestart, onRestart } from './fleet-restart.ts'
import { openInterrupt } from './interrupt.ts'
import { embeddedUrl, prepare } from './own-database.ts'
import { memoryFlag } from './start.ts'

const listFlag = <T extends string>(help: string, names: readonly T[]): Flag<T[]> => ({
  value: names.join('|'),
  help,
  default: [],
  parse: (text, flag) =>
    text.split(',').map((word) => {
      const found = names.find((name) => name === word)
      if (!found) throw new WrongUsage(`${flag} takes ${names.join(' and ')}, not "${word}".`)
      return found
    }),
})

export const fleetCommand = command({
  name: 'fleet',
  summary: 'Runs NGINX in front of server processes on one database; renders the same for containers.',
  usage: 'atelier fleet [--servers N] [flags]',
  flags: {
    servers: { value: 'N', help: 'server processes, each on a loopback port of its own', default: 2, parse: integerFlag(1, 64) },
    services: servicesFlag,
    port: {
      value: 'PORT',
      help: 'port NGINX listens on; the servers take the next free ones',
      default: 3000,
      parse: integerFlag(0, 65_535),
    },
    host: { value: 'HOST', help: 'numeric address NGINX listens on; 0.0.0.0 for all', default: '127.0.0.1', parse: textFlag },
    cache: { help: 'NGINX keeps public answers for a second', default: false },
    public: listFlag('what is for the operator, and reached through NGINX all the same', ['metrics', 'admin']),
    'access-log': { help: 'log every request to nginx-access.log in the data directory', default: false },
    ...demoFlags,
    'memory-mb': memoryFlag,
    ...databaseFlags,
    restart: { help: 'have the fleet on the data directory replace its servers one by one, without losing a request', default: false },
    print: listFlag('print compose.yaml, or its nginx.conf, and run nothing', ['compose', 'nginx']),
  },
  async run(flags) {
    const { servers, services, cache, public: open } = flags
    const dataDir = resolve(flags.data)
    if (flags.print.length > 0) {
      const topology = composeTopology({ servers, services, cache, open, accessLog: flags['access-log'] })
      for (const file of flags.print) process.stdout.write(file === 'compose' ? renderCompose(topology) : renderNginx(topology))
      return 0
    }
    if (flags.restart) return askForRestart(dataDir)

    const { adminToken } = environment
    using signal = openInterrupt()
    const startedMs = performance.now()
    const log = openLog(environment.logLevel)
    const program = findNginx(environment.path)
    await using opened = new AsyncDisposableStack()
    const lock = opened.use(await acquireLock(dataDir))
    const port = await freePort(flags.host, flags.port)
    const databaseUrl = flags['database-url'] ?? environment.databaseUrl ?? (await embeddedUrl(opened, dataDir, lock))
    await prepare(databaseUrl, { ...demoOf(flags), folder: join(dataDir, 'demo'), signal })

    const addresses = (await freePorts(firstPort(port), servers + 1)).map((port) => ({ host: '127.0.0.1', port }))
    const topology = fleetTopology({
      listen: { host: flags.host, port },
      folder: join(dataDir, 'nginx'),
      workers: environment.cores,
      servers: addresses.slice(0, -1),
      spare: addresses.at(-1)!,
      services,
      cache,
      open,
      ...(flags['access-log'] && { accessLog: join(dataDir, 'nginx-access.log') }),
    })
    const worker = [process.execPath, join(import.meta.dir, 'main.ts'), 'worker']
    const fleet = opened.use(
      await Fleet.open({
        nginx: { program, logFile: join(dataDir, 'nginx.log') },
        topology,
        command: (services) => (services.length === 0 ? worker : [...worker, '--services', services.join(',')]),
        config: { databaseUrl, memoryBytesMax: flags['memory-mb'] * 1_048_576, version: environment.version, adminToken },
        log,
      }),
    )
    const url = urlOf(flags.host, port)
    const restarts = await onRestart({
      fleet,
      describe: (restarts) => lock.describe({ databaseUrl, url, restarts }),
      terminal: environment.terminal,
    })
    opened.use(restarts)
    console.log(
      `Atelier is at ${url} (API: ${url}/docs), NGINX in front of ${servers} server process${servers === 1 ? '' : 'es'}, ready in ${((performance.now() - startedMs) / 1000).toFixed(1)} s. Ctrl-C stops it.`,
    )
    for (const { address, pid } of fleet.servers) console.log(`  http://${address.host}:${address.port}/metrics (pid ${pid})`)

    await new Promise((stop) => (signal.aborted ? stop(undefined) : signal.addEventListener('abort', stop, { once: true })))
    console.log('Stopping: answering what has arrived …')
    return 0
  },
})

/** Next to the public port; somewhere below those of outgoing connections when that is one of them. */
const firstPort = (port: number) => (port < outgoingFrom - 1_000 ? port + 1 : 20_000 + Math.floor(Math.random() * 10_000))
