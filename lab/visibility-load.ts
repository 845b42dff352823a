import { Client } from './crash-client.ts'
import type { Shop } from './crash-shop.ts'
import { openCarts, writesOf } from './crash-writes.ts'

/**
 * Writes at a rate, whatever becomes of them, to processes in turn. One that no client was free for is left out, and missing from
 * `begun`: a server that is too slow shows in the rate.
 */
export class PacedLoad implements AsyncDisposable {
  begun = 0
  taken = 0
  readonly #running: Promise<void>
  #stopped = false

  constructor({ ports, shop, rate }: { ports: readonly number[]; shop: Shop; rate: number }) {
    const anyWrite = writesOf(shop, `visibility ${crypto.randomUUID()}`, openCarts())
    const idle = Array.from({ length: clientsMax }, (_, i) => new Client(ports[i % ports.length]!))
    const write = async (client: Client) => {
      const { request, status } = anyWrite()
      const outcome = await client.ask(request)
      if (typeof outcome === 'object' && outcome.status === status) this.taken++
      idle.push(client)
    }
    this.#running = (async () => {
      let due = 0
      for (let lastMs = performance.now(); !this.#stopped; await Bun.sleep(tickMs)) {
        const nowMs = performance.now()
        due += ((nowMs - lastMs) * rate) / 1_000
        lastMs = nowMs
        for (; due >= 1; due--) {
          const client = idle.shift()
          if (!client) continue
          this.begun++
          void write(client)
        }
      }
      while (idle.length < clientsMax) await Bun.sleep(tickMs)
      for (const client of idle) client[Symbol.dispose]()
    })()
  }

  async [Symbol.asyncDispose]() {
    this.#stopped = true
    await this.#running
  }
}

const clientsMax = 64
const tickMs = 5
