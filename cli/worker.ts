import { runWorker } from '../host/worker.ts'
import { chosenServices, servicesFlag } from './chosen-services.ts'
import { command } from './command.ts'
import { environment } from './environment.ts'
import { migrated } from './migrated.ts'

export const workerCommand = command({
  name: 'worker',
  summary: 'One supervised server process; `start` and `fleet` run these.',
  usage: 'atelier worker',
  hidden: true,
  flags: { services: servicesFlag },
  async run({ services }) {
    if (!process.send) throw new Error('worker is started by `atelier start`; use `atelier serve` to serve without a supervisor.')
    await runWorker({ services: chosenServices(services), migrated, logLevel: environment.logLevel })
    return 0
  },
})
