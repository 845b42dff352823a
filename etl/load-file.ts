import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import type { Sql } from '../kit/db.ts'
import type { ImportFile } from '../kit/import-family.ts'
import { openCopyEncoder } from './copy-encoder.ts'
import type { CsvRecord } from './csv-record.ts'
import { BadHeader, readCsv } from './csv.ts'
import { BadField, integerOf } from './fields.ts'
import type { Entry } from './journal.ts'
import type { Work } from './progress.ts'
import { copyStatement, emptyStageTable } from './queries.ts'
import { readFile } from './read-file.ts'
import type { Rejects } from './rejects.ts'
import { inTransaction, type Transaction } from './transaction.ts'

export type LoadOptions = {
  sql: Sql
  path: string
  file: ImportFile
  stage: string
  rejects: Rejects
  work: Work
  signal: AbortSignal
  /** Of the file, in one transaction: what is lost at most when the import is killed. */
  chunkBytes: number
  /** Where an earlier import came to; without it the file is loaded from its beginning. */
  from: Part | undefined
  /** Writes down, in the transaction of each chunk, how far the file is loaded, and that it is when it is. */
  reached(sql: Transaction, part: Part, ended: boolean): Promise<void>
}
type Part = Entry<'part'>

/**
 * Streams a CSV file into its staging table, a transaction for each chunk of it; throws when its header lacks a column. Returns how
 * many records it has read now, those refused included.
 */
export const loadFile = async (options: LoadOptions): Promise<number> => {
  const { sql, path, file, stage, signal, reached } = options
  const { size } = await stat(path)
  for (let from = options.from; ;) {
    signal.throwIfAborted()
    const { part, ended } = await inTransaction(sql, async (sql) => {
      if (!from) await sql.unsafe(emptyStageTable(stage, file))
      const chunk = await loadChunk(sql, options, from ?? beginning, size)
      await reached(sql, chunk.part, chunk.ended)
      return chunk
    })
    if (ended) return part.read - (options.from?.read ?? 0)
    from = part
  }
}

const beginning: Part = { bytes: 0, line: 1, names: [], read: 0, rejects: { bytes: 0, count: 0, hash: '' } }

const loadChunk = async (sql: Transaction, options: LoadOptions, from: Part, size: number): Promise<{ part: Part; ended: boolean }> => {
  const { path, file, stage, rejects, work, signal, chunkBytes } = options
  const encoder = openCopyEncoder(file.columns, flushBytes, recordBytesMax)
  const { copy, failed } = await openCopy(sql, copyStatement(stage, file))
  let sent = Promise.resolve()
  /** Waits for what was sent before: one piece is on its way while the next is made. */
  const send = async (bytes: Buffer) => {
    await sent
    sent = Promise.race([new Promise<void>((done) => copy.write(bytes, () => done())), failed])
    sent.catch(() => {})
  }

  const shape = openShape(file)
  const begun = options.from ?? beginning
  let { names } = from
  if (names.length > 0) shape.header(names)
  let records = 0
  const source = readFile(path, from.bytes, (bytes) => {
    signal.throwIfAborted()
    work.at(from.read - begun.read + records, size > begun.bytes ? (bytes - begun.bytes) / (size - begun.bytes) : 1)
  })

  try {
    const { rejected, bytes, line, ended } = await readCsv(
      source,
      {
        header(found) {
          names = found
          shape.header(found)
        },
        plausible: shape.plausible,
        record(record) {
          records++
          try {
            encoder.add(record, shape.fields)
          } catch (error) {
            if (!(error instanceof BadField)) throw error
            return rejects.add(record.line, error.message, record.bytes.subarray(record.recordStart, record.recordEnd))
          }
          return encoder.length > flushBytes ? send(encoder.take()) : undefined
        },
        reject: (line, reason, raw) => rejects.add(line, reason, raw),
      },
      { recordBytesMax },
      { line: from.line, columns: names.length, bytesMax: chunkBytes },
    )
    await send(encoder.take())
    await send(encoder.trailer())
    copy.end()
    await Promise.race([once(copy, 'finish'), failed])
    const read = from.read + records + rejected
    return { part: { bytes: from.bytes + bytes, line, names, read, rejects: await rejects.point() }, ended }
  } catch (error) {
    copy.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error instanceof BadHeader ? new Error(`${file.name}.csv: ${error.message}`, { cause: error }) : error
  }
}

/**
 * `failed` rejects with whatever goes wrong until the server has confirmed the copy. postgres.js tells the stream only of what it
 * learns before the stream's end; a small file is sent whole by then, and its stream would wait for ever for 'finish'. The query,
 * though it is settled as soon as the stream is open, is told of everything.
 */
const openCopy = async (sql: Transaction, statement: string): Promise<{ copy: Writable; failed: Promise<never> }> => {
  const query = sql.unsafe(statement)
  const { promise: failed, reject } = Promise.withResolvers<never>()
  failed.catch(() => {})
  Object.assign(query, { reject })
  const copy = await Promise.race([query.writable(), failed])
  copy.on('error', reject)
  return { copy, failed }
}

/** Where a file's columns are, by its header, and which lines look like its records: the same each time it is read. */
export const openShape = (file: ImportFile) => {
  const keys = file.columns.flatMap(({ kind }, c) => (kind === 'id' || kind === 'number' ? [c] : []))
  const shape = {
    /** `fields[c]` is the place of column c in a record. */
    fields: new Int32Array(file.columns.length),
    header(names: string[]) {
      shape.fields = fieldsOf(file, names)
    },
    plausible: (record: CsvRecord) => keys.every((c) => !Number.isNaN(integerOf(record, shape.fields[c]!))),
  }
  return shape
}

const fieldsOf = (file: ImportFile, names: string[]) => {
  const found = names.map(plain)
  return Int32Array.from(file.columns, ({ name, aliases = [] }) => {
    const at = [name, ...aliases].map((known) => found.indexOf(plain(known))).find((i) => i >= 0)
    if (at === undefined) throw new Error(`${file.name}.csv has no column "${name}" in its header: ${names.join(', ').slice(0, 200)}`)
    return at
  })
}

/** Names are equal that differ in case, spaces and underscores only. */
const plain = (name: string) => name.toLowerCase().replaceAll(/[\s_]/g, '')

const flushBytes = 65_536
const recordBytesMax = 1_048_576
