import type { ColumnKind, ImportColumn } from '../kit/import-family.ts'
import { copyField, type CsvRecord } from './csv-record.ts'
import { BadField, flagOf, hundredthsOf, integerOf, isNull, momentOf } from './fields.ts'

/**
 * Turns records into PostgreSQL's binary COPY format: bytes to bytes, no text in between, nothing for the server to parse.
 * Each tuple is the line number and then the columns. https://www.postgresql.org/docs/18/sql-copy.html (Binary Format)
 */
export type CopyEncoder = {
  /** Bytes encoded and not yet taken. */
  readonly length: number
  /** Adds a tuple whole, or throws `BadField` and adds nothing. `fields[c]` is the place of column c in the record. */
  add(record: CsvRecord, fields: Int32Array): void
  /** What has been added; valid until `take` is called once more: it is sent while the next is made. */
  take(): Buffer
  /** The format's trailer, after the last tuple. */
  trailer(): Buffer
}

/** `recordBytesMax`: no record is longer, so that a tuple always fits after `flushBytes` are full. */
export const openCopyEncoder = (columns: readonly ImportColumn[], flushBytes: number, recordBytesMax: number): CopyEncoder => {
  const newBuffer = () => Buffer.allocUnsafeSlow(flushBytes + recordBytesMax + 64 + columns.length * 16)
  let [out, other] = [newBuffer(), newBuffer()]
  const encoders = columns.map((column) => ({ ...column, encode: encodings[column.kind] }))
  let length = out.write('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')

  return {
    get length() {
      return length
    },
    add(record, fields) {
      let at = out.writeInt16BE(columns.length + 1, length)
      at = out.writeInt32BE(8, at)
      at = writeInt8(out, record.line, at)
      for (let c = 0; c < encoders.length; c++) {
        const column = encoders[c]!
        const i = fields[c]!
        const missing = isNull(record, i)
        if (missing && column.nullable) at = out.writeInt32BE(-1, at)
        else at = column.encode(out, at, record, i, missing, column.name)
      }
      length = at
    },
    take() {
      const taken = out.subarray(0, length)
      ;[out, other] = [other, out]
      length = 0
      return taken
    },
    trailer: () => Buffer.from([0xff, 0xff]),
  }
}

type Encode = (out: Buffer, at: number, record: CsvRecord, i: number, missing: boolean, name: string) => number

const integer =
  (read: (record: CsvRecord, i: number) => number, min: number, what: string): Encode =>
  (out, at, record, i, _, name) => {
    const value = read(record, i)
    if (!(value >= min && value < Number.MAX_SAFE_INTEGER)) throw new BadField(`${name} is not ${what}`)
    return writeInt8(out, value, out.writeInt32BE(8, at))
  }

const encodings: Record<ColumnKind, Encode> = {
  id: integer(integerOf, 1, 'a positive integer'),
  number: integer(integerOf, 0, 'an integer of zero or more'),
  price: integer(hundredthsOf, 0, 'an amount'),
  quantity(out, at, record, i, _, name) {
    const value = integerOf(record, i, true)
    if (!(Math.abs(value) <= 0x7fffffff)) throw new BadField(`${name} is not an integer of 32 bits`)
    return out.writeInt32BE(value, out.writeInt32BE(4, at))
  },
  rating(out, at, record, i, _, name) {
    const value = integerOf(record, i)
    if (!(value >= 1 && value <= 5)) throw new BadField(`${name} is not an integer from 1 to 5`)
    return out.writeInt16BE(value, out.writeInt32BE(2, at))
  },
  flag(out, at, record, i, _, name) {
    const value = flagOf(record, i)
    if (Number.isNaN(value)) throw new BadField(`${name} is none of 0, 1, true and false`)
    return out.writeUInt8(value, out.writeInt32BE(1, at))
  },
  moment(out, at, record, i, _, name) {
    const value = momentOf(record, i)
    if (Number.isNaN(value)) throw new BadField(`${name} is not a date of the years 1 to 9999`)
    return writeMoment(out, value, out.writeInt32BE(8, at))
  },
  text(out, at, record, i, missing) {
    const end = missing ? at + 4 : copyField(record, i, out, at + 4)
    out.writeInt32BE(end - at - 4, at)
    return end
  },
}

const writeInt8 = (out: Buffer, value: number, at: number) =>
  out.writeUInt32BE(value >>> 0, out.writeInt32BE(Math.floor(value / 2 ** 32), at))

/** Microseconds since 2000, multiplied in halves: those of the year 9999 are beyond the integers a number holds. */
const writeMoment = (out: Buffer, epochMs: number, at: number) => {
  const ms = epochMs - epochMsOf2000
  const high = Math.floor(ms / 2 ** 32)
  const low = (ms - high * 2 ** 32) * 1000
  return out.writeUInt32BE(low >>> 0, out.writeInt32BE(high * 1000 + Math.floor(low / 2 ** 32), at))
}
const epochMsOf2000 = 946_684_800_000
