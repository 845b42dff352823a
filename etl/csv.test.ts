import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { copyField, recordText, type CsvRecord } from './csv-record.ts'
import { readCsv, type CsvLimits } from './csv.ts'

const startsWithId = (record: CsvRecord) => /^\d+$/.test(recordText(record, 0))

/** Handlers that do nothing. */
const deaf = { header() {}, plausible: startsWithId, record() {}, reject() {} }
const linesIn = (text: string) => text.split(/\r?\n/).filter((line) => line !== '')
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

type Settings = {
  /** Bytes in each chunk of the source; one chunk when left out. */
  chunkBytes?: number
  plausible?: (record: CsvRecord) => boolean
  limits?: Partial<CsvLimits>
}

/**
 * All that is told of a file, in order: the fields of the records; `line: fields joined by |`; `line: reason`; and of both
 * the bytes as they stand in the file, as latin1.
 */
const read = async (file: string | Uint8Array, { chunkBytes = Infinity, plausible = startsWithId, limits }: Settings = {}) => {
  const bytes = Buffer.from(file)
  async function* source() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
  }
  const told = { names: [] as string[], fields: [] as string[][], records: [] as string[], rejects: [] as string[], raw: [] as string[] }
  const handlers = {
    header: (names: string[]) => void (told.names = names),
    plausible,
    record(record: CsvRecord) {
      const fields = Array.from({ length: record.count }, (_, i) => recordText(record, i))
      told.fields.push(fields)
      told.records.push(`${record.line}: ${fields.join('|')}`)
      told.raw.push(record.bytes.toString('latin1', record.recordStart, record.recordEnd))
    },
    reject(line: number, reason: string, raw: Uint8Array) {
      told.rejects.push(`${line}: ${reason}`)
      told.raw.push(Buffer.from(raw).toString('latin1'))
    },
  }
  const counts = await readCsv(source(), handlers, limits)
  expect(counts).toMatchObject({ records: told.records.length, rejected: told.rejects.length, bytes: bytes.length, ended: true })
  return told
}

/** What becomes of lines after the header `id,b`: `line: fields` of the records, then `line: reason` of the rejects. */
const outcome = async (lines: string | Uint8Array, settings?: Settings) => {
  const { records, rejects } = await read(Buffer.concat([Buffer.from('id,b\n'), Buffer.from(lines)]), settings)
  return [...records, ...rejects]
}

describe('fields', () => {
  test('are what stands between commas, spaces and nothing at all included', async () => {
    expect(await outcome('1, x \n,\n')).toEqual(['2: 1| x ', '3: |'])
  })

  test('may be quoted, and then hold commas and doubled quotes; a quote that does not come first is itself', async () => {
    const lines = '1,"a, b"\n2,"""Loose"""\n3,""\n"4",""""\n5,6" heel ""x""\n'
    expect(await outcome(lines)).toEqual(['2: 1|a, b', '3: 2|"Loose"', '4: 3|', '5: 4|"', '6: 5|6" heel ""x""'])
  })

  test('may span lines when quoted, even empty ones and those that begin like a record', async () => {
    expect(await outcome('1,"one\ntwo\r\n\n2\n3"\n4,x\n')).toEqual(['2: 1|one\ntwo\r\n\n2\n3', '7: 4|x'])
    const settings: Settings = { plausible: (record) => !recordText(record, 0).includes('"') }
    expect((await read('text\n"x\n\ny"\n', settings)).fields).toEqual([['x\n\ny']])
  })

  test('say whether they were quoted, so that "null" is not null', async () => {
    const seen: string[] = []
    const record = ({ quoted, escaped }: CsvRecord) => void seen.push(`${quoted.slice(0, 3)} ${escaped.slice(0, 3)}`)
    await readCsv(new Blob(['a,b,c\nnull,"null","n""l"\n"n""l",null,"null"\n']).stream(), { ...deaf, record })
    expect(seen).toEqual(['0,1,1 0,0,1', '1,0,1 1,0,0'])
  })

  test('are copied without their doubled quotes, and never past the end of the target', async () => {
    const long = 'é'.repeat(40)
    const target = Buffer.alloc(200, '.')
    const record = (record: CsvRecord) => {
      let end = 1
      for (let i = 0; i < record.count; i++) end = copyField(record, i, target, end)
      expect(target.toString('utf8', 0, end + 1)).toBe(`.ab"c"${long}.`)
      expect(() => copyField(record, 2, target, 121)).toThrow(RangeError)
    }
    await readCsv(new Blob([`a,b,c\nab,"""c""",${long}`]).stream(), { ...deaf, record })
    expect.assertions(2)
  })
})

