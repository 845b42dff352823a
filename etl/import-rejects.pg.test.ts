import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { headers, openImportShop, product, style, type ImportShop } from './import-fixture.ts'

setDefaultTimeout(30_000)

let shop: ImportShop
beforeAll(async () => {
  shop = await openImportShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

const ids = async () => (await shop.all()).map(({ id }) => id)
const photo = (id: number) => `${id},1,"https://pics/${id}","https://small/${id}"`
/** A product's line of so many bytes. */
const sized = (id: number, length: number) => {
  const [before, after] = [`${id},"Name","Slogan","`, '","Jackets",140']
  return before + 'x'.repeat(length - before.length - after.length) + after
}
const cell = (record: string) => `"${record.replaceAll('"', '""')}"`
const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))

describe('a record is rejected, with its line, the reason and itself, and its neighbours are loaded', () => {
  test('when its quotes do not balance', async () => {
    const lines = [photo(1), '2,1,"https://pics/2,"https://small/2"', photo(3), '4,1,https://pics/4","https://small/4"', photo(5)]
    lines.push('6,1,"https://pics/6","https://small/6', '7,1,""https://pics/7"",x', '8,1,"https://pics/8', photo(9))
    const { counts, rejects } = await shop.load({ product: [product(1)], styles: [style(1, 1)], photos: lines })
    const reasons: Record<number, string> = {
      3: 'text after a closing quote',
      7: 'a quote is never closed',
      8: 'text after a closing quote',
      9: 'a quote is never closed',
    }
    expect(rejects.photos).toEqual(Object.entries(reasons).map(([line, reason]) => ({ line: +line, reason, record: lines[+line - 2]! })))
    // The fourth has quotes that do not come first: they are part of the text.
    expect(counts.photos).toEqual([9, 5, 4, 0])
    const { photos } = (await shop.styles(1))[0]!
    expect(photos.map(({ url }) => url)).toEqual([1, 3, 4, 5, 9].map((id) => `https://pics/${id}${id === 4 ? '"' : ''}`))
  })

  test('when its id is no positive integer below 2^53 - 1, which stands for "no such id"', async () => {
    const bad = ['0', '-1', '1.5', 'abc', '', 'null', ' 5', '1e3', '0x10', '9007199254740991', '9007199254740992', '99999999999999999999']
    const { rejects } = await shop.load({
      product: [product(1), ...bad.map((id) => product(id)), product('9007199254740990')],
      styles: bad.map((id, i) => style(i + 1, id)),
      related: bad.map((id, i) => `${i + 1},${id},2`),
    })
    const rejected = (reason: string, record: (id: string, i: number) => string, first: number) =>
      bad.map((id, i) => ({ line: i + first, reason, record: record(id, i) }))
    expect(rejects.product).toEqual(rejected('id is not a positive integer', (id) => product(id), 3))
    expect(rejects.styles).toEqual(rejected('product_id is not a positive integer', (id, i) => style(i + 1, id), 2))
    expect(rejects.related).toEqual(rejected('current_product_id is not a positive integer', (id, i) => `${i + 1},${id},2`, 2))
    expect(await ids()).toEqual([1, 9007199254740990])
  })

  test('when its price, flag, or what it is related to is none', async () => {
    const prices = ['', 'null', '-1', '1,5', '$5', '1.', '.5', '1e3', '1000000000000', '999999999999.995', '"null"']
    const flags = ['', 'null', '2', 'yes', 'truefalse', '-1', '01']
    const { counts, rejects } = await shop.load({
      product: [product(1), ...prices.map((price, i) => `${i + 2},"a","b","c","d",${price.includes(',') ? `"${price}"` : price}`)],
      styles: [...flags.map((flag, i) => `${i + 1},1,Style,null,140,${flag}`), '8,1,Style,x,140,1'],
      related: ['1,1,', '2,1,-3', '3,1,x', '4,1,2'],
    })
    expect(counts).toMatchObject({ product: [12, 1, 11, 0], styles: [8, 0, 8, 0], related: [4, 1, 3, 0] })
    for (const { reason } of rejects.product!) expect(reason).toBe('default_price is not an amount')
    for (const { reason } of rejects.styles!.slice(0, -1)) expect(reason).toBe('default_style is none of 0, 1, true and false')
    expect(rejects.styles!.at(-1)!.reason).toBe('sale_price is not an amount')
    for (const { reason } of rejects.related!) expect(reason).toBe('related_product_id is not an integer of zero or more')
  })

  test('when PostgreSQL cannot hold its text: a NUL byte, or bytes that are no UTF-8', async () => {
    const file = bytes(
      `${headers.product}\n${product(1)}\n2,"a`,
      [0],
      '","b","c","d",140\n3,"a',
      [0xff, 0xfe],
      '","b","c","d",140\n4,"',
      [0xc3],
      `","b","c","d",140\n${product(5)}\n`,
    )
    const { rejects } = await shop.load({ product: file })
    expect(rejects.product).toEqual([
      { line: 3, reason: 'contains a NUL byte', record: '2,"a\0","b","c","d",140' },
      { line: 4, reason: 'is not valid UTF-8', record: '3,"a\xff\xfe","b","c","d",140' },
      { line: 5, reason: 'is not valid UTF-8', record: '4,"\xc3","b","c","d",140' },
    ])
    expect(await ids()).toEqual([1, 5])
  })

  test('when it has another number of fields than the header', async () => {
    const { rejects } = await shop.load({ product: [product(1)], features: ['1,1,a', '2,1,b,c', '3,1,d,e,f', 'x', ',,,,'] })
    expect(rejects.features).toEqual([
      { line: 2, reason: 'expected 4 fields, found 3', record: '1,1,a' },
      { line: 4, reason: 'expected 4 fields, found 5', record: '3,1,d,e,f' },
      { line: 5, reason: 'expected 4 fields, found 1', record: 'x' },
      { line: 6, reason: 'expected 4 fields, found 5', record: ',,,,' },
    ])
  })

  test('when it is longer than 1 MiB, of which the beginning is shown; as long as that it is loaded', async () => {
    const mebibyte = 1_048_576
    const { rejects } = await shop.load({
      product: [product(1), sized(2, mebibyte + 1), sized(3, mebibyte), sized(4, 5 * mebibyte), product(5)],
    })
    const reason = 'longer than 1048576 bytes'
    expect(rejects.product).toEqual([
      { line: 3, reason, record: sized(2, 1_024 + 20).slice(0, 1_024) },
      { line: 5, reason, record: sized(4, 1_024 + 20).slice(0, 1_024) },
    ])
    expect(await ids()).toEqual([1, 3, 5])
    expect((await shop.product(3)).description).toMatch(/^x{1048500,}$/)
  })

  test('when its id stands before it: the first one stays', async () => {
    const { counts, rejects } = await shop.load({
      product: [product(2, 'first'), product(1, 'one'), product(2, 'second'), product(2, 'third')],
      features: ['5,1,first,x', '5,2,second,x'],
    })
    const reason = 'id 2 stands twice'
    expect(rejects.product).toEqual([
      { line: 4, reason, record: product(2, 'second') },
      { line: 5, reason, record: product(2, 'third') },
    ])
    expect(rejects.features).toEqual([{ line: 3, reason: 'id 5 stands twice', record: '5,2,second,x' }])
    expect(counts).toMatchObject({ product: [4, 2, 2, 0], features: [2, 1, 1, 0] })
    expect((await shop.all()).map(({ name }) => name)).toEqual(['one', 'first'])
  })

  test('when its parent is nowhere or was rejected, and so are its own children', async () => {
    const { rejects } = await shop.load({
      product: [product(1), '2,"a","b","c","d",free', product(3), product(3, 'again')],
      styles: [style(1, 1), style(2, 2), style(3, 9), style(4, 3)],
      skus: ['1,1,S,1', '2,2,S,1', '3,3,S,1', '4,8,S,1'],
      photos: ['1,2,u,t', '2,1,u,t'],
      features: ['1,2,f,v', '2,3,f,v'],
      related: ['1,2,1', '2,1,2', '3,9,9'],
    })
    expect(rejects.styles).toEqual([
      { line: 3, reason: 'product_id 2 is nowhere in product', record: style(2, 2) },
      { line: 4, reason: 'product_id 9 is nowhere in product', record: style(3, 9) },
    ])
    const orphans = rejects.skus!.map(({ line, reason }) => `${line}: ${reason}`)
    expect(orphans).toEqual([2, 3, 8].map((id, i) => `${i + 3}: style_id ${id} is nowhere in styles`))
    expect(rejects.photos).toEqual([{ line: 2, reason: 'style_id 2 is nowhere in styles', record: '1,2,u,t' }])
    expect(rejects.features).toEqual([{ line: 2, reason: 'product_id 2 is nowhere in product', record: '1,2,f,v' }])
    expect(rejects.related!.map(({ line }) => line)).toEqual([2, 4])
    // A neighbour that is nowhere is no orphan: old front ends ask for it and take the 404.
    expect(await shop.related(1)).toEqual([2])
  })
})

