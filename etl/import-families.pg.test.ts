import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { openLetterShop, type LetterShop } from './import-families-fixture.ts'
import { product, style } from './import-fixture.ts'

setDefaultTimeout(30_000)

let shop: LetterShop
beforeAll(async () => {
  shop = await openLetterShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

const letter = (id: number) => `${id},2019-01-01,null`
const idsOf = async (table: string, id: string) =>
  (await shop.sql.unsafe<{ id: number }[]>(`select ${id}::float8 as id from ${table} order by 1`)).map((row) => row.id)

const next = async (sequence = 'letter_id') =>
  (await shop.sql.unsafe<{ id: number }[]>(`select nextval('letters.${sequence}')::float8 as id`))[0]!.id
const held = async () => [await idsOf('products.product', 'product_id'), await idsOf('letters.letter', 'letter_id')]

describe('a record of two parents', () => {
  test('is listed once, with the parent that is nowhere; without a parent to name it is no orphan', async () => {
    const { counts, rejects } = await shop.load({
      letters: [letter(1), letter(2), 'x', '3,never,null'],
      topics: ['1', '1', '2'],
      marks: ['1,1,1', '2,9,1', '3,1,9', '4,9,9', '5,2,null', '6,2,', '7,3,2', '8,null,1'],
    })
    expect(rejects['marks']).toEqual([
      '9: letter_id is not a positive integer',
      '3: letter_id 9 is nowhere in letters',
      '4: topic_id 9 is nowhere in topics',
      '5: letter_id 9 is nowhere in letters',
      '8: letter_id 3 is nowhere in letters',
    ])
    expect(counts['marks']).toEqual([8, 3, 5, 0])
    expect(await idsOf('letters.mark', 'mark_id')).toEqual([1, 5, 6])
  })

  test('is an orphan when the file of a parent is absent', async () => {
    const { rejects } = await shop.load({ letters: [letter(1)], marks: ['1,1,1', '2,1,null'] })
    expect(rejects['marks']).toEqual(['2: topic_id 1 is nowhere in topics'])
  })
})

test('a file without a table of its own is loaded when its rows are, less those rejected; with one, what the table leaves out is dropped', async () => {
  const { counts } = await shop.load({
    letters: [letter(1)],
    topics: ['1', '2', '2'],
    marks: ['1,1,1', '1000,1,1', '1001,1,1'],
    letters_stamps: ['1,1', '2,1', '3,2', 'x'],
  })
  expect(counts).toEqual({ letters: [1, 1, 0, 0], topics: [3, 2, 1, 0], marks: [3, 1, 0, 2], letters_stamps: [4, 2, 2, 0] })
})

test('a table without a filling is empty after an import, and otherwise as it was', async () => {
  await shop.load({ letters: [letter(1), letter(2)] })
  const shape = async () =>
    await shop.sql.unsafe(
      `select reloptions, indexdef from pg_class c join pg_indexes i on i.tablename = c.relname where c.oid = 'letters.vote'::regclass`,
    )
  const before = await shape()
  await shop.sql.unsafe(`insert into letters.vote values (1, 'a'), (2, 'b')`)
  await shop.load({ letters: [letter(2), letter(3)] })
  expect(await idsOf('letters.vote', 'letter_id')).toEqual([])
  expect(await shape()).toEqual(before)
  await shop.sql.unsafe(`insert into letters.vote values (3, 'a')`)
})

describe('a sequence', () => {
  beforeEach(async () => {
    await shop.sql.unsafe('alter sequence letters.letter_id restart; alter sequence letters.stamp_id restart')
  })

  test('goes on above the greatest id imported, also where ids live in arrays', async () => {
    await shop.load({
      letters: [letter(70), letter(9), letter(9_007_199_254_740_000)],
      letters_stamps: ['31,9', '800,70', '5,70', '900,1'],
    })
    expect([await next(), await next('stamp_id')]).toEqual([9_007_199_254_740_001, 801])
    await shop.load({ letters: [letter(1)], letters_stamps: ['1,1'] })
    expect([await next(), await next('stamp_id')]).toEqual([9_007_199_254_740_002, 802])
  })

  test('of which nothing was used begins after an imported 1', async () => {
    await shop.load({ letters: [letter(1)] })
    expect(await next()).toBe(2)
  })

  test('does not go back, whatever is imported', async () => {
    for (let id = 1; id <= 5; id++) await next()
    await shop.load({ letters: [letter(3)] })
    expect(await next()).toBe(6)
    await shop.load({ letters: [letter(6)] })
    expect(await next()).toBe(7)
  })

  test('stays as it is when nothing is imported', async () => {
    await shop.load({ letters: [] })
    expect([await next(), await next('stamp_id')]).toEqual([1, 1])
    await shop.load({ letters: [] })
    expect(await next()).toBe(2)
  })

  test('gives ids to new rows of the tables that an import has made', async () => {
    await shop.load({ letters: [letter(40)] })
    await shop.sql.unsafe(`insert into letters.letter (written) values (now())`)
    expect(await idsOf('letters.letter', 'letter_id')).toEqual([40, 41])
  })
})

describe('a folder', () => {
  test('with files of both services replaces both, each by itself; one without a file of a service leaves that as it is', async () => {
    const both = await shop.load({ product: [product(1), product(2)], letters: [letter(3)] })
    expect(Object.keys(both.counts)).toEqual(['product', 'letters'])
    expect(await held()).toEqual([[1, 2], [3]])

    const letters = await shop.load({ letters: [letter(4)] })
    expect(Object.keys(letters.counts)).toEqual(['letters'])
    expect(shop.notes[0]).toBe('  products stays as it is: none of its files is in DIR')
    expect(await held()).toEqual([[1, 2], [4]])

    await shop.load({ product: [product(5)] })
    expect(shop.notes[0]).toBe('  letters stays as it is: none of its files is in DIR')
    expect(shop.notes.at(-1)).toBe('  products is imported')
    expect(await held()).toEqual([[5], [4]])
    const imports = await shop.sql.unsafe<{ service: string }[]>('select service from etl.import order by import_id desc limit 4')
    expect(imports.map(({ service }) => service)).toEqual(['products', 'letters', 'letters', 'products'])
  })

  test('with some files of a service but not its root is refused before anything is imported', async () => {
    await shop.load({ product: [product(1)], letters: [letter(1)] })
    await expect(shop.load({ product: [product(2)], topics: ['1'] })).rejects.toThrow(/^There is no letters\.csv in DIR\.$/)
    await expect(shop.load({ styles: [style(1, 1)], letters: [letter(2)] })).rejects.toThrow(/^There is no product\.csv in DIR\.$/)
    await expect(shop.load({ styles: [], marks: [] })).rejects.toThrow(/^There is no product\.csv or letters\.csv in DIR\.$/)
    expect(await held()).toEqual([[1], [1]])
  })

  test('with no file of any service is refused by the names of what was looked for', async () => {
    await expect(shop.load({})).rejects.toThrow(/^There is no product\.csv or letters\.csv in DIR\.$/)
  })

  test('whose second service fails has replaced the first, and says so', async () => {
    await shop.load({ product: [product(1)], letters: [letter(1)] })
    const failing = shop.load({ product: [product(2)], letters: [letter(2)], marks: 'id,letter_id\n' })
    await expect(failing).rejects.toThrow(/^marks\.csv has no column "topic_id" in its header: id, letter_id$/)
    expect(shop.notes).toContain('  products is imported')
    expect(await held()).toEqual([[2], [1]])
  })
})
