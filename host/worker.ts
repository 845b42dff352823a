import { openLog } from '../kit/log.ts'
import type { Snapshot } from '../kit/metrics.ts'
import type { Service } from '../kit/service.ts'
import { openServer, type AtelierServer, type ServerConfig } from './server.ts'

/** What a worker and its supervisor say to each other. */
export type ToWorker =
  | { type: 'serve'; config: ServerConfig }
  | { type: 'snapshot'; id: number }
  | { type: 'all'; id: number; snapshot: Snapshot }
  | { type: 'stop' }
export type FromWorker =
  | { type: 'hello' }
  | { type: 'ready'; port: number }
  | { type: 'failed'; reason: string }
  | { type: 'collect'; id: number }
  | { type: 'snapshot'; id: number; snapshot: Snapshot }

export type WorkerOptions = {
  services: readonly Service[]
  migrated: readonly Pick<Service, 'name' | 'schema' | 'api'>[]
  logLevel: string
}

/** A supervised server process: told what to serve, told to stop, and gone when its supervisor is. Resolves when it has drained. */
export const runWorker = async ({ services, migrated, logLevel }: WorkerOptions): Promise<void> => {
  const log = openLog(logLevel)
  const stopped = Promise.withResolvers<void>()
  const asked = new Map<number, (snapshot: Snapshot) => void>()
  let server: AtelierServer | undefined
  let lastId = 0

  // All processes' figures come from the supervisor; without its answer in time, our own.
  const collect = async (own: () => Snapshot) => {
    const id = ++lastId
    const { promise, resolve } = Promise.withResolvers<Snapshot>()
    asked.set(id, resolve)
    tell({ type: 'collect', id })
    const all = await Promise.race([promise, Bun.sleep(collectMsMax)])
    asked.delete(id)
    return all ?? own()
  }

  const serve = async (config: ServerConfig) => {
    try {
      server = await openServer({ config, services, migrated, log, collect })
      tell({ type: 'ready', port: server.port })
    } catch (error) {
      tell({ type: 'failed', reason: error instanceof Error ? error.message : String(error) })
    }
  }

  process.on('message', (message: ToWorker) => {
    if (message.type === 'serve') void serve(message.config)
    else if (message.type === 'snapshot') tell({ type: 'snapshot', id: message.id, snapshot: server?.snapshot() ?? [] })
    else if (message.type === 'all') asked.get(message.id)?.(message.snapshot)
    else stopped.resolve()
  })
  process.on('disconnect', () => stopped.resolve())
  process.on('SIGTERM', () => stopped.resolve())
  // A terminal's Ctrl-C reaches every process; the supervisor decides what it means.
  process.on('SIGINT', () => {})
  tell({ type: 'hello' })

  await stopped.promise
  await server?.[Symbol.asyncDispose]()
}

const tell = (message: FromWorker) => process.send?.(message)

const collectMsMax = 1_000
