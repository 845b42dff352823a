import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import * as fc from 'fast-check'
import { fileText, headers, openImportShop, product, style, type FileName, type Files, type ImportShop } from './import-fixture.ts'

setDefaultTimeout(60_000)

let shop: ImportShop
beforeAll(async () => {
  shop = await openImportShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

/** One record or more in every file. */
const small: Files = {
  product: [product(1, 'Camo Onesie'), product(2)],
  styles: [style(1, 1), style(2, 1)],
  skus: ['1,1,S,8', '2,2,"7 ½",0'],
  photos: ['1,1,"https://large","https://small"'],
  features: ['1,1,"Fit","""Loose"""', '2,1,Sole,null'],
  related: ['1,1,2', '2,2,1', '3,2,1'],
}
const answers = async () =>
  Promise.all(['/products', '/products/1', '/products/1/styles', '/products/2/styles', '/products/1/related'].map(bodyOf))
const usual = (name: string) => fileText(name as FileName, small[name as FileName]!) as string
/** All the small files, each with this change. */
const every = (change: (text: string) => string): Files => Object.fromEntries(Object.keys(small).map((name) => [name, change(usual(name))]))
const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`
const bodyOf = async (path: string) => (await shop.host.get(path)).text()

/** Imports files that are refused: why, after seeing that nothing changed. */
const refusal = async (files: Files) => {
  await shop.load(small)
  const before = await answers()
  const error: unknown = await shop.load(files).then(
    () => 'nothing was refused',
    (thrown: unknown) => thrown,
  )
  expect(await answers()).toEqual(before)
  return error instanceof Error ? error.message : String(error)
}

describe('a file', () => {
  test('means the same with a byte-order mark, CRLF, no final newline, empty lines, and spaces in its header', async () => {
    const { counts } = await shop.load(small)
    expect(counts).toMatchObject({ product: [2, 2, 0, 0], features: [2, 2, 0, 0], related: [3, 2, 0, 1] })
    const expected = await answers()
    expect(expected.join()).toContain('"Loose')
    const changes: ((text: string) => string)[] = [
      (text) => `\ufeff${text}`,
      (text) => text.replaceAll('\n', '\r\n'),
      (text) => text.trimEnd(),
      (text) => `\ufeff\n\n${text.replaceAll('\n', '\r\n\r\n').trimEnd()}`,
      (text) => text.replace(/^.*$/m, (header) => ` ${header.replaceAll(',', ' , ')} `),
      (text) => text.replace(/^.*$/m, (header) => header.replaceAll(/\w+/g, '"$&"')),
    ]
    for (const change of changes) {
      expect((await shop.load(every(change))).counts).toEqual(counts)
      expect(await answers()).toEqual(expected)
    }
  })

  test('has its columns in any order, under any of their names, among others we do not know', async () => {
    const { counts } = await shop.load(small)
    const expected = await answers()
    const renamed: Record<string, (header: string) => string> = {
      styles: (header) => header.replace('productId', 'product_id').replace('default_style', 'default?'),
      skus: (header) => header.replace('styleId', 'Style ID'),
      photos: (header) => header.replace('styleId', 'style_id'),
      features: (header) => header.replace('product_id', 'productId'),
      related: () => 'ID,productId,relatedProductId',
    }
    const reordered = (text: string, name: string) => {
      const [header = '', ...lines] = text.trimEnd().split('\n')
      const rows = [renamed[name]?.(header) ?? header.toUpperCase(), ...lines].map((line) => line.split(','))
      return rows.map((row, i) => ['junk', ...row.toReversed(), i === 0 ? 'campus' : '"a, ""b"""'].join(',')).join('\n')
    }
    const files = Object.fromEntries(Object.keys(small).map((name) => [name, reordered(usual(name), name)]))
    expect((await shop.load(files)).counts).toEqual(counts)
    expect(await answers()).toEqual(expected)
  })

  test('may hold nothing but its header, or be absent: then there is nothing of what it holds', async () => {
    await shop.load(small)
    const { counts, absent } = await shop.load({ product: small.product, styles: small.styles, skus: [], features: headers.features })
    expect(absent).toEqual(['photos', 'related'])
    expect(counts).toEqual({ product: [2, 2, 0, 0], styles: [2, 2, 0, 0], skus: [0, 0, 0, 0], features: [0, 0, 0, 0] })
    expect((await shop.product(1)).features).toEqual([])
    expect(await shop.related(1)).toEqual([])
    const nothing = { photos: [{ thumbnail_url: null, url: null }], skus: { null: { quantity: null, size: null } } }
    expect(await shop.styles(1)).toMatchObject([nothing, nothing])
  })

  test('of products without a product empties the shop', async () => {
    await shop.load(small)
    const { counts } = await shop.load({ ...small, product: [] })
    expect(counts).toMatchObject({ product: [0, 0, 0, 0], styles: [2, 0, 2, 0], skus: [2, 0, 2, 0], related: [3, 0, 3, 0] })
    expect(await shop.all()).toEqual([])
    expect(await shop.status('/products/1')).toBe(404)
  })
})

describe('an import is refused in one sentence, and changes nothing,', () => {
  test('when there is no product.csv', async () => {
    expect(await refusal({ styles: small.styles })).toBe(`There is no product.csv in ${shop.folder}.`)
  })

  test('when a column is missing', async () => {
    expect(await refusal({ ...small, product: 'id,name,slogan,description,category\n1,a,b,c,d\n' })).toBe(
      'product.csv has no column "default_price" in its header: id, name, slogan, description, category',
    )
    expect(await refusal({ ...small, skus: 'id,size,quantity\n1,S,1\n' })).toBe(
      'skus.csv has no column "style_id" in its header: id, size, quantity',
    )
    expect(await refusal({ ...small, related: '1,1,2\n2,2,1\n' })).toBe('related.csv has no column "id" in its header: 1, 1, 2')
  })

  test('when a file is empty or its header cannot be read', async () => {
    expect(await refusal({ ...small, product: '' })).toBe('product.csv: the file is empty: no header line')
    expect(await refusal({ ...small, features: '\ufeff\n\n' })).toBe('features.csv: the file is empty: no header line')
    expect(await refusal({ ...small, photos: 'id,"styleId\n' })).toBe('photos.csv: the header line cannot be read: a quote is never closed')
    expect(await refusal({ ...small, photos: new Uint8Array(100) })).toBe('photos.csv: the header line cannot be read: contains a NUL byte')
  })
})

test('whatever garbage stands between them, every good record is loaded, and every record read goes one way', async () => {
  const awkward = fc.constantFrom(...Buffer.from('"",,\r1a\0\xc3\xa9\xff', 'latin1'))
  const garbage = fc
    .oneof(fc.uint8Array({ maxLength: 60 }), fc.array(awkward, { maxLength: 60 }))
    .map((bytes) => Buffer.from([...bytes].filter((byte) => byte !== 0x0a)))
  const text = fc.string({ unit: fc.constantFrom('"', ',', '\r', 'é', 'x', ' ', 'null'), maxLength: 12 })
  const mixed = fc.array(fc.oneof(garbage, text), { minLength: 20, maxLength: 200 })

  // Garbage may by chance be a record of another product; the good ones' ids are beyond its reach.
  const first = 9_000_000_000_000
  const property = fc.asyncProperty(mixed, mixed, mixed, async (products, features, skus) => {
    const file = (name: FileName, parts: (string | Buffer)[], line: (id: number, text: string) => string) =>
      Buffer.concat(
        [headers[name], ...parts.map((part, i) => (typeof part === 'string' ? line(first + i, part) : part))].flatMap((part) => [
          Buffer.from(part),
          Buffer.from('\n'),
        ]),
      )
    const { counts } = await shop.load({
      product: file('product', [...products, 'x'], (id, value) => `${id},${quoted(value)},a,b,c,1`),
      styles: [style(1, first + products.length)],
      features: file('features', features, (id, value) => `${id},${first + products.length},f,${quoted(value)}`),
      skus: file('skus', skus, (id, value) => `${id},1,${quoted(value)},1`),
    })
    const good = (parts: (string | Buffer)[]) => parts.flatMap((part, i) => (typeof part === 'string' ? [[first + i, part]] : []))
    const listed = (await shop.all()).filter(({ id }) => id >= first)
    expect(listed.map(({ id, name }) => [id, name])).toEqual(good([...products, 'x']))
    const last = await shop.product(first + products.length)
    expect(last.features.map(({ value }) => value)).toEqual(good(features).map(([, value]) => value as string))
    const [made] = await shop.styles(last.id)
    const sizes = Object.entries(made!.skus).map(([id, { size }]) => [Number(id), size])
    expect(sizes.filter(([id]) => Number(id) >= first)).toEqual(good(skus))
    expect(counts.product![0]).toBeGreaterThan(listed.length - 1)
  })
  await fc.assert(property, { numRuns: 25 })
})
