import { createHash, type Hash } from 'node:crypto'
import { access, constants, mkdir, open, rmdir, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { readFile } from './read-file.ts'

/** The reject files of an import, by the names of its files. A folder in which none was made goes again, when we made it. */
export type RejectFiles = AsyncDisposable & { readonly of: ReadonlyMap<string, Rejects>; readonly folderMade: boolean }

/** How far a reject file is written: bytes, records, and a hash of these bytes. */
export type RejectsPoint = { bytes: number; count: number; hash: string }

/**
 * Opens the reject files at these points, by name; what is behind them goes, so that a file always speaks of one import. `folderMade`:
 * an earlier import, with which this one goes on, made the folder. A folder that cannot be written to is told here, before the work,
 * rather than by the first reject, which may come at the end.
 */
export const openRejects = async (
  folder: string,
  points: ReadonlyMap<string, RejectsPoint | undefined>,
  folderMade = false,
): Promise<RejectFiles> => {
  await using opened = new AsyncDisposableStack()
  try {
    const made = (await mkdir(folder, { recursive: true })) !== undefined || folderMade
    if (made) opened.defer(() => rmdir(folder).catch(() => {})) // not empty: it stays
    await access(folder, constants.W_OK)
    const of = new Map([...points.keys()].map((name) => [name, opened.use(new Rejects(folder, name))]))
    for (const [name, rejects] of of) await rejects.cutBack(points.get(name))
    const kept = opened.move()
    return { of, folderMade: made, [Symbol.asyncDispose]: () => kept.disposeAsync() }
  } catch (error) {
    throw notWritable(folder, error)
  }
}

/** Whether a reject file begins as it did when it was as long as that. */
export const holdsRejects = async (folder: string, name: string, { bytes, hash }: RejectsPoint): Promise<boolean> => {
  if (bytes === 0) return true
  const begun = await hashBeginning(pathOf(folder, name), bytes).catch(() => undefined)
  return begun?.digest('hex') === hash
}

/** The records of one file that were refused: line, reason and the record as it stood, as CSV. No file when there are none. */
export class Rejects implements AsyncDisposable {
  readonly path: string
  readonly #folder: string
  #file: FileHandle | undefined
  #buffer: Buffer[] = []
  #bufferBytes = 0
  #bytes = 0
  #count = 0
  #hash = createHash('sha256')

  constructor(folder: string, name: string) {
    this.#folder = folder
    this.path = pathOf(folder, name)
  }

  async cutBack({ bytes, count }: RejectsPoint = { bytes: 0, count: 0, hash: '' }): Promise<void> {
    if (bytes === 0) return unlink(this.path).catch(unlessAbsent)
    this.#hash = await hashBeginning(this.path, bytes)
    this.#bytes = bytes
    this.#count = count
    this.#file = await open(this.path, 'a')
    await this.#file.truncate(bytes)
  }

  /** `raw` may be reused by the caller at once. Returns a promise when it has to be waited for. */
  add(line: number, reason: string, raw: Uint8Array): void | Promise<void> {
    this.#count++
    const record = Buffer.from(raw).toString('latin1').replaceAll('"', '""')
    const row = Buffer.from(`${line},"${reason.replaceAll('"', '""')}","${record}"\n`, 'latin1')
    this.#buffer.push(row)
    this.#bufferBytes += row.length
    return this.#bufferBytes > flushBytes ? this.flush() : undefined
  }

  /** Writes what was added. How far the file is then. */
  async point(): Promise<RejectsPoint> {
    await this.flush()
    return { bytes: this.#bytes, count: this.#count, hash: this.#hash.copy().digest('hex') }
  }

  /** A failed import has reported its failure already: what cannot be written then is not worth another. */
  async [Symbol.asyncDispose]() {
    await this.flush().catch(() => {})
    await this.#file?.close()
  }

  /** Writes what was added; throws one sentence when it cannot. */
  async flush(): Promise<void> {
    if (this.#bufferBytes === 0) return
    const rows = Buffer.concat(this.#bytes === 0 ? [headerLine, ...this.#buffer] : this.#buffer)
    this.#buffer = []
    this.#bufferBytes = 0
    try {
      this.#file ??= await open(this.path, 'a')
      await this.#file.appendFile(rows) // not write(): that may take a part and say so in its result only
      this.#bytes += rows.length
      this.#hash.update(rows)
    } catch (error) {
      throw notWritable(this.#folder, error)
    }
  }
}

const pathOf = (folder: string, name: string) => join(folder, `${name}.csv`)

const hashBeginning = async (path: string, bytes: number): Promise<Hash> => {
  const hash = createHash('sha256')
  let left = bytes
  for await (const piece of readFile(path)) {
    hash.update(piece.subarray(0, left))
    left -= Math.min(left, piece.length)
    if (left === 0) return hash
  }
  throw new Error(`${path} has become shorter`)
}

const unlessAbsent = (error: NodeJS.ErrnoException) => {
  if (error.code !== 'ENOENT') throw error
}

const notWritable = (folder: string, cause: unknown) => {
  const why = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  return new Error(`The rejects cannot be written to ${folder}${why}; pass --rejects with another folder.`, { cause })
}

const headerLine = Buffer.from('line,reason,record\n')
const flushBytes = 65_536