describe('lines', () => {
  test('end in LF or CRLF or with the file', async () => {
    const told = ['2: 1|x', '3: 2|y', '4: 3|z']
    expect(await outcome('1,x\r\n2,"y"\r\n3,z')).toEqual(told)
    expect(await outcome('1,"x"\n2,y\n3,"z"')).toEqual(told)
    expect(await outcome('1,x\r\r\n2\r,\ry')).toEqual(['2: 1|x\r', '3: 2\r|\ry'])
  })

  test('that are empty are no records, yet they count as lines', async () => {
    const { records, rejects } = await read('\n\r\nid,b\n\n1,x\r\n\r\n\n2,y\n\n')
    expect([records, rejects]).toEqual([['5: 1|x', '8: 2|y'], []])
  })

  test('with another number of fields than the header are rejected, and shown as they are', async () => {
    const { records, rejects, raw } = await read('id,b\n1\n2,x\n3,"x",\r\n')
    expect(records).toEqual(['3: 2|x'])
    expect(rejects).toEqual(['2: expected 2 fields, found 1', '4: expected 2 fields, found 3'])
    expect(raw).toEqual(['1', '2,x', '3,"x",'])
  })

  test('with text after a closing quote are rejected', async () => {
    const { records, rejects } = await read('id,b\n1,"x"y\n2,"x" \r\n"3"\r,x\n4,x\n')
    expect(records).toEqual(['5: 4|x'])
    expect(rejects).toEqual([2, 3, 4].map((line) => `${line}: text after a closing quote`))
  })

  test('that are not text PostgreSQL can hold are rejected, their neighbours are not', async () => {
    const bad = Buffer.from('2,\0\n3,\xff\n4,\xc3\n5,\xed\xa0\x80\n', 'latin1')
    const { records, rejects } = await read(Buffer.concat([Buffer.from('id,b\n1,é😀\n'), bad, Buffer.from('6,x')]))
    expect(records).toEqual(['2: 1|é😀', '7: 6|x'])
    expect(rejects).toEqual(['3: contains a NUL byte', ...[4, 5, 6].map((line) => `${line}: is not valid UTF-8`)])
  })

  test('longer than the limit are rejected, shown by their beginning, and passed over in bounded memory', async () => {
    const long = `1,${'x'.repeat(5_000_000)}`
    for (const chunkBytes of [65_536, Infinity]) {
      const { records, rejects, raw } = await read(`id,b\n${long}\n2,x\n${long}`, { chunkBytes })
      expect(records).toEqual(['3: 2|x'])
      expect(rejects).toEqual(['2: longer than 1048576 bytes', '4: longer than 1048576 bytes'])
      expect(raw).toEqual([long.slice(0, 1_024), '2,x', long.slice(0, 1_024)])
    }
  })

  test('as long as the limit are records, their line end not counted', async () => {
    const lines = '1,345678\r\n2,3456789\n3,345678'
    expect(await outcome(lines, { limits: { recordBytesMax: 8 } })).toEqual(['2: 1|345678', '4: 3|345678', '3: longer than 8 bytes'])
  })
})

