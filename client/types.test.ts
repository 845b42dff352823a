import { expectTypeOf, test } from 'bun:test'
import type { Cart } from '../services/carts/types.ts'
import type { Product, ProductWithFeatures, Related, Styles } from '../services/products/types.ts'
import type { AnswerPage, QuestionPage } from '../services/questions/types.ts'
import type { ReviewMeta, ReviewPage } from '../services/reviews/types.ts'
import type { Client } from './client.ts'

type Gives<Call extends (...given: never[]) => Promise<unknown>> = Awaited<ReturnType<Call>>

// What is said here is checked by the compiler: `npm run types`.
test('calls give what the schemas of the wire say', () => {
  expectTypeOf<Gives<Client['products']['list']>>().toEqualTypeOf<Product[]>()
  expectTypeOf<Gives<Client['products']['get']>>().toEqualTypeOf<ProductWithFeatures>()
  expectTypeOf<Gives<Client['products']['styles']>>().toEqualTypeOf<Styles>()
  expectTypeOf<Gives<Client['products']['related']>>().toEqualTypeOf<Related>()
  expectTypeOf<Gives<Client['reviews']['list']>>().toEqualTypeOf<ReviewPage>()
  expectTypeOf<Gives<Client['reviews']['meta']>>().toEqualTypeOf<ReviewMeta>()
  expectTypeOf<Gives<Client['questions']['list']>>().toEqualTypeOf<QuestionPage>()
  expectTypeOf<Gives<Client['questions']['answers']>>().toEqualTypeOf<AnswerPage>()
  expectTypeOf<Gives<Client['cart']['get']>>().toEqualTypeOf<Cart>()
  type Writes = Client['reviews'] | Client['questions'] | Client['answers']
  expectTypeOf<Gives<Writes['helpful'] | Writes['report'] | Client['reviews']['add'] | Client['cart']['add']>>().toEqualTypeOf<void>()
  expectTypeOf<Gives<Client['questions']['ask'] | Client['questions']['answer'] | Client['interactions']['add']>>().toEqualTypeOf<void>()
})

test('the oddities of the wire are in the types', () => {
  expectTypeOf<Gives<Client['cart']['get']>[number]>().toEqualTypeOf<{ sku_id: number; count: string }>()
  expectTypeOf<Gives<Client['products']['get']>['default_price']>().toEqualTypeOf<string>()
  expectTypeOf<Gives<Client['products']['styles']>['product_id']>().toEqualTypeOf<string>()
  expectTypeOf<Gives<Client['products']['styles']>['results'][number]['default?']>().toEqualTypeOf<boolean>()
  expectTypeOf<Gives<Client['products']['styles']>['results'][number]['sale_price']>().toEqualTypeOf<string | null>()
  expectTypeOf<Gives<Client['reviews']['meta']>['recommended']['true']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Gives<Client['reviews']['meta']>['characteristics'][string]['value']>().toEqualTypeOf<string | null>()
  type Answered = Gives<Client['questions']['list']>['results'][number]['answers'][string]
  expectTypeOf<Answered['photos']>().toEqualTypeOf<string[]>()
  expectTypeOf<Gives<Client['questions']['answers']>['results'][number]['photos']>().toEqualTypeOf<{ id: number; url: string }[]>()
})

test('calls take what the server takes, and the compiler refuses the rest', () => {
  expectTypeOf(calls).returns.toExtend<Promise<unknown>[]>()
})

const calls = (shop: Client) => [
  shop.reviews.list({ product_id: 1, page: 2, count: 5, sort: 'helpful' }),
  shop.cart.add({ sku_id: 1 }),
  shop.reviews.helpful(1, { voter: 'anna' }),
  // @ts-expect-error an order there is not
  shop.reviews.list({ product_id: 1, sort: 'best' }),
  // @ts-expect-error of which product
  shop.questions.list({ count: 5 }),
  // @ts-expect-error no e-mail address
  shop.questions.ask({ product_id: 1, body: 'b', name: 'n' }),
  // @ts-expect-error no photos
  shop.reviews.add({ product_id: 1, rating: 5, summary: 's', recommend: true, name: 'n', email: 'e@x.y', characteristics: {} }),
  // @ts-expect-error a count is sent as a number, though it comes back as text
  shop.cart.add({ sku_id: 1, count: '2' }),
  // @ts-expect-error a report has no voter
  shop.answers.report(1, { voter: 'anna' }),
]
