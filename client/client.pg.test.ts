import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openTestHost, type TestHost } from '../host/testing.ts'
import { AtelierHttpError, openClient, type Client } from './client.ts'
import type { SendOptions } from './send.ts'

const files = {
  product: `id,name,slogan,description,category,default_price
1,Camo Onesie,Blend in,It will wake you up,Jackets,140
2,Morning Joggers,Make yourself,,Pants,40.5
`,
  features: 'id,product_id,feature,value\n1,1,Fabric,Canvas\n',
  styles: 'id,productId,name,sale_price,original_price,default_style\n1,1,Forest Green,null,140,1\n',
  skus: 'id,styleId,size,quantity\n37,1,S,16\n',
  photos: 'id,styleId,url,thumbnail_url\n1,1,https://photos.example/a,https://photos.example/a-small\n',
  related: 'id,current_product_id,related_product_id\n1,1,2\n',
  reviews: `id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness
5,1,3,1555200000000,First,b,false,false,ben,ben@post.example,null,5
8,1,4,1546300800000,Second,b,true,false,anna,anna@post.example,null,9
`,
  reviews_photos: 'id,review_id,url\n1,5,https://photos.example/a\n',
  characteristics: 'id,product_id,name\n14,1,Fit\n',
  characteristic_reviews: 'id,characteristic_id,review_id,value\n1,14,5,4\n',
  questions: `id,product_id,body,date_written,asker_name,asker_email,reported,helpful
34,1,Can I wash it?,1605550000123,lulu,lulu@post.example,0,1
37,1,Is it real?,1539820800000,will,will@post.example,0,4
`,
  answers: `id,question_id,body,date_written,answerer_name,answerer_email,reported,helpful
68,37,Yes,1598610421169,Seller,null,0,1
69,37,No idea,1555200000000,toofast,fast@post.example,0,3
`,
  answers_photos: 'id,answer_id,url\n',
}

let host: TestHost
let shop: Client
const open = (options: Partial<SendOptions> = {}) => openClient({ origin: host.origin, ...options })
beforeAll(async () => {
  host = await openTestHost({ files })
  shop = open()
})
afterAll(() => host[Symbol.asyncDispose]())

const refusal = async (asked: Promise<unknown>) => {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(AtelierHttpError)
  const { name, status, message } = error as AtelierHttpError
  return [name, status, message]
}
const writer = { name: 'dora', email: 'dora@post.example' }

test('products, their styles and relatives', async () => {
  expect((await shop.products.list()).map(({ id, default_price }) => [id, default_price])).toEqual([
    [1, '140.00'],
    [2, '40.50'],
  ])
  expect((await shop.products.list({ page: 2, count: 1 })).map(({ id }) => id)).toEqual([2])
  expect((await shop.products.get(1)).features).toEqual([{ feature: 'Fabric', value: 'Canvas' }])
  const { product_id, results } = await shop.products.styles(1)
  expect([product_id, results[0]!['default?'], results[0]!.skus]).toEqual(['1', true, { 37: { quantity: 16, size: 'S' } }])
  expect(await shop.products.related(1)).toEqual([2])
})

test('a campus is that of the products', async () => {
  expect((await shop.products.get(1)).campus).toBe('hr-rfp')
  const elsewhere = open({ origin: `${host.origin}/`, campus: 'a b/ü' })
  expect((await elsewhere.products.get(1)).campus).toBe('a b/ü')
  expect((await elsewhere.reviews.list({ product_id: 1, count: 1 })).count).toBe(1)
})

test('reviews, and what one does with them', async () => {
  const { reviews } = open()
  const ids = async (sort?: 'newest' | 'helpful') => (await reviews.list({ product_id: 1, sort })).results.map(({ review_id }) => review_id)
  expect([await ids(), await ids('newest'), await ids('helpful')]).toEqual([
    [8, 5],
    [5, 8],
    [8, 5],
  ])
  const second = await reviews.list({ product_id: 1, page: 2, count: 1 })
  expect(second).toMatchObject({ product: '1', page: 1, count: 1, results: [{ review_id: 5, helpfulness: 5, photos: [{ id: 1 }] }] })

  await reviews.helpful(5)
  await reviews.helpful(5)
  for (let i = 0; i < 3; i++) await reviews.helpful(5, { voter: 'anna' })
  expect((await reviews.list({ product_id: 1, sort: 'newest' })).results[0]!.helpfulness).toBe(8)
  await reviews.report(8)
  expect(await ids()).toEqual([5])

  const review = { product_id: 1, rating: 5, summary: 's', recommend: true, photos: ['p'], characteristics: { 14: 3 }, ...writer }
  expect(await reviews.add(review)).toBeUndefined()
  expect((await reviews.list({ product_id: 1, sort: 'newest' })).results[0]).toMatchObject({ rating: 5, body: '', reviewer_name: 'dora' })
  const meta = await reviews.meta(1)
  expect([meta.ratings, meta.recommended, meta.characteristics['Fit']!.id]).toEqual([{ 3: '1', 5: '1' }, { false: '1', true: '1' }, 14])
})

