import { jsonBody } from '../../kit/body.ts'
import { get, post } from '../../kit/endpoint.ts'
import { invalid } from '../../kit/errors.ts'
import { sessionOf, type Identity } from '../../kit/identity.ts'
import { created, json, personal } from '../../kit/reply.ts'
import type { Service } from '../../kit/service.ts'
import { cartQueries } from './queries.ts'
import { Addition, Cart } from './types.ts'

type Added = { session_id: number; session_check: number; sku_id: number; units: number; touched_at: string }

const tag = 'cart'
const busy = { 503: 'The database does not answer; Retry-After says when to ask again' }
const badAddition = 'Error: Cart body contains invalid entries'
const addition = jsonBody(Addition, badAddition)
const emptyCart = json(Buffer.from('[]'))

export const cartRoutes: Service['routes'] = ({ reads, writes }) => {
  const cart = reads.open<Identity>({
    name: 'cart',
    statement: cartQueries.cart,
    columns: [({ id }) => id, ({ check }) => check],
    id: ({ id, check }) => `${id} ${check}`,
    group: { name: 'cart of session', of: ({ id }) => id },
    personal: true,
  })
  const add = writes.open<Added>({
    name: 'cart',
    statement: cartQueries.add,
    changes: (_, { session_id }) => [['cart of session', session_id]],
    refusal: () => invalid(badAddition),
  })

  return [
    get('/cart', { summary: "The session's cart", tag, answer: Cart, refusals: busy }, async (_, { request }) => {
      const { id, check, fresh } = sessionOf(request)
      // A session that begins with this request has put nothing in its cart: that needs no database.
      if (fresh !== undefined) return personal(emptyCart, fresh)
      return personal(await cart({ id, check }))
    }),
    post(
      '/cart',
      { summary: 'Units of a sku more in the cart, one unless told', tag, body: addition, refusals: { 422: badAddition, ...busy } },
      async ({ body: { sku_id, count = 1 } }, { request }) => {
        const { id, check, fresh } = sessionOf(request)
        await add({ session_id: id, session_check: check, sku_id, units: count, touched_at: new Date().toISOString() })
        return personal(created, fresh)
      },
    ),
  ]
}
