/**
 * The few messages of PostgreSQL's protocol 3.0 that the read path speaks.
 * https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
const int8ArrayOid = 1016
const int8Oid = 20
const textArrayOid = 1009
const textOid = 25
const binaryFormat = 1

/** A message of `type` around `body`; the start-up messages have no type byte. */
export const message = (type: string, ...body: (Buffer | string)[]): Buffer => {
  const content = Buffer.concat(body.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)))
  const head = Buffer.alloc(type.length + 4)
  head.write(type, 'latin1')
  head.writeInt32BE(content.length + 4, type.length)
  return Buffer.concat([head, content])
}

export const int16 = (value: number) => Buffer.from([value >> 8, value])
export const int32 = (value: number) => Buffer.from([value >> 24, value >> 16, value >> 8, value])

export const sslRequest = () => message('', int32(80877103))
export const startup = (user: string, database: string) =>
  message('', int32(196608), 'user', user, 'database', database, 'application_name', 'atelier-reads', Buffer.from([0]))
export const query = (text: string) => message('Q', text)

/** Names the statement once per connection; its parameters are `bigint[]`, then `texts` ones of `text[]`. */
export const parse = (name: string, text: string, columns: number, texts = 0) => {
  const types = [...Array<number>(columns).fill(int8ArrayOid), ...Array<number>(texts).fill(textArrayOid)]
  return message('P', name, text, int16(types.length), ...types.map(int32))
}

/** Forgets a prepared statement; no error when there is none. */
export const closeStatement = (name: string) => message('C', `S${name}`)

/** Of one parameter, a value a key. A text holds no NUL: PostgreSQL would refuse the whole batch. */
export type Column = readonly number[] | readonly string[]

/** Bind, Execute and Sync of one batch: `columns` of `rows` safe integers or texts each; the answer comes in binary. */
export const batch = (name: string, columns: readonly Column[], rows: number): Buffer => {
  const bytes = columns.reduce((sum, column) => sum + 24 + (isTexts(column) ? textBytes(column) : rows * 12), 0)
  const out = Buffer.allocUnsafe(64 + name.length + columns.length * 2 + bytes)
  let at = out.write('B', 0, 'latin1') + 4
  at += out.write(`\0${name}\0`, at, 'latin1')
  at = out.writeInt16BE(1, at)
  at = out.writeInt16BE(binaryFormat, at)
  at = out.writeInt16BE(columns.length, at)
  for (const column of columns) at = isTexts(column) ? writeTextArray(out, at, column) : writeBigintArray(out, at, column, rows)
  at = out.writeInt16BE(1, at)
  at = out.writeInt16BE(binaryFormat, at)
  out.writeInt32BE(at - 1, 1)
  at += out.write('E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04', at, 'latin1')
  return out.subarray(0, at)
}

/** The binary form of a one-dimensional `bigint[]` without nulls: a header of five words, then length and value of each. */
const writeBigintArray = (out: Buffer, start: number, values: readonly number[], rows: number): number => {
  let at = out.writeInt32BE(20 + rows * 12, start)
  for (const word of [1, 0, int8Oid, rows, 1]) at = out.writeInt32BE(word, at)
  for (let i = 0; i < rows; i++) {
    const value = values[i]!
    at = out.writeInt32BE(8, at)
    at = out.writeInt32BE(Math.floor(value / 4294967296), at)
    at = out.writeUInt32BE(value >>> 0, at)
  }
  return at
}

const isTexts = (column: Column): column is readonly string[] => typeof column[0] === 'string'
const textBytes = (texts: readonly string[]) => texts.reduce((sum, text) => sum + 4 + Buffer.byteLength(text), 0)

/** The same of a `text[]`. */
const writeTextArray = (out: Buffer, start: number, texts: readonly string[]): number => {
  let at = out.writeInt32BE(20 + textBytes(texts), start)
  for (const word of [1, 0, textOid, texts.length, 1]) at = out.writeInt32BE(word, at)
  for (const text of texts) {
    const length = out.write(text, at + 4)
    at = out.writeInt32BE(length, at) + length
  }
  return at
}
