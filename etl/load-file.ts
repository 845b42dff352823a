import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import type { Sql } from '../kit/db.ts'
import type { ImportFile } from '../kit/import-family.ts'
import { openCopyEncoder } from './copy-encoder.ts'
import type { CsvRecord } from './csv-record.ts'
import { BadHeader, readCsv } from './csv.ts'
import { BadField, integerOf } from './fields.ts'
import type { Work } from './progress.ts'
import { copyStatement } from './queries.ts'
import { readFile } from './read-file.ts'
import type { Rejects } from './rejects.ts'

export type LoadOptions = { sql: Sql; path: string; file: ImportFile; stage: string; rejects: Rejects; work: Work; signal: AbortSignal }

/** Streams a CSV file into its staging table. Returns its records, those refused included; throws when its header lacks a column. */
export const loadFile = async ({ sql, path, file, stage, rejects, work, signal }: LoadOptions): Promise<number> => {
  const { size } = await stat(path)
  const encoder = openCopyEncoder(file.columns, flushBytes, recordBytesMax)
  const { copy, failed } = await openCopy(sql, copyStatement(stage, file))
  const send = (bytes: Buffer) => Promise.race([new Promise<void>((done) => copy.write(bytes, () => done())), failed])

  const shape = openShape(file)
  let records = 0
  let part = 0
  const source = readFile(path, (bytes) => {
    signal.throwIfAborted()
    part = size > 0 ? bytes / size : 1
    work.at(records, part)
  })

  try {
    const { rejected } = await readCsv(
      source,
      {
        header: shape.header,
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
    )
    await send(encoder.take())
    await send(encoder.trailer())
    copy.end()
    await Promise.race([once(copy, 'finish'), failed])
    return records + rejected
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
const openCopy = async (sql: Sql, statement: string): Promise<{ copy: Writable; failed: Promise<never> }> => {
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

const flushBytes = 262_144
const recordBytesMax = 1_048_576
