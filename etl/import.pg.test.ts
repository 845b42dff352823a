import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { openImportShop, product, style, type ImportShop } from './import-fixture.ts'

setDefaultTimeout(30_000)

let shop: ImportShop
beforeAll(async () => {
  shop = await openImportShop()
})
afterAll(() => shop[Symbol.asyncDispose]())

describe('a value', () => {
  test('is a flag when it is 0, 1, true or false, in any case, quoted or not', async () => {
    const words = ['0', '1', 'false', 'true', 'FALSE', 'True', '"0"', '"1"', '"false"', '"true"']
    const { counts } = await shop.load({ product: [product(1)], styles: words.map((word, i) => `${i + 1},1,Style,null,140,${word}`) })
    expect(counts.styles).toEqual([10, 10, 0, 0])
    const flags = (await shop.styles(1)).map((one) => one['default?'])
    expect(flags).toEqual([false, true, false, true, false, true, false, true, false, true])
  })

  test('is null as the bare word or as an empty field; "null" in quotes and "" are texts', async () => {
    await shop.load({
      product: [product(1)],
      features: ['1,1,a,null', '2,1,b,', '3,1,c,"null"', '4,1,d,""', '5,1,e,NULL'],
      styles: ['1,1,a,null,140,1', '2,1,b,,140,0'],
      skus: ['1,1,null,null', '2,1,,', '3,1,"null",5'],
      photos: ['1,1,null,', '2,1,"null",""'],
    })
    expect((await shop.product(1)).features.map(({ value }) => value)).toEqual([null, null, 'null', '', 'NULL'])
    const [a, b] = await shop.styles(1)
    expect([a!.sale_price, b!.sale_price]).toEqual([null, null])
    expect(a!.skus).toEqual({ 1: { quantity: null, size: null }, 2: { quantity: null, size: null }, 3: { quantity: 5, size: 'null' } })
    expect(a!.photos).toEqual([
      { url: null, thumbnail_url: null },
      { url: 'null', thumbnail_url: '' },
    ])
  })

  test('that may not be null is an empty text where it is a text', async () => {
    await shop.load({ product: ['1,Name,null,,"null",140'] })
    expect(await shop.product(1)).toMatchObject({ slogan: '', description: '', category: 'null' })
  })

  test('is the same text quoted or not, and its own quotes are doubled', async () => {
    await shop.load({
      product: ['1,Camo Onesie,Blend in,"Soft, warm","Jackets","140"', '"2","6"" heel",6" heel,é 日本 😀,"a\nb",140'],
      features: ['1,1,Fit,"""Loose"""', '2,1,"Fit",Loose', '3,1,Cut,"""', '4,1,Cut,""""'],
    })
    expect(await shop.product(1)).toMatchObject({ name: 'Camo Onesie', description: 'Soft, warm', category: 'Jackets' })
    expect(await shop.product(2)).toMatchObject({ name: '6" heel', slogan: '6" heel', description: 'é 日本 😀', category: 'a\nb' })
    expect((await shop.product(1)).features).toEqual([
      { feature: 'Fit', value: '"Loose"' },
      { feature: 'Fit', value: 'Loose' },
      { feature: 'Cut', value: '"' },
    ])
  })

  test('is an amount with or without decimals, the third one rounded', async () => {
    const amounts = { '140': '140.00', '140.5': '140.50', '"0.07"': '0.07', '0': '0.00', '1.005': '1.01', '0.994': '0.99' }
    const largest = { '999999999999': '999999999999.00', '999999999999.99': '999999999999.99', '999999999999.994': '999999999999.99' }
    const all = Object.entries({ ...amounts, ...largest })
    await shop.load({ product: [product(1)], styles: all.map(([amount], i) => `${i + 1},1,Style,${amount},${amount},1`) })
    const prices = (await shop.styles(1)).map((one) => [one.original_price, one.sale_price])
    expect(prices).toEqual(all.map(([, price]) => [price, price]))
  })

  test('is a quantity, below zero too, within 32 bits', async () => {
    const { rejects } = await shop.load({
      product: [product(1)],
      styles: [style(1, 1)],
      skus: ['1,1,S,2147483647', '2,1,M,-2147483647', '3,1,L,-0', '4,1,XL,2147483648', '5,1,XL,-2147483649', '6,1,XL,1.5', '7,1,XL,-'],
    })
    expect((await shop.styles(1))[0]!.skus).toEqual({
      1: { size: 'S', quantity: 2147483647 },
      2: { size: 'M', quantity: -2147483647 },
      3: { size: 'L', quantity: 0 },
    })
    expect(rejects.skus).toHaveLength(4)
    for (const { reason } of rejects.skus!) expect(reason).toBe('quantity is not an integer of 32 bits')
  })
})

describe('rows', () => {
  test('may be out of order and have gaps: lists are in id order all the same', async () => {
    await shop.load({
      product: [product(8), product(7), product(1_000_011), product(2)],
      features: ['20,7,b,null', '3,7,a,null', '9007199254740990,7,c,null'],
      styles: [style(31, 7), style(5, 7)],
      skus: ['12,5,M,1', '2,5,S,1'],
      photos: ['9,5,second,x', '4,5,first,x'],
    })
    expect((await shop.all()).map(({ id }) => id)).toEqual([2, 7, 8, 1_000_011])
    expect((await shop.product(7)).features.map(({ feature }) => feature)).toEqual(['a', 'b', 'c'])
    const styles = await shop.styles(7)
    expect(styles.map((one) => one.style_id)).toEqual([5, 31])
    expect(styles[0]!.photos.map(({ url }) => url)).toEqual(['first', 'second'])
    expect(Object.keys(styles[0]!.skus)).toEqual(['2', '12'])
  })

  test('of children may stand before their parents', async () => {
    const { counts } = await shop.load({
      product: [product(2), product(1)],
      styles: [style(2, 1), style(1, 2)],
      skus: ['1,2,S,1', '2,1,S,1'],
    })
    expect([counts.styles, counts.skus]).toEqual([
      [2, 2, 0, 0],
      [2, 2, 0, 0],
    ])
  })

  test('of related products count once, in the order of the file; zero and the product itself are dropped and counted', async () => {
    const { counts, rejects } = await shop.load({
      product: [product(1), product(2)],
      related: ['1,1,7', '2,1,0', '3,1,3', '4,2,0', '5,1,7', '6,1,1', '7,1,2', '8,1,3', '9,2,1'],
    })
    expect(counts.related).toEqual([9, 4, 0, 5])
    expect(rejects).toEqual({})
    expect(await shop.related(1)).toEqual([7, 3, 2])
    expect(await shop.related(2)).toEqual([1])
  })
})
