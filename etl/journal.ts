import type { Sql } from '../kit/db.ts'
import type { Step } from './plan.ts'
import * as queries from './queries.ts'
import type { Transaction } from './transaction.ts'

/** What the entries of a journal hold, by kind: an example of each. */
const examples = {
  /** What an import is of; another one cannot go on with its work. `run` stands also where a crash of PostgreSQL wipes it out. */
  begin: { run: '', definition: '', from: '', rejectsFolder: '', folderMade: true, marks: [['', '']] },
  /** How far a file is loaded: `bytes` of it, up to the beginning of `line`. */
  part: { bytes: 0, line: 0, names: [''], read: 0, rejects: { bytes: 0, count: 0, hash: '' } },
  load: { read: 0, rejects: { bytes: 0, count: 0, hash: '' } },
  check: { rows: 0 },
  fill: { rows: 0 },
  index: {},
  table: {},
  rejects: { bytes: 0, count: 0, hash: '' },
  switch: {},
}
type Kind = keyof typeof examples
export type Entry<K extends Kind> = (typeof examples)[K]

/** What an import of a service has done, as the database has it: an entry for each step that is done, and for each file's progress. */
export class Journal {
  readonly #service: string
  readonly #entries: Map<string, unknown>

  private constructor(service: string, entries: Map<string, unknown>) {
    this.#service = service
    this.#entries = entries
  }

  static async open(sql: Sql, service: string): Promise<Journal> {
    const rows = await sql.unsafe<{ task: string; result: unknown }[]>(queries.journalOf, [service])
    return new Journal(service, new Map(rows.map(({ task, result }) => [task, result])))
  }

  get isEmpty() {
    return this.#entries.size === 0
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  entry<K extends Kind>(kind: K, of?: string): Entry<K> | undefined {
    return this.#entries.get(nameOf(kind, of)) as Entry<K> | undefined
  }

  async write<K extends Kind>(sql: Transaction, kind: K, entry: Entry<K>, of?: string): Promise<void> {
    const name = nameOf(kind, of)
    await sql.unsafe(queries.writeJournal, [this.#service, name, JSON.stringify(entry)])
    this.#entries.set(name, entry)
  }

  async clear(sql: Transaction): Promise<void> {
    await sql.unsafe(queries.clearJournal, [this.#service])
    this.#entries.clear()
  }

  /** Each entry is one we write, looks like it, and stands on others that are there. */
  isWhole(plan: readonly Step[]): boolean {
    const kinds = new Map<string, { kind: Kind; after: readonly string[] }>([
      ['begin', { kind: 'begin', after: [] }],
      ['switch', { kind: 'switch', after: plan.map(({ name }) => name) }],
      ...plan.map(({ name, does, after }) => [name, { kind: does, after: [...after, 'begin'] }] as const),
      ...plan.filter(({ does }) => does === 'load').map(({ of }) => [`part ${of}`, { kind: 'part', after: ['begin'] }] as const),
    ])
    return [...this.#entries].every(([name, entry]) => {
      const known = kinds.get(name)
      return known !== undefined && isLike(entry, examples[known.kind]) && known.after.every((one) => this.#entries.has(one))
    })
  }
}

/** As the plan has it: of a file or a table; `begin` and `switch` are of the whole. */
const nameOf = (kind: Kind, of?: string) => (of === undefined ? kind : kind === 'check' ? of : `${kind} ${of}`)

const isLike = (value: unknown, example: unknown): boolean => {
  if (Array.isArray(example)) return Array.isArray(value) && value.every((one) => isLike(one, example[0]))
  if (typeof example !== 'object' || example === null) return typeof value === typeof example
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(example).every(([name, one]) => isLike((value as Record<string, unknown>)[name], one))
}
