import { addressText, type Address, type Tier, type Topology } from '../deploy/topology.ts'
import type { Log } from '../kit/log.ts'
import { openNginx, type Nginx } from './fleet-nginx.ts'
import { startServer, type FleetServer, type FleetServerOptions } from './fleet-server.ts'

export type FleetOptions = {
  /** NGINX, its path and the file it complains to. */
  nginx: { program: string; logFile: string }
  topology: Topology
  /** Starts a server process of these services. */
  command: (services: readonly string[]) => string[]
  config: FleetServerOptions['config']
  log: Log
}

/** `place` counts from 1; 0 is the spare one. */
type Slot = {
  readonly tier: Tier
  readonly place: number
  readonly address: Address
  server?: FleetServer
  starting?: Promise<void>
  leaving: boolean
}

/** NGINX in front of server processes, each on its own port. A server that dies is replaced; all are replaced, one by one, when asked for. */
export class Fleet implements AsyncDisposable {
  readonly #options: FleetOptions
  readonly #slots: Slot[]
  readonly #opened = new AsyncDisposableStack()
  #nginx!: Nginx
  #restarting: Promise<void> = Promise.resolve()
  #stopping = false

  private constructor(options: FleetOptions) {
    this.#options = options
    this.#slots = options.topology.tiers.flatMap((tier) =>
      tier.servers.map((address, i) => ({ tier, place: i + 1, address, leaving: false })),
    )
  }

  /** Resolves when every server serves and NGINX listens. */
  static async open(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options)
    try {
      fleet.#opened.defer(() => fleet.#stopServers())
      const started = await Promise.allSettled(fleet.#slots.map((slot) => fleet.#start(slot)))
      for (const one of started) if (one.status === 'rejected') throw one.reason
      fleet.#nginx = fleet.#opened.use(await openNginx({ ...options.nginx, topology: options.topology, log: options.log }))
      return fleet
    } catch (error) {
      await fleet[Symbol.asyncDispose]()
      throw error
    }
  }

  get servers(): { address: Address; pid: number }[] {
    return this.#slots.flatMap(({ address, server }) => (server ? [{ address, pid: server.pid }] : []))
  }

  get nginxPid(): number {
    return this.#nginx.pid
  }

  /**
   * Replaces one server after the other, none of whose requests is lost: another stands in for it, NGINX sends it nothing more, it
   * answers what it has and ends, the new one is ready, NGINX sends to it. When one does not become ready, the other stands in for as long.
   */
  restart(): Promise<void> {
    const next = this.#restarting.then(() => this.#restart())
    this.#restarting = next.catch(() => {})
    return next
  }

  /** NGINX first: what it has taken is answered by servers that are still there. */
  async [Symbol.asyncDispose]() {
    this.#stopping = true
    await this.#opened.disposeAsync()
    await this.#restarting
  }

  async #stopServers() {
    await Promise.all(this.#slots.map((slot) => this.#stop(slot)))
  }

  async #restart() {
    for (const tier of this.#options.topology.tiers) {
      if (!tier.spare) continue
      const spare: Slot = { tier, place: 0, address: tier.spare, leaving: false }
      this.#slots.push(spare)
      try {
        await this.#start(spare)
        await this.#ready(spare)
        for (const slot of this.#slots.filter((one) => one.tier === tier && one.place > 0)) await this.#renew(slot)
      } finally {
        await Bun.sleep(settleMs)
        await this.#stop(spare)
        this.#slots.splice(this.#slots.indexOf(spare), 1)
      }
    }
  }

  async #renew(slot: Slot) {
    if (this.#stopping) throw new Error('The fleet is being stopped.')
    const { tier, place, address } = slot
    await this.#nginx.setOut(tier, place, true)
    await Bun.sleep(settleMs)
    await this.#stop(slot)
    slot.leaving = false
    await this.#replace(slot, 0)
    await this.#ready(slot)
    await this.#nginx.setOut(tier, place, false)
    this.#options.log.info({ server: addressText(address), worker: slot.server?.pid }, 'a server was restarted')
  }

  #start(slot: Slot): Promise<void> {
    const { command, config, log } = this.#options
    const start = async () => {
      const server = await startServer({ command: command(slot.tier.services), config, address: slot.address })
      slot.server = server
      const startedMs = performance.now()
      void server.exited.then((exitCode) => {
        if (slot.leaving || this.#stopping) return
        delete slot.server
        log.error({ server: addressText(slot.address), worker: server.pid, exitCode }, 'a server ended; starting another')
        // One that dies young would otherwise be started as fast as it can die.
        return this.#replace(slot, performance.now() - startedMs < youngMs ? retryWaitMs : 0)
      })
    }
    return (slot.starting = start())
  }

  /** Tries for as long as it is wanted. */
  async #replace(slot: Slot, waitMs: number) {
    await Bun.sleep(waitMs)
    while (!this.#stopping && !slot.leaving && !slot.server) {
      try {
        await this.#start(slot)
      } catch (error) {
        this.#options.log.error({ err: error, server: addressText(slot.address) }, 'a server could not be started')
        await Bun.sleep(retryWaitMs)
      }
    }
  }

  async #stop(slot: Slot) {
    slot.leaving = true
    await slot.starting?.catch(() => {})
    const { server } = slot
    delete slot.server
    await server?.stop()
  }

  /** Serving is not enough: its database must answer it, and be migrated. Until then it is waited for, and the reason is logged now and then. */
  async #ready({ address }: Slot) {
    for (let saidMs = performance.now(); ; await Bun.sleep(readyPollMs)) {
      const why = await fetch(`http://${addressText(address)}/readyz`, { keepalive: false, signal: AbortSignal.timeout(readyMsMax) }).then(
        async (answer) => (answer.ok ? undefined : (await answer.text()).trim()),
        () => 'it does not answer',
      )
      if (why === undefined) return
      if (this.#stopping) throw new Error('The fleet is being stopped.')
      if (performance.now() - saidMs < sayEveryMs) continue
      saidMs = performance.now()
      this.#options.log.error({ server: addressText(address), why }, 'a started server is not ready; another stands in for it')
    }
  }
}

/** A request decided for a server just before it was taken out has been sent to it after this. */
const settleMs = 500
const readyMsMax = 2_000
const readyPollMs = 50
const sayEveryMs = 10_000
const youngMs = 2_000
const retryWaitMs = 1_000
