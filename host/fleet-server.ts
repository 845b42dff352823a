import type { Address } from '../deploy/topology.ts'
import type { ServerConfig } from './server.ts'
import type { FromWorker, ToWorker } from './worker.ts'

export type FleetServerOptions = {
  /** Starts a worker. */ command: string[]
  config: Omit<ServerConfig, 'host' | 'port' | 'reusePort'>
  address: Address
}

/** A server process on an address of its own. */
export type FleetServer = {
  readonly pid: number
  readonly exited: Promise<number>
  /** Answers what has arrived, then ends. */ stop(): Promise<void>
}

/** Resolves when it serves; throws what it said, or that it ended. */
export const startServer = async ({ command, config, address: { host, port } }: FleetServerOptions): Promise<FleetServer> => {
  const serving = Promise.withResolvers<void>()
  const child = Bun.spawn(command, {
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
    serialization: 'json',
    ipc(message: FromWorker) {
      if (message.type === 'hello') tell({ type: 'serve', config: { ...config, host, port, reusePort: false } })
      else if (message.type === 'ready') serving.resolve()
      else if (message.type === 'failed') {
        serving.reject(new Error(message.reason))
        tell({ type: 'stop' })
      }
      // Its figures are its own: it asks for those of all, and gets back what it is then asked for.
      else if (message.type === 'collect') tell({ type: 'snapshot', id: message.id })
      else tell({ type: 'all', id: message.id, snapshot: message.snapshot })
    },
  })
  const tell = (message: ToWorker) => {
    try {
      child.send(message)
    } catch {
      // It has just ended: whoever waits for it learns that from its exit.
    }
  }
  const late = setTimeout(() => child.kill('SIGKILL'), startMsMax)
  void child.exited.then(() => serving.reject(new Error('A server process ended before it was ready.')))
  try {
    await serving.promise
  } finally {
    clearTimeout(late)
  }
  return {
    pid: child.pid,
    exited: child.exited,
    async stop() {
      tell({ type: 'stop' })
      const late = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
      await child.exited
      clearTimeout(late)
    },
  }
}

const startMsMax = 60_000
/** A little more than a worker gives its own draining. */
const stopMsMax = 15_000
