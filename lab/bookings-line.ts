import { Client, type Outcome } from './crash-client.ts'

/**
 * How a guest asks: by one connection after another, to any of the processes. Now and then it is gone as soon as the request is sent:
 * that is done, and the answer is lost.
 */
export class Line implements Disposable {
  readonly #port: number
  readonly #random: () => number
  #client: Client
  #left = 0

  constructor(port: number, random: () => number) {
    this.#port = port
    this.#random = random
    this.#client = new Client(port)
  }

  /** Asks until it is known how it ended, or nobody has answered for so long that nobody will. */
  async until(known: (outcome: Outcome) => boolean, request: string) {
    for (const endMs = performance.now() + settleMsMax; performance.now() < endMs; await Bun.sleep(this.#random() * againMsMax))
      if (known(await this.#ask(request))) return
  }

  [Symbol.dispose]() {
    this.#client[Symbol.dispose]()
  }

  async #ask(request: string): Promise<Outcome> {
    if (this.#left-- <= 0) this.#reconnect()
    const answer = this.#client.ask(request)
    if (this.#random() >= cutShare) return answer
    const outcome = await Promise.race([answer, Bun.sleep(this.#random() * cutMsMax).then(() => 'cut' as const)])
    if (outcome === 'cut') this.#reconnect()
    return outcome
  }

  #reconnect() {
    this.#client[Symbol.dispose]()
    this.#client = new Client(this.#port)
    this.#left = 1 + Math.floor(this.#random() * requestsPerConnectionMax)
  }
}

const cutShare = 0.02
const cutMsMax = 20
const againMsMax = 100
/** Longer than any recovery may take. */
const settleMsMax = 180_000
const requestsPerConnectionMax = 50
