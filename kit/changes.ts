import { openSql, type Database, type Sql } from './db.ts'
import type { Log } from './log.ts'

/**
 * On this channel processes tell each other what changed. The word is either the groups of some writes, as `Changes` sends them,
 * or anything else, such as a service's name: then everything may have changed.
 */
export const changesChannel = 'atelier_changed'

/**
 * Answers that a write made old: those of group `id` (a product, a question, a session) among the reads of that group's name. What
 * is to be forgotten is not kept either as the old answer for when the database is away.
 */
export type Change = readonly [group: string, id: number, forget?: 'forget']
/** Of an erasure that was not answered: which answers held what it erased is not known. */
export const everything: Change = ['*', 0, 'forget']

/** `drop` without changes: everything. */
export type Drop = (changes?: readonly Change[]) => void

/**
 * What was written here is dropped here at once, and told to the other processes some milliseconds later, many writes in one
 * word: a NOTIFY inside each commit would take a lock of the whole database each time.
 */
export class Changes implements AsyncDisposable {
  #sql: Sql
  readonly #database: Database
  readonly #drop: Drop
  readonly #log: Log
  readonly #sender = crypto.randomUUID()
  #untold = new Map<string, Set<number>>()
  #untoldAll = false
  #telling: Promise<void> | undefined
  #closed = false

  constructor(options: { database: Database; drop: Drop; log: Log }) {
    this.#database = options.database
    this.#sql = this.#connect()
    this.#drop = options.drop
    this.#log = options.log
  }

  tell(changes: readonly Change[]) {
    if (changes.length === 0) return
    this.#drop(changes)
    for (const [group, id, forget] of changes) this.#tellLater(forget ? `${forgetMark}${group}` : group, [id])
    this.#telling ??= this.#tellOthers()
  }

  /** Anything may have changed. */
  tellAll() {
    this.#drop()
    this.#untoldAll = true
    this.#telling ??= this.#tellOthers()
  }

  /**
   * Drops what others tell of; after every reconnection everything, for what was said meanwhile is lost. Begins by telling that
   * anything may have changed, for a process that was killed before it could tell of its last writes.
   */
  async listen(sql: Sql): Promise<void> {
    const heard = (word: string) => {
      const groups = readWord(word)
      if (!groups) this.#drop()
      else if (groups.sender !== this.#sender) this.#drop(groups.changes)
    }
    await sql.listen(changesChannel, heard, () => this.#drop())
    this.#untoldAll = true
    this.#telling ??= this.#tellOthers()
  }

  /** What is untold is told first. */
  async [Symbol.asyncDispose]() {
    await Promise.race([this.#telling, Bun.sleep(disposeMsMax)])
    this.#closed = true
    await this.#sql.end({ timeout: 1 })
  }

  async #tellOthers() {
    for (let waitMs = gatherMs; (this.#untoldAll || this.#untold.size > 0) && !this.#closed;) {
      await Bun.sleep(waitMs)
      const groups = this.#untold
      // That everything is old says also what is; not what is to be forgotten.
      const words = this.#untoldAll
        ? [`${wordMark}${this.#sender}`, ...wordsOf(this.#sender, forgotten(groups))]
        : wordsOf(this.#sender, groups)
      this.#untoldAll = false
      this.#untold = new Map()
      try {
        for (const word of words) await within(notifyMsMax, this.#sql.notify(changesChannel, word))
        waitMs = gatherMs
      } catch (error) {
        if (waitMs === gatherMs) this.#log.warn({ err: error }, 'the other processes could not be told of changes, trying again')
        // Of a word that failed it is not known whether it came through, nor of those before it; its connection may never speak again.
        this.#untoldAll = true
        for (const [line, ids] of forgotten(groups)) this.#tellLater(line, ids)
        waitMs = retryMs
        void this.#sql.end({ timeout: 0 })
        this.#sql = this.#connect()
      }
    }
    this.#telling = undefined
  }

  #tellLater(line: string, ids: Iterable<number>) {
    const untold = this.#untold.get(line) ?? new Set()
    for (const id of ids) untold.add(id)
    this.#untold.set(line, untold)
  }

  /** A word is not data: it need not wait for the disk. */
  #connect(): Sql {
    return openSql(this.#database, { connections: 1, settings: { synchronous_commit: 'off' }, arrays: false })
  }
}

const within = async (timeoutMs: number, done: Promise<unknown>) => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('the database does not answer')), timeoutMs)
  try {
    await Promise.race([done, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

const forgotten = (groups: ReadonlyMap<string, ReadonlySet<number>>) => new Map([...groups].filter(([line]) => line.startsWith(forgetMark)))

/** The sender, then lines such as `reviews of product:1,2,3` or `-reviews of product:4`; as many words as are needed to hold all ids. */
const wordsOf = (sender: string, groups: ReadonlyMap<string, ReadonlySet<number>>): string[] => {
  const words: string[] = []
  let word = ''
  for (const [group, ids] of groups) {
    let between = `\n${group}:`
    for (const id of ids) {
      if (word === '' || word.length + between.length + idDigitsMax > wordBytesMax) {
        if (word !== '') words.push(word)
        word = `${wordMark}${sender}`
        between = `\n${group}:`
      }
      word += `${between}${id}`
      between = ','
    }
  }
  return word === '' ? words : [...words, word]
}

/** Undefined when it is not a word of ours; without changes it is of all of them. */
const readWord = (word: string): { sender: string; changes?: Change[] } | undefined => {
  if (!word.startsWith(wordMark)) return undefined
  const [sender = '', ...groups] = word.slice(wordMark.length).split('\n')
  if (groups.length === 0) return { sender }
  const changes = groups.flatMap((group) => {
    const [name = '', ids = ''] = group.split(':')
    if (name.startsWith(forgetMark)) return ids.split(',').map((id): Change => [name.slice(forgetMark.length), Number(id), 'forget'])
    return ids.split(',').map((id): Change => [name, Number(id)])
  })
  return { sender, changes }
}

const wordMark = 'changes '
const forgetMark = '-'
/** A NOTIFY takes fewer than 8,000 bytes. */
const wordBytesMax = 7_900
const idDigitsMax = 17
const gatherMs = 3
const retryMs = 200
const notifyMsMax = 5_000
const disposeMsMax = 1_000
