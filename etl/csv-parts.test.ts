import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { recordText, type CsvRecord } from './csv-record.ts'
import { readCsv, type CsvPart } from './csv.ts'

/** What is told of a file's lines, when it is read in parts of so many bytes, each anew from where the one before ended. */
const read = async (file: Buffer, bytesMax: number) => {
  const told: string[] = []
  const parts: number[] = []
  const handlers = {
    header: (names: string[]) => void told.push(names.join('|')),
    plausible: (record: CsvRecord) => /^\d+$/.test(recordText(record, 0)),
    record: (record: CsvRecord) =>
      void told.push(`${record.line}: ${Array.from({ length: record.count }, (_, i) => recordText(record, i)).join('|')}`),
    reject: (line: number, reason: string, raw: Uint8Array) => void told.push(`${line}: ${reason} ${Buffer.from(raw).toString('latin1')}`),
  }
  const limits = { recordBytesMax: 100, linesJoinedMax: 5, windowBytes: 128 }
  let part: CsvPart = { line: 1, columns: 0, bytesMax }
  for (let at = 0, over = false; !over;) {
    const { bytes, line, ended } = await readCsv(new Blob([file.subarray(at)]).stream(), handlers, limits, part)
    parts.push(bytes)
    at += bytes
    over = ended
    part = { line, columns: 2, bytesMax }
  }
  expect(parts.reduce((sum, bytes) => sum + bytes, 0)).toBe(file.length)
  return { told, parts }
}

const awkward = fc.constantFrom('"', '""', ',', '\n', '\r\n', '1', '2,x', 'é', '\n3,"a', 'b"\n', 'x'.repeat(120))
const bodies = fc.array(awkward, { maxLength: 60 }).map((pieces) => Buffer.from(`\ufeffid,b\n${pieces.join('')}`))

test('the same is told of a file whatever parts it is read in', async () => {
  const property = fc.asyncProperty(bodies, fc.integer({ min: 1, max: 200 }), async (file, bytesMax) => {
    expect((await read(file, bytesMax)).told).toEqual((await read(file, Infinity)).told)
  })
  await fc.assert(property, { numRuns: 500 })
})

test('a part ends with the line that makes it long enough, and the last one with the file', async () => {
  const { told, parts } = await read(Buffer.from('id,b\n1,"a\nb"\n2,c\n3,d\n4,e'), 9)
  expect(told).toEqual(['id|b', '2: 1|a\nb', '4: 2|c', '5: 3|d', '6: 4|e'])
  expect(parts).toEqual([13, 12 - 1])
  expect((await read(Buffer.from('id,b\n1,a\n2,b\n'), 9)).parts).toEqual([9, 4])
})
