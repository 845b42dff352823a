import { requestOf } from './crash-client.ts'
import type { Kind } from './crash-ledger.ts'
import { keyOf, pathOf, type Shop, type Thing } from './crash-shop.ts'

/** A write as the ledger knows it. */
export type Write = {
  readonly kind: Kind
  readonly key: string
  readonly units: number
  readonly request: string
  /** Of one that was taken. */
  readonly status: 201 | 204
  /** Counts once however often it is sent, so it is sent until it is acknowledged. */
  readonly repeatable: boolean
}

/** Sessions that buy. */
export const openCarts = () =>
  Array.from({ length: cartsMax }, () => Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url'))
export const sessionHeader = (cart: string) => `Cookie: atelier_session=${cart}`

/** Makes what is written: any kind of write, to anything in the shop. Every text begins with `mark` and is made once. */
export const writesOf = (shop: Shop, mark: string, carts: readonly string[]): (() => Write) => {
  let made = 0
  const text = () => `${mark} ${++made}`
  // A few things that everybody wants: there processes meet at the same rows.
  const thing = () => (Math.random() < hotShare ? any(shop.things.slice(0, hotThings)) : any(shop.things))
  const making: Record<Kind, [share: number, make: () => Write]> = {
    'votes of nobody': [30, () => put('votes of nobody', thing(), 'helpful')],
    voters: [25, () => put('voters', thing(), 'helpful', text())],
    reports: [1, () => put('reports', thing(), 'report')],
    reviews: [
      15,
      () => {
        const [[product_id, ids], body] = [any(shop.characteristics), text()]
        const characteristics = Object.fromEntries(ids.map((id) => [id, upTo(5)]))
        const said = { rating: upTo(5), summary: 'of a crash', recommend: upTo(2) === 1, photos: ['/1.png'] }
        return post('reviews', '/reviews', body, { product_id, body, characteristics, ...said, ...person })
      },
    ],
    questions: [
      7,
      () => {
        const [[product_id], body] = [any(shop.characteristics), text()]
        return post('questions', '/qa/questions', body, { product_id, body, ...person })
      },
    ],
    answers: [
      7,
      () => {
        const body = text()
        return post('answers', `${pathOf(any(shop.questions))}/answers`, body, { body, ...person })
      },
    ],
    interactions: [
      5,
      () => {
        const element = text()
        return post('interactions', '/interactions', element, { element, widget: 'crash', time: 'now' })
      },
    ],
    'units in carts': [
      10,
      () => {
        const [cart, sku_id, count] = [any(carts), upTo(skusPerCart), upTo(3)]
        const request = requestOf('POST', '/cart', { sku_id, count }, sessionHeader(cart))
        return { kind: 'units in carts', key: `${cart} ${sku_id}`, units: count, request, status: 201, repeatable: false }
      },
    ],
  }
  const all = Object.values(making)
  const shares = all.reduce((sum, [share]) => sum + share, 0)
  return () => {
    let place = Math.random() * shares
    return all.find(([share]) => (place -= share) < 0)![1]()
  }
}

const post = (kind: Kind, path: string, key: string, body: object): Write => {
  return { kind, key, units: 1, request: requestOf('POST', path, body), status: 201, repeatable: false }
}
const put = (kind: Kind, thing: Thing, what: 'helpful' | 'report', voter?: string): Write => {
  const request = requestOf('PUT', `${pathOf(thing)}/${what}`, undefined, voter && `Idempotency-Key: ${voter}`)
  return { kind, key: keyOf(thing), units: 1, request, status: 204, repeatable: voter !== undefined }
}

/** The request of some page that shows what is written. */
export const anyRead = ({ products, questions, characteristics }: Shop): string => {
  const product = upTo(products)
  const [rated] = any(characteristics)
  const paths = [`/reviews?product_id=${product}`, `/reviews/meta?product_id=${rated}`, `/qa/questions?product_id=${product}`]
  return requestOf('GET', any([...paths, `${pathOf(any(questions))}/answers`, `/products/${product}`]))
}

/** From 1. */
export const upTo = (max: number) => 1 + Math.floor(Math.random() * max)
export const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!

export const person = { name: 'ada', email: 'ada@post.example' }
const hotShare = 0.2
const hotThings = 5
const cartsMax = 30
const skusPerCart = 10
