import { mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/** The records of one file that were refused: line, reason and the record as it stood, as CSV. No file when there are none. */
export class Rejects implements AsyncDisposable {
  readonly path: string
  readonly #folder: string
  #file: FileHandle | undefined
  #buffer: Buffer[] = []
  #bytes = 0
  count = 0

  private constructor(folder: string, name: string) {
    this.#folder = folder
    this.path = join(folder, `${name}.csv`)
  }

  /** Removes what an earlier import left under this name: a reject file always speaks of the last one. */
  static async open(folder: string, name: string): Promise<Rejects> {
    const rejects = new Rejects(folder, name)
    await rm(rejects.path, { force: true })
    return rejects
  }

  /** `raw` may be reused by the caller at once. Returns a promise when it has to be waited for. */
  add(line: number, reason: string, raw: Uint8Array): void | Promise<void> {
    this.count++
    const record = Buffer.from(raw).toString('latin1').replaceAll('"', '""')
    const row = Buffer.from(`${line},"${reason.replaceAll('"', '""')}","${record}"\n`, 'latin1')
    this.#buffer.push(row)
    this.#bytes += row.length
    return this.#bytes > flushBytes ? this.#flush() : undefined
  }

  async [Symbol.asyncDispose]() {
    await this.#flush()
    await this.#file?.close()
  }

  async #flush() {
    if (this.#bytes === 0) return
    if (!this.#file) {
      await mkdir(this.#folder, { recursive: true })
      this.#file = await open(this.path, 'w')
      await this.#file.write('line,reason,record\n')
    }
    const rows = Buffer.concat(this.#buffer)
    this.#buffer = []
    this.#bytes = 0
    await this.#file.write(rows)
  }
}

const flushBytes = 65_536
