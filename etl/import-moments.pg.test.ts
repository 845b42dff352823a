import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import * as fc from 'fast-check'
import { openLetterShop, type LetterShop } from './import-families-fixture.ts'

setDefaultTimeout(30_000)

let shop: LetterShop
beforeAll(async () => {
  shop = await openLetterShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

/** What PostgreSQL holds of letters written at these moments, by PostgreSQL's own word; null where the letter was refused. */
const held = async (moments: readonly string[]) => {
  const { rejects } = await shop.load({ letters: moments.map((moment, i) => `${i + 1},${moment},null`) })
  const rows = await shop.sql.unsafe<{ id: number; written: string }[]>(
    `select letter_id::float8 as id, to_char(written at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as written from letters.letter`,
  )
  const written = new Map(rows.map((row) => [row.id, row.written]))
  return { written: moments.map((_, i) => written.get(i + 1) ?? null), rejects: rejects['letters'] ?? [] }
}

test('a moment is epoch milliseconds, an ISO date, or one with a time and an offset; without an offset it is UTC', async () => {
  const moments = {
    '1595880000000': '2020-07-27T20:00:00.000Z',
    '"1596080481467"': '2020-07-30T03:41:21.467Z',
    '0': '1970-01-01T00:00:00.000Z',
    '-1': '1969-12-31T23:59:59.999Z',
    '-62135596800000': '0001-01-01T00:00:00.000Z',
    '253402300799999': '9999-12-31T23:59:59.999Z',
    '2019-01-01': '2019-01-01T00:00:00.000Z',
    '"2020-02-29"': '2020-02-29T00:00:00.000Z',
    '0001-01-01': '0001-01-01T00:00:00.000Z',
    '2019-01-01T12:34': '2019-01-01T12:34:00.000Z',
    '2019-01-01T12:34:56': '2019-01-01T12:34:56.000Z',
    '2019-01-01T12:34:56Z': '2019-01-01T12:34:56.000Z',
    '2019-01-01t12:34:56.7z': '2019-01-01T12:34:56.700Z',
    '2019-01-01T12:34:56.789999+05:30': '2019-01-01T07:04:56.789Z',
    '2019-01-01 12:34:56-0800': '2019-01-01T20:34:56.000Z',
    '2019-01-01 12:34:56.5+00': '2019-01-01T12:34:56.500Z',
    '9999-12-31T23:59:59.999Z': '9999-12-31T23:59:59.999Z',
  }
  expect(await held(Object.keys(moments))).toEqual({ written: Object.values(moments), rejects: [] })
})

test('a moment that a spreadsheet rounded is the number it has become', async () => {
  const moments = { '1.59508E+12': 1_595_080_000_000, '1595080000000.0': 1_595_080_000_000, '1.59508e12': 1_595_080_000_000 }
  const more = { '1595080000000.6': 1_595_080_000_001, '-1.5E+3': -1_500 }
  const all = Object.entries({ ...moments, ...more })
  const { written } = await held(all.map(([text]) => text))
  expect(written).toEqual(all.map(([, ms]) => new Date(ms).toISOString()))
})

test('every millisecond from the year 1 to 9999 arrives as it was', async () => {
  const ms = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })
  const property = fc.asyncProperty(fc.array(ms, { minLength: 500, maxLength: 1_000 }), async (all) => {
    const iso = all.map((one) => new Date(one).toISOString())
    expect((await held(all.map(String))).written).toEqual(iso)
    expect((await held(iso)).written).toEqual(iso)
  })
  await fc.assert(property, { numRuns: 3 })
})

test('what is no moment, or none of the years 1 to 9999, is rejected', async () => {
  const numbers = ['', 'null', '-', '1595880000000x', '-62135596800001', '253402300800000', '9999999999999999', '1E+99', '1.5E-3', '1.']
  const days = ['2019-02-29', '2019-00-10', '2019-13-01', '2019-01-00', '2019-01-32', '19-01-01', '0000-12-31', '2019/01/01', '2019-1-1']
  const times = ['24:00', '12', '12:60', '12:34:60', '12:34:56.', '12:34Europe/Paris', '12:34+25'].map((time) => `2019-01-01T${time}`)
  const beyond = ['0001-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01', `1${'0'.repeat(60)}`, 'Tue Jan 01 2019', ' 2019-01-01']
  const all = [...numbers, ...days, ...times, ...beyond]
  const { written, rejects } = await held(all)
  expect(all.filter((_, i) => written[i] !== null)).toEqual([])
  expect(rejects).toEqual(all.map((_, i) => `${i + 2}: written is not a date of the years 1 to 9999`))
})

test('a moment may be null where its column says so', async () => {
  const { counts } = await shop.load({ letters: ['1,2019-01-01,null', '2,2019-01-01,', '3,2019-01-01,5', '4,2019-01-01,"null"'] })
  expect(counts['letters']).toEqual([4, 3, 1, 0])
  const rows = await shop.sql.unsafe<{ read: Date | null }[]>('select read from letters.letter order by letter_id')
  expect(rows.map(({ read }) => read?.getTime() ?? null)).toEqual([null, null, 5])
})