describe('a quote that is never closed', () => {
  const reason = 'a quote is never closed'

  test('costs its own line and no neighbour: plain, quoted, or spanning lines', async () => {
    expect(await outcome('1,x\n2,"y\n3,z\n')).toEqual(['2: 1|x', '4: 3|z', `3: ${reason}`])
    expect(await outcome('1,"x\n2,"y"\n3,"z, ""w"""\n')).toEqual(['3: 2|y', '4: 3|z, "w"', `2: ${reason}`])
    expect(await outcome('1,"x\n2,"y\ny"\n3,z\n')).toEqual(['3: 2|y\ny', '5: 3|z', `2: ${reason}`])
  })

  test('may come twice in a row, before empty lines, in the first line and in the last', async () => {
    expect(await outcome('1,x\n2,"y\n3,"z\n4,w\n')).toEqual(['2: 1|x', '5: 4|w', `3: ${reason}`, `4: ${reason}`])
    expect(await outcome('1,"x\n\n\n2,y\n')).toEqual(['5: 2|y', `2: ${reason}`])
    for (const end of ['', '\n', '\r\n\r\n']) {
      expect(await outcome(`1,"x\n2,y\n3,"z${end}`)).toEqual(['3: 2|y', `2: ${reason}`, `4: ${reason}`])
    }
  })

  test('costs its own line when it closes to another number of fields', async () => {
    // The second line is a record by its form; that its id is none, the importer says.
    expect(await outcome('1,"x\ny",z\n2,w\n')).toEqual(['3: y"|z', '4: 2|w', `2: ${reason}`])
  })

  test('is not looked for beyond the limits of a record', async () => {
    const lines = '1,"x\ny\ny\ny"\n2,z\n'
    expect(await outcome(lines, { limits: { linesJoinedMax: 4, recordBytesMax: 11 } })).toEqual(['2: 1|x\ny\ny\ny', '6: 2|z'])
    const apart = [3, 4, 5].map((line) => `${line}: expected 2 fields, found 1`)
    for (const limits of [{ linesJoinedMax: 3 }, { recordBytesMax: 10 }]) {
      expect(await outcome(lines, { limits })).toEqual(['6: 2|z', `2: ${reason}`, ...apart])
    }
  })

  test('in every line of a long file takes time linear in its size', async () => {
    const { rejects } = await read(`a,b,c\n${'x","y\n'.repeat(100_000)}`, { limits: { linesJoinedMax: Infinity } })
    expect(rejects.length).toBe(100_000)
  })
})

describe('the header', () => {
  test('is told without byte-order mark, quotes and the spaces around its names', async () => {
    expect((await read('\ufeffid, product_id ,"the ""name"""\r\n')).names).toEqual(['id', 'product_id', 'the "name"'])
  })

  test('may be all there is, and may not be missing', async () => {
    expect(await outcome('')).toEqual([])
    for (const file of ['', '\ufeff', '\n\r\n']) await expect(read(file)).rejects.toThrow('the file is empty: no header line')
  })

  test('must be one readable line', async () => {
    const refusals: [reason: string, file: string | Uint8Array][] = [
      ['a quote is never closed', 'id,"b\n1,x\n'],
      ['text after a closing quote', 'id,"b"c\n'],
      ['contains a NUL byte', Buffer.from('id,b', 'utf16le')],
      ['is not valid UTF-8', Buffer.from('id,\xff\n', 'latin1')],
      ['more than 1600 fields', ','.repeat(1_600)],
      ['longer than 1600 bytes', 'x'.repeat(1_601)],
    ]
    for (const [reason, file] of refusals) {
      await expect(read(file, { limits: { recordBytesMax: 1_600 } })).rejects.toThrow(`the header line cannot be read: ${reason}`)
    }
  })
})

describe('reading', () => {
  test('tells the same however the file is cut', async () => {
    const sample = Buffer.from(
      '\ufeffid, b\r\n1,"x"\r\n2,"é\r\n\n""é"""\r\n\r\n3,"open\r\n4,"open\r\n5,"y"z\r\n6,\0\r\n7,1,2\r\n' +
        `8,${'long'.repeat(30)}\r\n\ufeff9,\u{1f600}\r\n"10","${'four\n'.repeat(10)}"\r\n11,"last`,
    )
    const recordBytesMax = 64
    const whole = await read(sample, { limits: { recordBytesMax } })
    expect(whole.fields.map(([id]) => id)).toEqual(['1', '2', '\ufeff9', '10'])
    expect(whole.rejects.map((reject) => parseInt(reject, 10))).toEqual([7, 8, 9, 10, 11, 12, 25])
    // Lines are decided whenever the window is full: windows of all sizes cut the file at all places.
    for (let windowBytes = recordBytesMax; windowBytes <= sample.length; windowBytes++) {
      for (const chunkBytes of [1, 2, 7, windowBytes]) {
        expect(await read(sample, { chunkBytes, limits: { recordBytesMax, windowBytes } })).toEqual(whole)
      }
    }
  })

  test('waits for the promises of its handlers, one at a time', async () => {
    const steps: string[] = []
    const wait = async () => {
      steps.push('begins')
      await Bun.sleep(1)
      steps.push('ends')
    }
    await readCsv(new Blob(['id,b\n1,x\n2\n3,"y\n']).stream(), { ...deaf, record: wait, reject: wait })
    expect(steps.join(' ')).toBe('begins ends begins ends begins ends')
  })

  test('ends, and closes its source, when a handler throws', async () => {
    let closed = false
    async function* source() {
      try {
        for (;;) yield Buffer.alloc(1 << 20, 'id,b\n')
      } finally {
        closed = true
      }
    }
    const failing = { ...deaf, record: () => Promise.reject(new Error('the database is gone')) }
    await expect(readCsv(source(), failing)).rejects.toThrow('the database is gone')
    expect(closed).toBe(true)
  })
})