describe('the reject files', () => {
  test('are CSV of line, reason and record; the record is the bytes that stood in the file, over lines and with quotes', async () => {
    const records = ['1,x,"a ""quoted"", text","é\r\n日本 😀"', '2,1,"no end', '"3","1","",""\r', "4,1,',',"]
    await shop.load({ product: [product(1)], styles: [style(1, 1)], photos: records })
    const text = Buffer.from(await shop.rejectBytes('photos')).toString()
    expect(text).toBe(
      [
        'line,reason,record',
        `2,"style_id is not a positive integer",${cell(records[0]!)}`,
        `4,"a quote is never closed",${cell(records[1]!)}`,
        `6,"expected 4 fields, found 5",${cell(records[3]!)}`,
        '',
      ].join('\n'),
    )
  })

  test('are only of files with rejects, and those of an earlier import go', async () => {
    await shop.load({ product: [product(1), product(1)], features: ['x'], skus: ['1,1,S,1'] })
    expect((await readdir(shop.rejectsFolder)).toSorted()).toEqual(['features.csv', 'product.csv', 'skus.csv'])
    await writeFile(join(shop.rejectsFolder, 'notes.txt'), 'of the shop keeper')
    await shop.load({ product: [product(1)], features: ['x,y'] })
    expect((await readdir(shop.rejectsFolder)).toSorted()).toEqual(['features.csv', 'notes.txt'])
    expect(Buffer.from(await shop.rejectBytes('features')).toString()).toContain('x,y')
  })

  test('hold every orphan when there are more than are asked for at once', async () => {
    const orphans = Array.from({ length: 20_003 }, (_, i) => `${i + 1},2,f,v`)
    const { counts, rejects } = await shop.load({ product: [product(1)], features: [...orphans, '30000,1,f,v'] })
    expect(counts.features).toEqual([20_004, 1, 20_003, 0])
    expect(rejects.features!.map(({ record }) => record)).toEqual(orphans)
  })
})
