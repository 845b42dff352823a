import { afterAll, beforeAll, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { openTestHost, type TestHost } from '../../host/testing.ts'
import { Products, ProductWithFeatures, Related, Styles, type Product } from './types.ts'

const controls = Array.from({ length: 31 }, (_, i) => String.fromCodePoint(i + 1)).join('')
const hard = [
  '<script>alert("x")</script>',
  '</script><!--',
  'He said "no", then \'yes\'',
  '"',
  '""""',
  'C:\\new\\table\\u0041\\',
  '\\"',
  `all control characters: ${controls.replaceAll(/[\r\n]/g, '')}\x7F\x80\x9F`,
  'line one\nline two\r\nline three\n',
  'tab\there',
  '  spaces around  ',
  'separators \u2028 and \u2029',
  'byte-order mark \uFEFF inside',
  'emoji 🦖👩‍👩‍👧‍👦 and 𝕬 beyond the first plane',
  'e\u0301 is not é',
  '\u202Eright to left\u202C שלום',
  'null',
  '{"id":1}',
  ',"campus":"hr-rfp",',
  "'; drop table products.product; --",
  '%s %d ${x} $1 $& {{x}}',
  'ß ſ İ ı \u0000'.replace('\u0000', ''),
  'x'.repeat(20_000),
  '',
]
const random = fc.sample(
  fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => !/[\0\r\n]/.test(text)),
  { seed: 1, numRuns: 200 },
)
const texts = [...hard, ...random]

/** Quoted always, so that each text is exactly what stands between the quotes. */
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
const rows = (header: string, row: (text: string, id: number) => string) =>
  [header, ...texts.map((text, i) => row(quoted(text), i + 1))].join('\n')

let shop: TestHost
beforeAll(async () => {
  shop = await openTestHost({
    files: {
      product: rows('id,name,slogan,description,category,default_price', (text, id) => `${id},${text},${text},${text},${text},1`),
      features: rows('id,product_id,feature,value', (text, id) => `${id},${id},${text},${text}`),
      styles: rows('id,productId,name,sale_price,original_price,default_style', (text, id) => `${id},${id},${text},null,1,1`),
      skus: rows('id,styleId,size,quantity', (text, id) => `${id},${id},${text},1`),
      photos: rows('id,styleId,url,thumbnail_url', (text, id) => `${id},${id},${text},${text}`),
      related: rows('id,current_product_id,related_product_id', (_, id) => `${id},${id},${id + 1}`),
    },
  })
})
afterAll(() => shop[Symbol.asyncDispose]())

/** The answer as JSON, decoded strictly and of the shape it is documented to have. */
const answer = async (path: string, schema: TSchema) => {
  const reply = await shop.get(path)
  expect([path, reply.status]).toEqual([path, 200])
  const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await reply.bytes()))
  expect([path, ...Value.Errors(schema, value)]).toEqual([path])
  return value
}
const byId = <T>(path: (id: number) => string, schema: TSchema) =>
  Promise.all(texts.map((_, i) => answer(path(i + 1), schema) as Promise<T>))

test("a product's texts come back exactly, whatever is in them", async () => {
  const products = await byId<ProductWithFeatures>((id) => `/products/${id}`, ProductWithFeatures)
  expect(products.map(({ name, slogan, description, category }) => [name, slogan, description, category])).toEqual(
    texts.map((text) => [text, text, text, text]),
  )
  expect(products.map(({ features }) => features)).toEqual(texts.map((text) => [{ feature: text, value: text }]))
})

test("a style's texts come back exactly, whatever is in them", async () => {
  const found = await byId<Styles>((id) => `/products/${id}/styles`, Styles)
  expect(found.map(({ results }) => results.map(({ name, photos, skus }) => [name, photos, skus]))).toEqual(
    texts.map((text, i) => [[text, [{ thumbnail_url: text, url: text }], { [i + 1]: { quantity: 1, size: text } }]]),
  )
})

const names = async (path: string) => ((await answer(path, Products)) as Product[]).map(({ name, campus }) => [name, campus])

test('a page of them is the same, and under another campus no text that looks like the field is touched', async () => {
  expect(await names('/products?count=5000')).toEqual(texts.map((text) => [text, 'hr-rfp']))
  expect(await names('/api/fec2/%22%5C%22/products?count=5000')).toEqual(texts.map((text) => [text, '"\\"']))
})

test('related products are numbers', async () => {
  expect(await byId<Related>((id) => `/products/${id}/related`, Related)).toEqual(texts.map((_, i) => [i + 2]))
})