test('questions and answers, and what one does with them', async () => {
  const { questions, answers } = open()
  const bodies = async () => (await questions.list({ product_id: 1 })).results.map(({ question_body }) => question_body)
  const answered = async () => (await questions.answers(37)).results.map(({ body, helpfulness }) => [body, helpfulness])
  expect(await bodies()).toEqual(['Is it real?', 'Can I wash it?'])
  const first = await questions.list({ product_id: 1, page: 1, count: 1 })
  expect([first.product_id, first.results.length, first.results[0]!.answers['68']!.body]).toEqual(['1', 1, 'Yes'])
  const second = await questions.answers(37, { page: 2, count: 1 })
  expect(second).toMatchObject({ question: '37', page: 2, count: 1, results: [{ answer_id: 68 }] })

  for (let i = 0; i < 3; i++) {
    await questions.helpful(34, { voter: 'anna' })
    await answers.helpful(68, { voter: 'anna' })
    await answers.helpful(69)
  }
  expect((await questions.list({ product_id: 1 })).results.map(({ question_helpfulness }) => question_helpfulness)).toEqual([4, 2])
  await questions.ask({ product_id: 1, body: 'How long?', ...writer })
  await questions.answer(37, { body: 'Look', photos: ['p'], ...writer })
  expect(await bodies()).toEqual(['Is it real?', 'Can I wash it?', 'How long?'])
  expect(await answered()).toEqual([
    ['No idea', 6],
    ['Yes', 2],
    ['Look', 0],
  ])
  await answers.report(69)
  await questions.report(34)
  expect([await bodies(), await answered()]).toEqual([
    ['Is it real?', 'How long?'],
    [
      ['Yes', 2],
      ['Look', 0],
    ],
  ])
})

test('a client on a server keeps its session, and one for each visitor keeps them apart', async () => {
  const [anna, ben] = [open(), open({ headers: { cookie: 'theme=dark' } })]
  expect(await anna.cart.get()).toEqual([])
  await anna.cart.add({ sku_id: 37 })
  await anna.cart.add({ sku_id: 37, count: 2 })
  await ben.cart.add({ sku_id: 5 })
  await ben.interactions.add({ element: 'button', widget: 'cart', time: 'now' })
  expect([await anna.cart.get(), await ben.cart.get()]).toEqual([[{ sku_id: 37, count: '3' }], [{ sku_id: 5, count: '1' }]])
  const both = await host.sql`select c.sku_id::text from carts.item c join interactions.interaction i using (session_id, session_check)`
  expect([...both]).toEqual([{ sku_id: '5' }])
})

test('without a cookie Authorization is the session', async () => {
  const headers = { authorization: 'Bearer anna' }
  await open({ headers }).cart.add({ sku_id: 7 })
  expect(await open({ headers }).cart.get()).toEqual([{ sku_id: 7, count: '1' }])
})

test('a refusal is an error with the status and the text of the wire', async () => {
  const name = 'AtelierHttpError'
  expect(await refusal(shop.products.get(5.55))).toEqual([name, 422, 'Error: invalid product_id provided'])
  expect(await refusal(shop.products.get(99))).toEqual([name, 404, 'Not Found'])
  expect(await refusal(shop.reviews.report(99))).toEqual([name, 404, 'Not Found'])
  expect(await refusal(shop.answers.helpful(0, { voter: 'anna' }))).toEqual([name, 422, 'Error: invalid answer_id provided'])
  expect(await refusal(shop.cart.add({ sku_id: 0 }))).toEqual([name, 422, 'Error: Cart body contains invalid entries'])
  expect(await refusal(shop.questions.answer(37, { ...writer, body: '' }))).toEqual([
    name,
    422,
    'Error: Answer body contains invalid entries',
  ])
})

describe('a call ends', () => {
  test('with the reason of its signal, before it has begun and while it is under way', async () => {
    const reason = new Error('The visitor has gone on.')
    await expect(open({ signal: AbortSignal.abort(reason) }).products.list()).rejects.toBe(reason)
    const controller = new AbortController()
    const left = open({ signal: controller.signal }).products.list({ count: 5_000 })
    controller.abort(reason)
    await expect(left).rejects.toBe(reason)
    expect(await open({ signal: new AbortController().signal }).products.list()).toHaveLength(2)
  })

  test('as a time-out when the server does not answer, or not to the end', async () => {
    const silent = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => {}) })
    const halting = Bun.serve({ port: 0, fetch: () => new Response(new ReadableStream({ start: (to) => to.enqueue('[') })) })
    try {
      for (const { url } of [silent, halting]) {
        const asked = openClient({ origin: url.origin, timeoutMs: 50 }).products.list()
        expect(
          await asked.then(
            () => 'answered',
            ({ name }: Error) => name,
          ),
        ).toBe('TimeoutError')
      }
    } finally {
      await Promise.all([silent.stop(true), halting.stop(true)])
    }
  })
})
