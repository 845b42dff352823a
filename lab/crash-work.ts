import { Client, type Outcome } from './crash-client.ts'
import { Ledger } from './crash-ledger.ts'
import type { Shop } from './crash-shop.ts'
import { anyRead, openCarts, upTo, writesOf, type Write } from './crash-writes.ts'

export type WorkOptions = { port: number; shop: Shop; clients: number; /** Of a client between two requests, on average. */ restMs: number }

/** Clients that buy, vote, write and look, each at its own pace, whatever becomes of the servers. What they are owed is in the ledger. */
export class Work {
  readonly ledger = new Ledger()
  /** How requests ended, by what was asked. */
  readonly outcomes: Record<string, Record<string, number>> = {}
  /** Answers that no crash excuses: neither what was asked for nor 503. */
  readonly strange: string[] = []
  readonly mark = `crash ${crypto.randomUUID()}`
  readonly carts = openCarts()
  readonly #options: WorkOptions
  readonly #anyWrite: () => Write
  readonly #clients: Promise<void>[]
  #stoppedMs = Infinity

  constructor(options: WorkOptions) {
    this.#options = options
    this.#anyWrite = writesOf(options.shop, this.mark, this.carts)
    this.#clients = Array.from({ length: options.clients }, () => this.#work())
  }

  /** Whether by each of so many new connections a write was acknowledged, of any kind, before the time was over. */
  async takesWrites(connections: number, msMax: number): Promise<boolean> {
    const endMs = performance.now() + msMax
    const one = async () => {
      using client = new Client(this.#options.port)
      while (!(await this.#write(client, this.#anyWrite(), endMs))) {
        if (performance.now() > endMs) return false
        await Bun.sleep(upTo(repeatWaitMsMax))
      }
      return true
    }
    return (await Promise.all(Array.from({ length: connections }, one))).every(Boolean)
  }

  /** Resolves when every request has ended, and what is sent until it is acknowledged was, or could not be for a minute. */
  async stop() {
    this.#stoppedMs = performance.now()
    await Promise.all(this.#clients)
  }

  async #work() {
    const { port, shop, restMs } = this.#options
    while (this.#stoppedMs === Infinity) {
      using client = new Client(port)
      for (let left = upTo(requestsPerConnectionMax); left > 0 && this.#stoppedMs === Infinity; left--) {
        if (Math.random() < readShare) await this.#ask(client, 'reads', anyRead(shop), 200)
        else await this.#write(client, this.#anyWrite())
        await Bun.sleep(Math.random() * 2 * restMs)
      }
    }
  }

  /** Whether it was acknowledged. */
  async #write(client: Client, { kind, key, units, request, status, repeatable }: Write, endMs = Infinity): Promise<boolean> {
    this.ledger.begin(kind, key, units)
    while (performance.now() < Math.min(endMs, this.#stoppedMs + repeatMsMax)) {
      const outcome = await this.#ask(client, kind, request, status)
      if (typeof outcome === 'object' && outcome.status === status) {
        this.ledger.acknowledge(kind, key, units)
        // One that was counted counts no second time.
        if (repeatable && Math.random() < repeatShare) await this.#ask(client, kind, request, status)
        return true
      }
      if (!repeatable) {
        if (outcome === 'unsent') this.ledger.withdraw(kind, key, units)
        return false
      }
      await Bun.sleep(upTo(repeatWaitMsMax))
    }
    return false
  }

  async #ask(client: Client, what: string, request: string, status: number): Promise<Outcome> {
    const outcome = await client.ask(request)
    const how = typeof outcome === 'object' ? String(outcome.status) : outcome
    const counts = (this.outcomes[what] ??= {})
    counts[how] = (counts[how] ?? 0) + 1
    if (typeof outcome === 'object' && outcome.status !== status && outcome.status !== 503)
      this.strange.push(`${request.split('\r\n', 1)[0]} was answered ${outcome.status} ${outcome.body.slice(0, 200)}`)
    return outcome
  }
}

/** Few: every connection is to one process, and all processes are to have some. */
const requestsPerConnectionMax = 50
const readShare = 0.3
const repeatShare = 0.25
const repeatWaitMsMax = 200
const repeatMsMax = 60_000
