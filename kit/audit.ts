import type { Change } from './changes.ts'
import { openSql, type Database } from './db.ts'

/** One thing that a service keeps beside its rows, how it is proved to agree with them, and how it is mended where it does not. */
export type AuditCheck = {
  readonly name: string
  /** What holds when it agrees, in a sentence. */
  readonly says: string
  /** A document is compared letter by letter with the one its rows give: the slow part of an audit. */
  readonly document?: true
  /** Takes a product and a number of rows; returns the `product_id` of the row that many rows after that product, as text, if there is one. */
  readonly step: string
  /**
   * Takes a product, a product and a number; returns one `Found` about the products after the first up to the second, that many of
   * those that drift. All that belongs to a product is seen at one moment, so what is being written meanwhile is no drift.
   */
  readonly find: string
  /**
   * Statements, one transaction, without parameters; `products` is the SQL text of a bigint[]. The first lock what will be changed, the
   * last, whose snapshot is taken after that, looks at the rows anew and returns a row for each thing that was mended.
   */
  readonly mend: (products: string) => string
  readonly changes: (row: Mended) => readonly Change[]
}
export type Found = { readonly rows: number; readonly drifted: number; readonly products: readonly number[] }
export type Mended = { readonly product_id: number; readonly question_id?: number }

/** `rows` were compared; `drift`, `mended` and `left` are products; `products` are the first of those that drifted. */
export type Audited = { rows: number; drift: number; mended: number; left: number; seconds: number; products: number[] }

export type AuditorOptions = { database: Database; changed: (changes: readonly Change[]) => void; signal: AbortSignal }
export type AuditOptions = { mend: boolean; at: (rows: number) => void }
export type Auditor = AsyncDisposable & { audit(check: AuditCheck, options: AuditOptions): Promise<Audited> }

/**
 * Products are looked at some at a time: no snapshot lasts, so an import can switch and vacuum can work, and memory is bounded. What
 * is mended is looked at again.
 */
export const openAuditor = ({ database, changed, signal }: AuditorOptions): Auditor => {
  const sql = openSql(database, { connections: 1, settings: sessionSettings })

  const mendSome = async ({ mend, changes }: AuditCheck, products: readonly number[]): Promise<Set<number>> => {
    const text = mend(`'{${products.join(',')}}'::bigint[]`)
    // Statements sent as one text are one transaction; `sql.begin`, on a connection that is cut, throws where nobody can catch.
    const results: readonly (Mended | Mended[])[] = await patiently(signal, () => sql.unsafe<(Mended | Mended[])[]>(text))
    // Of one statement alone there is no list of results.
    const rows = [results.find(Array.isArray) ? results.at(-1)! : results].flat(2)
    changed(rows.flatMap(changes))
    return new Set(rows.map(({ product_id }) => product_id))
  }
  const mendAll = async (check: AuditCheck, products: readonly number[]): Promise<number> => {
    let mended = 0
    for (let at = 0; at < products.length; at += mendedAtOnceMax) {
      signal.throwIfAborted()
      mended += (await mendSome(check, products.slice(at, at + mendedAtOnceMax))).size
    }
    return mended
  }

  return {
    async audit(check, { mend, at }) {
      const startedMs = performance.now()
      const audited: Audited = { rows: 0, drift: 0, mended: 0, left: 0, seconds: 0, products: [] }
      for (let after: string | undefined = beforeAll; after !== undefined;) {
        signal.throwIfAborted()
        const [next]: { product_id: string }[] = await sql.unsafe<{ product_id: string }[]>(check.step, [after, rowsAtOnce], {
          prepare: true,
        })
        const find = async () =>
          (await sql.unsafe<Found[]>(check.find, [after!, next?.product_id ?? afterAll, productsMax], { prepare: true }))[0]!
        let found = await find()
        audited.rows += found.rows
        audited.drift += found.drifted
        audited.products.push(...found.products.slice(0, namedMax - audited.products.length))
        // A look names only so many; one more tells whether it is done.
        for (let looks = mend ? Math.ceil(found.drifted / productsMax) + 1 : 0; found.drifted > 0 && looks > 0; looks--) {
          audited.mended += await mendAll(check, found.products)
          found = await find()
        }
        audited.left += found.drifted
        at(audited.rows)
        after = next?.product_id
      }
      audited.seconds = Math.round(performance.now() - startedMs) / 1000
      return audited
    },
    [Symbol.asyncDispose]: () => sql.end({ timeout: 1 }),
  }
}

/** Whoever holds the rows longer than `lock_timeout`, and whoever won a deadlock, is let pass. */
const patiently = async <T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> => {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && /^(40|55P03)/.test(String(error.code)))) throw error
      if (attempts === attemptsMax) throw new Error('Something holds on to what is to be mended; end it and audit again.', { cause: error })
      await Bun.sleep(retryMs)
      signal.throwIfAborted()
    }
  }
}

const beforeAll = '-9223372036854775808'
const afterAll = '9223372036854775807'
/** A look takes some tenths of a second; so long does an interrupt wait. */
const rowsAtOnce = 50_000
const productsMax = 10_000
/** While they are mended, nobody else can write to them. */
const mendedAtOnceMax = 100
const namedMax = 20
const attemptsMax = 30
const retryMs = 300

/** It takes one core of the machine that it has in common with those who are served. Plans are for the range that is asked for. */
const sessionSettings = {
  application_name: 'atelier-audit',
  max_parallel_workers_per_gather: '0',
  plan_cache_mode: 'force_custom_plan',
  jit: 'off',
  lock_timeout: '1s',
  client_connection_check_interval: '1s',
}
