/** Kinds of writes, by what is counted of them. */
export const kinds = ['reviews', 'questions', 'answers', 'interactions', 'votes of nobody', 'voters', 'reports', 'units in carts'] as const
export type Kind = (typeof kinds)[number]

/** What is wrong, in a sentence. */
export type Fault = string

type Entry = { begun: number; acknowledged: number }

/**
 * What was sent and what was acknowledged, by kind and key: a text, a review that is voted on, a sku of a cart. Whatever the crashes,
 * what the database holds of a key is never less than was acknowledged and never more than was begun.
 */
export class Ledger {
  readonly #entries = new Map<Kind, Map<string, Entry>>(kinds.map((kind) => [kind, new Map()]))

  begin(kind: Kind, key: string, units = 1) {
    this.#entry(kind, key).begun += units
  }

  acknowledge(kind: Kind, key: string, units = 1) {
    this.#entry(kind, key).acknowledged += units
  }

  /** It never left us. */
  withdraw(kind: Kind, key: string, units = 1) {
    this.#entry(kind, key).begun -= units
  }

  /** By key, as of now. */
  acknowledged(kind: Kind): Map<string, number> {
    return new Map([...this.#entries.get(kind)!].map(([key, { acknowledged }]) => [key, acknowledged]))
  }

  /** What is there of a kind, read after `acknowledged` was taken and before this call, against both bounds. */
  faults(kind: Kind, acknowledged: ReadonlyMap<string, number>, found: ReadonlyMap<string, number>): Fault[] {
    const faults: Fault[] = []
    for (const [key, least] of acknowledged) {
      const there = found.get(key) ?? 0
      if (there < least) faults.push(`lost: ${kind}, ${key}: ${least} acknowledged, ${there} found`)
    }
    for (const [key, there] of found) {
      const most = this.#entries.get(kind)!.get(key)?.begun ?? 0
      if (there > most) faults.push(`too many: ${kind}, ${key}: ${most} sent, ${there} found`)
    }
    return faults
  }

  /** `acknowledged`, and `unanswered`: nobody knows of these whether they were done. */
  totals(): Record<Kind, { acknowledged: number; unanswered: number }> {
    const total = (kind: Kind) => {
      const entries = [...this.#entries.get(kind)!.values()]
      const acknowledged = entries.reduce((sum, entry) => sum + entry.acknowledged, 0)
      return { acknowledged, unanswered: entries.reduce((sum, entry) => sum + entry.begun, 0) - acknowledged }
    }
    return Object.fromEntries(kinds.map((kind) => [kind, total(kind)])) as ReturnType<Ledger['totals']>
  }

  #entry(kind: Kind, key: string): Entry {
    const entries = this.#entries.get(kind)!
    const entry = entries.get(key) ?? { begun: 0, acknowledged: 0 }
    entries.set(key, entry)
    return entry
  }
}
