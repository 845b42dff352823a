import type { Log } from '../kit/log.ts'
import { mergeSnapshots, type Snapshot } from '../kit/metrics.ts'
import type { ServerConfig } from './server.ts'
import type { FromWorker, ToWorker } from './worker.ts'

export type SupervisorOptions = { processes: number; config: ServerConfig; /** Starts a worker. */ command: string[]; log: Log }

type Worker = { process: Bun.Subprocess; startedMs: number; ready: boolean }

/** One server process per core on one port; the kernel shares out the connections. A worker that dies is replaced. */
export class Supervisor implements AsyncDisposable {
  readonly #options: SupervisorOptions
  readonly #workers = new Set<Worker>()
  readonly #collections = new Map<number, { snapshots: Snapshot[]; expected: number; send: (all: Snapshot) => void }>()
  #stopping = false
  #collection = 0

  private constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Resolves when every worker is ready; throws what the first failing one said. */
  static async open(options: SupervisorOptions): Promise<Supervisor> {
    const supervisor = new Supervisor(options)
    try {
      await Promise.all(Array.from({ length: options.processes }, () => supervisor.#spawn()))
    } catch (error) {
      await supervisor[Symbol.asyncDispose]()
      throw error
    }
    return supervisor
  }

  get pids(): number[] {
    return [...this.#workers].map(({ process }) => process.pid)
  }

  /** Each worker drains its requests; one that takes too long is killed. */
  async [Symbol.asyncDispose]() {
    this.#stopping = true
    await Promise.all(
      [...this.#workers].map(async ({ process }) => {
        this.#tell(process, { type: 'stop' })
        const ended = await Promise.race([process.exited.then(() => true), Bun.sleep(stopMsMax)])
        if (!ended) process.kill('SIGKILL')
        await process.exited
      }),
    )
  }

  #spawn(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const process = Bun.spawn(this.#options.command, {
      stdin: 'ignore',
      stdout: 'inherit',
      stderr: 'inherit',
      serialization: 'json',
      ipc: (message: FromWorker) => {
        if (message.type === 'hello') this.#tell(process, { type: 'serve', config: this.#options.config })
        else if (message.type === 'failed') {
          reject(new Error(message.reason))
          this.#tell(process, { type: 'stop' })
        } else if (message.type === 'collect') this.#collect(process, message.id)
        else if (message.type === 'snapshot') this.#gather(message.id, message.snapshot)
        else {
          worker.ready = true
          resolve()
        }
      },
    })
    const worker: Worker = { process, startedMs: performance.now(), ready: false }
    this.#workers.add(worker)
    const late = setTimeout(() => worker.ready || process.kill('SIGKILL'), startMsMax)
    const watch = async () => {
      await process.exited
      clearTimeout(late)
      this.#workers.delete(worker)
      reject(new Error('A server process ended before it was ready.'))
      if (worker.ready && !this.#stopping) await this.#replace(worker)
    }
    void watch()
    return promise
  }

  async #replace({ process, startedMs }: Worker) {
    const { log } = this.#options
    log.error({ worker: process.pid, exitCode: process.exitCode, signal: process.signalCode }, 'a server process ended; starting another')
    // One that dies young would otherwise be started as fast as it can die.
    if (performance.now() - startedMs < youngMs) await Bun.sleep(respawnWaitMs)
    while (!this.#stopping) {
      try {
        return await this.#spawn()
      } catch (error) {
        log.error({ err: error }, 'a server process could not be started')
        await Bun.sleep(respawnWaitMs)
      }
    }
  }

  #collect(asker: Bun.Subprocess, askerId: number) {
    const id = ++this.#collection
    const ready = [...this.#workers].filter((worker) => worker.ready)
    const send = (snapshot: Snapshot) => this.#tell(asker, { type: 'all', id: askerId, snapshot })
    this.#collections.set(id, { snapshots: [], expected: ready.length, send })
    for (const { process } of ready) this.#tell(process, { type: 'snapshot', id })
    setTimeout(() => this.#collections.delete(id), collectMsMax)
  }

  #gather(id: number, snapshot: Snapshot) {
    const collection = this.#collections.get(id)
    if (!collection) return
    collection.snapshots.push(snapshot)
    if (collection.snapshots.length < collection.expected) return
    this.#collections.delete(id)
    collection.send(mergeSnapshots(collection.snapshots))
  }

  #tell(process: Bun.Subprocess, message: ToWorker) {
    try {
      process.send(message)
    } catch {
      // It has just ended: whoever waits for it learns that from its exit.
    }
  }
}

/** A worker has nothing to wait for before it is ready, the database neither. */
const startMsMax = 60_000
/** A little more than a worker gives its own draining. */
const stopMsMax = 15_000
const youngMs = 2_000
const respawnWaitMs = 1_000
const collectMsMax = 2_000