describe('of any file', () => {
  const awkward = fc.constantFrom(...Buffer.from('"",,\n\n\r1a\0\xc3\xa9\xff', 'latin1'))
  const size = { maxLength: 300 }
  const bytes = fc.oneof(
    fc.uint8Array(size),
    fc.array(awkward, size).map((array) => Buffer.from(array)),
  )
  const small = fc.integer({ min: 1, max: 100 })

  test('the same is told however it is cut, or its header is refused', async () => {
    const property = fc.asyncProperty(bytes, small, small, small, async (file, chunkBytes, windowBytes, recordBytesMax) => {
      const whole = await read(file, { limits: { recordBytesMax } }).catch(String)
      if (typeof whole === 'string') expect(whole).toMatch(/^Error: the (file is empty|header line cannot be read): /)
      expect(await read(file, { chunkBytes, limits: { recordBytesMax, windowBytes } }).catch(String)).toEqual(whole)
    })
    await fc.assert(property, { numRuns: 3_000 })
  })

  test('every line that is not empty is in one record or reject, in order', async () => {
    const property = fc.asyncProperty(bytes, async (file) => {
      const { raw } = await read(Buffer.concat([Buffer.from('id,b\n'), file]))
      expect(linesIn(`${raw.join('\r\n')}\r\n`)).toEqual(linesIn(`${Buffer.from(file).toString('latin1')}\n`))
    })
    await fc.assert(property, { numRuns: 3_000 })
  })

  test('good lines are told once each, whatever lines of garbage stand between them', async () => {
    const garbage = bytes.map((array) => Buffer.from([...array.filter((byte) => byte !== 0x0a), 0x0a]))
    const good = fc.string({ unit: fc.constantFrom('"', ',', '\r', 'é', 'x', ' ') })
    const property = fc.asyncProperty(fc.array(fc.oneof(garbage, good)), async (parts) => {
      const lines = parts.map((part, i) => (typeof part === 'string' ? Buffer.from(`${i},${quoted(part)},good\n`) : part))
      const { fields } = await read(Buffer.concat([Buffer.from('id,value,mark\n'), ...lines]))
      const expected = parts.flatMap((part, i) => (typeof part === 'string' ? [[`${i}`, part, 'good']] : []))
      expect(fields.filter(([, , mark]) => mark === 'good')).toEqual(expected)
    })
    await fc.assert(property, { numRuns: 2_000 })
  })

  test('what was written by RFC 4180 is read back', async () => {
    const unit = fc.oneof(fc.constantFrom('"', ',', '\n', '\r\n', ' '), fc.string({ unit: 'binary', maxLength: 1 }))
    const field = fc.string({ unit }).map((text) => text.replaceAll('\0', ''))
    const table = (columns: number) => fc.array(fc.array(field, { minLength: columns, maxLength: columns }), { minLength: 1 })
    const tables = fc.integer({ min: 2, max: 4 }).chain(table)
    const property = fc.asyncProperty(tables, fc.constantFrom('\n', '\r\n'), fc.boolean(), async (rows, lineEnd, quoteAll) => {
      const line = (row: string[]) => row.map((text) => (quoteAll || /[",\r\n]/.test(text) ? quoted(text) : text)).join(',')
      const header = Array.from(rows[0] ?? [], (_, i) => `column ${i}`)
      const file = [header, ...rows].map((row) => line(row) + lineEnd).join('')
      // That a line inside a text may be taken for a record is the price of resynchronising; here none is.
      const { names, fields } = await read(file, { plausible: () => false })
      expect({ names, fields }).toEqual({ names: header, fields: rows })
    })
    await fc.assert(property, { numRuns: 1_000 })
  })
})
