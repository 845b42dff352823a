import { access, constants, mkdir, open, rmdir, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/** The reject files of an import, by the names of its files. A folder in which none was made goes again, when we made it. */
export type RejectFiles = AsyncDisposable & { readonly of: ReadonlyMap<string, Rejects> }

/**
 * Removes what an earlier import left under these names: a reject file always speaks of the last one. A folder that cannot be
 * written to is told here, before the work, rather than by the first reject, which may come at the end.
 */
export const openRejects = async (folder: string, names: readonly string[]): Promise<RejectFiles> => {
  await using opened = new AsyncDisposableStack()
  try {
    if (await mkdir(folder, { recursive: true })) opened.defer(() => rmdir(folder).catch(() => {})) // not empty: it stays
    await access(folder, constants.W_OK)
    const of = new Map(names.map((name) => [name, opened.use(new Rejects(folder, name))]))
    for (const { path } of of.values()) await unlink(path).catch(unlessAbsent)
    const kept = opened.move()
    return { of, [Symbol.asyncDispose]: () => kept.disposeAsync() }
  } catch (error) {
    throw notWritable(folder, error)
  }
}

/** The records of one file that were refused: line, reason and the record as it stood, as CSV. No file when there are none. */
export class Rejects implements AsyncDisposable {
  readonly path: string
  readonly #folder: string
  #file: FileHandle | undefined
  #buffer: Buffer[] = []
  #bytes = 0
  count = 0

  constructor(folder: string, name: string) {
    this.#folder = folder
    this.path = join(folder, `${name}.csv`)
  }

  /** `raw` may be reused by the caller at once. Returns a promise when it has to be waited for. */
  add(line: number, reason: string, raw: Uint8Array): void | Promise<void> {
    this.count++
    const record = Buffer.from(raw).toString('latin1').replaceAll('"', '""')
    const row = Buffer.from(`${line},"${reason.replaceAll('"', '""')}","${record}"\n`, 'latin1')
    this.#buffer.push(row)
    this.#bytes += row.length
    return this.#bytes > flushBytes ? this.flush() : undefined
  }

  /** A failed import has reported its failure already: what cannot be written then is not worth another. */
  async [Symbol.asyncDispose]() {
    await this.flush().catch(() => {})
    await this.#file?.close()
  }

  /** Writes what was added; throws one sentence when it cannot. */
  async flush(): Promise<void> {
    if (this.#bytes === 0) return
    const rows = Buffer.concat(this.#buffer)
    this.#buffer = []
    this.#bytes = 0
    try {
      if (!this.#file) {
        this.#file = await open(this.path, 'w')
        await this.#file.appendFile('line,reason,record\n')
      }
      await this.#file.appendFile(rows) // not write(): that may take a part and say so in its result only
    } catch (error) {
      throw notWritable(this.#folder, error)
    }
  }
}

const unlessAbsent = (error: NodeJS.ErrnoException) => {
  if (error.code !== 'ENOENT') throw error
}

const notWritable = (folder: string, cause: unknown) => {
  const why = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  return new Error(`The rejects cannot be written to ${folder}${why}; pass --rejects with another folder.`, { cause })
}

const flushBytes = 65_536
