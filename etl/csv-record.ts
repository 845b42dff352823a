import { isUtf8 } from 'node:buffer'

const QUOTE = 0x22
const COMMA = 0x2c
const NEWLINE = 0x0a
const RETURN = 0x0d

/** The most columns a file may have: PostgreSQL's own limit for a table. */
export const columnsMax = 1_600

/**
 * One record of a file as offsets into the bytes read: no string, no object per field or per record. The reader reuses
 * it, so it is valid only until the handler that received it returns (or the promise it returned is settled).
 */
export type CsvRecord = {
  /** The window of the file being read. */
  bytes: Buffer
  /** Fields in this record. Only the first `columnsMax` of them have offsets. */
  count: number
  /** Field i is `bytes[start[i] .. end[i])`; of a quoted field, what is between its quotes. */
  start: Int32Array
  end: Int32Array
  /** 1 when field i was quoted: `"null"` is a text, `null` may be a null. */
  quoted: Uint8Array
  /** 1 when field i holds doubled quotes that stand for single ones. */
  escaped: Uint8Array
  /** The record as it stands in the file is `bytes[recordStart .. recordEnd)`, without its line end. */
  recordStart: number
  recordEnd: number
  /** Where the next line starts. */
  next: number
  /** Line of the file on which the record starts, from 1. */
  line: number
}

/** What becomes of a file's lines, told in their order. An error thrown by a handler ends the reading. */
export type CsvHandlers = {
  /** Once, first: the names in the header line, trimmed. */
  header(names: string[]): void
  /**
   * Whether these fields, one line's and as many as the header's, look like a record of this file on their own. Asked
   * only where a line before has left a quote open, maybe again for the same line; the bytes are not checked yet.
   */
  plausible(record: CsvRecord): boolean
  /** A well-formed record of valid UTF-8 with as many fields as the header. Reading waits for a promise it returns. */
  record(record: CsvRecord): void | Promise<void>
  /** A line that is no record, and why. `raw`, without its line end, is valid as long as a record is. */
  reject(line: number, reason: string, raw: Uint8Array): void | Promise<void>
}

/** `open`: the line ends inside a quoted field. `malformed`: text follows a closing quote. */
export type LineState = 'closed' | 'open' | 'malformed'

/** An empty record over `bytes`, to be filled by `splitLine`. */
export const recordOver = (bytes: Buffer): CsvRecord => ({
  bytes,
  count: 0,
  start: new Int32Array(columnsMax + 1), // the last place takes the fields that are too many
  end: new Int32Array(columnsMax + 1),
  quoted: new Uint8Array(columnsMax + 1),
  escaped: new Uint8Array(columnsMax + 1),
  recordStart: 0,
  recordEnd: 0,
  next: 0,
  line: 0,
})

/**
 * Splits the line at `from` into fields; with `resume`, carries on inside the quoted field that the line before left
 * open. A newline must follow somewhere in `bytes`: the loops over bytes, where all the time goes, look for nothing else.
 */
export const splitLine = (record: CsvRecord, from: number, resume: boolean): LineState => {
  const { bytes, start, end, quoted, escaped } = record
  let count = resume ? record.count - 1 : 0
  let at = from
  let inside = resume
  if (!resume) record.recordStart = from
  for (;;) {
    const field = count < columnsMax ? count : columnsMax
    count++
    let byte = bytes[at]
    if (inside || byte === QUOTE) {
      if (!inside) {
        start[field] = ++at
        quoted[field] = 1
        escaped[field] = 0
      }
      inside = false
      for (;;) {
        for (byte = bytes[at]; byte !== QUOTE && byte !== NEWLINE; byte = bytes[++at]);
        if (byte === NEWLINE) return endLine(record, count, at, 'open')
        if (bytes[at + 1] !== QUOTE) break
        escaped[field] = 1
        at += 2
      }
      end[field] = at
      byte = bytes[++at]
      if (byte === RETURN && bytes[at + 1] === NEWLINE) byte = bytes[++at]
      if (byte !== COMMA && byte !== NEWLINE) return endLine(record, count, bytes.indexOf(NEWLINE, at), 'malformed')
    } else {
      start[field] = at
      quoted[field] = 0
      escaped[field] = 0
      for (; byte !== COMMA && byte !== NEWLINE; byte = bytes[++at]);
      end[field] = byte === NEWLINE && bytes[at - 1] === RETURN ? at - 1 : at
    }
    if (byte === NEWLINE) return endLine(record, count, at, 'closed')
    at++
  }
}

const endLine = (record: CsvRecord, count: number, newline: number, state: LineState): LineState => {
  record.count = count
  record.recordEnd = record.bytes[newline - 1] === RETURN ? newline - 1 : newline
  record.next = newline + 1
  return state
}

/** Valid UTF-8 without NUL: what a text in PostgreSQL may be. */
export const isText = (bytes: Buffer): boolean => isUtf8(bytes) && !bytes.includes(0)

/** Why a record, its quotes in order, does not belong to a file of `columns` columns. `checked`: its bytes are known to be text. */
export const recordFault = (record: CsvRecord, columns: number, checked: boolean): string | undefined => {
  if (record.count !== columns) return `expected ${columns} fields, found ${record.count}`
  if (record.count > columnsMax) return `more than ${columnsMax} fields`
  const raw = checked ? undefined : record.bytes.subarray(record.recordStart, record.recordEnd)
  if (raw === undefined || isText(raw)) return undefined
  return raw.includes(0) ? 'contains a NUL byte' : 'is not valid UTF-8'
}

/** Field i as text, its doubled quotes undone. Allocates: for messages, headers and tests. */
export const recordText = (record: CsvRecord, i: number): string => {
  const text = record.bytes.toString('utf8', record.start[i], record.end[i])
  return record.escaped[i] ? text.replaceAll('""', '"') : text
}

/** All fields as texts, without the spaces around them: for the header line. */
export const recordNames = (record: CsvRecord): string[] => Array.from({ length: record.count }, (_, i) => recordText(record, i).trim())

/** From about this many bytes on, a native copy costs less than a loop. */
const nativeCopyBytesMin = 32

/**
 * Copies the bytes of field i, its doubled quotes undone, into `target` from `offset` on; the offset after the last one.
 * `target` must have room for `end[i] - start[i]` bytes: RangeError when it has not, with nothing written.
 */
export const copyField = (record: CsvRecord, i: number, target: Uint8Array, offset: number): number => {
  const { bytes } = record
  const to = record.end[i] ?? 0
  let from = record.start[i] ?? 0
  if (offset + to - from > target.length) throw new RangeError(`no room for a field of ${to - from} bytes`)
  if (!record.escaped[i]) {
    if (to - from >= nativeCopyBytesMin) return offset + bytes.copy(target, offset, from, to)
    while (from < to) target[offset++] = bytes[from++]!
    return offset
  }
  while (from < to) {
    const byte = bytes[from++]!
    target[offset++] = byte
    if (byte === QUOTE) from++ // the second of the pair
  }
  return offset
}
