import type { Addition, Cart } from '../services/carts/types.ts'
import type { NewInteraction } from '../services/interactions/types.ts'
import type { Product, ProductWithFeatures, Related, Styles } from '../services/products/types.ts'
import type { AnswerPage, NewAnswer, NewQuestion, QuestionPage } from '../services/questions/types.ts'
import type {
  Availability,
  Hold,
  NewHold,
  NewReservation,
  NewWaiting,
  Reservation,
  ReservationChange,
  Waiting,
} from '../services/reservations/types.ts'
import type { NewReview, ReviewMeta, ReviewPage, Sort } from '../services/reviews/types.ts'
import { openSend, type Call, type SendOptions } from './send.ts'

/** `page` starts at 1; 5 rows a page unless told. */
export type Page = { page?: number; count?: number }
export type OfProduct = { product_id: number }

/**
 * With a `voter`, any text of a header, a vote counts once however often it is sent. Without one it counts each time, but once for a
 * session that has begun. The server lets no page of another origin name a voter.
 */
export type Vote = { voter?: string }

/** With a `key`, any text of a header, what is asked for is done once however often it is sent; such a call is repeated after a 503. */
export type Once = { key?: string }
export type OfRestaurant = { restaurant_id: number }

/** RFC 9457, of restaurants and reservations; `alternatives` are up to five starts that are free. */
export type Problem = {
  type: string
  title: string
  status: number
  detail: string
  alternatives?: string[]
  errors?: { field: string; detail: string }[]
}

/**
 * A refusal; `message` is the text the server sent, such as `Error: invalid product_id provided`, or the detail of the problem, where it
 * sent one.
 */
export class AtelierHttpError extends Error {
  readonly status: number
  readonly problem: Problem | undefined

  constructor(status: number, message: string, problem?: Problem) {
    super(message)
    this.name = 'AtelierHttpError'
    this.status = status
    this.problem = problem
  }
}

export type Client = ReturnType<typeof openClient>

/**
 * The shop's public API, for browsers and servers; what it takes and gives is the wire format as it is.
 *
 *     const shop = openClient({ origin: 'https://shop.example' })
 *     const { results } = await shop.reviews.list({ product_id: 5, sort: 'newest' })
 *     await shop.cart.add({ sku_id: 37, count: 2 })
 *
 * Calls reject with `AtelierHttpError`, or with the reason of the signal: a `TimeoutError` after `timeoutMs`. Reads, votes with a
 * voter and bookings with a key are repeated after a 503, nothing else is. On a server a client keeps its session's cookie: open one for each visitor, and let
 * its first call to the cart end before the next begins, or each begins a session of its own.
 */
export const openClient = (options: SendOptions) => {
  const send = openSend(options)

  const accepted = async (call: Call): Promise<Response> => {
    const answer = await send(call)
    if (answer.ok) return answer
    const text = await answer.text()
    const problem = answer.headers.get('content-type') === 'application/problem+json' ? (JSON.parse(text) as Problem) : undefined
    throw new AtelierHttpError(answer.status, problem?.detail ?? text, problem)
  }
  const get = async <T>(path: string, query: Query = {}) =>
    (await (await accepted({ method: 'GET', path: path + search(query) })).json()) as T
  const post = async (path: string, body: object): Promise<void> => void (await (await accepted({ method: 'POST', path, body })).text())
  const put = async (path: string, voter?: string): Promise<void> => void (await (await accepted({ method: 'PUT', path, voter })).text())
  const given = async <T>(call: Call) => (await (await accepted(call)).json()) as T
  const once = <T>(path: string, body: object, { key }: Once) =>
    given<T>({ method: 'POST', path, body, ...(key !== undefined && { headers: { 'idempotency-key': key } }) })
  const votes = (path: string) => ({
    helpful: (id: number, { voter }: Vote = {}) => put(`${path}/${id}/helpful`, voter),
    report: (id: number) => put(`${path}/${id}/report`),
  })

  return {
    products: {
      list: (page: Page = {}) => get<Product[]>('/products', page),
      get: (id: number) => get<ProductWithFeatures>(`/products/${id}`),
      styles: (id: number) => get<Styles>(`/products/${id}/styles`),
      related: (id: number) => get<Related>(`/products/${id}/related`),
    },
    reviews: {
      /** Its `page` is the one asked for, minus one. */
      list: (of: OfProduct & Page & { sort?: Sort }) => get<ReviewPage>('/reviews', of),
      meta: (product_id: number) => get<ReviewMeta>('/reviews/meta', { product_id }),
      add: (review: NewReview) => post('/reviews', review),
      ...votes('/reviews'),
    },
    questions: {
      list: (of: OfProduct & Page) => get<QuestionPage>('/qa/questions', of),
      answers: (question_id: number, page: Page = {}) => get<AnswerPage>(`/qa/questions/${question_id}/answers`, page),
      ask: (question: NewQuestion) => post('/qa/questions', question),
      answer: (question_id: number, answer: NewAnswer) => post(`/qa/questions/${question_id}/answers`, answer),
      ...votes('/qa/questions'),
    },
    answers: votes('/qa/answers'),
    cart: {
      get: () => get<Cart>('/cart'),
      /** One unit unless `count` says more. */
      add: (addition: Addition) => post('/cart', addition),
    },
    reservations: {
      /** Free starts of a day, on the restaurant's clock; with a time those at most two hours from it. */
      availability: ({ restaurant_id, ...of }: OfRestaurant & { date: string; time?: string; party: number }) =>
        get<Availability>(`/restaurants/${restaurant_id}/availability`, of),
      hold: ({ restaurant_id, ...hold }: OfRestaurant & NewHold, key: Once = {}) =>
        once<Hold>(`/restaurants/${restaurant_id}/holds`, hold, key),
      /** Of a hold, or at once. */
      book: ({ restaurant_id, ...booking }: OfRestaurant & NewReservation, key: Once = {}) =>
        once<Reservation>(`/restaurants/${restaurant_id}/reservations`, booking, key),
      get: (code: string) => get<Reservation>(`/reservations/${code}`),
      /** Refused with 412 when it was changed after this revision of it. */
      change: ({ code, revision }: Pick<Reservation, 'code' | 'revision'>, body: ReservationChange) =>
        given<Reservation>({ method: 'PATCH', path: `/reservations/${code}`, body, ...seen(revision) }),
      cancel: async ({ code, revision }: Pick<Reservation, 'code' | 'revision'>): Promise<void> =>
        void (await (await accepted({ method: 'DELETE', path: `/reservations/${code}`, ...seen(revision) })).text()),
    },
    waitlist: {
      join: ({ restaurant_id, ...place }: OfRestaurant & NewWaiting, key: Once = {}) =>
        once<Waiting>(`/restaurants/${restaurant_id}/waitlist`, place, key),
      get: (code: string) => get<Waiting>(`/waitlist/${code}`),
    },
    interactions: {
      add: (interaction: NewInteraction) => post('/interactions', interaction),
    },
  }
}

const seen = (revision: number) => ({ headers: { 'if-match': `"${revision}"` } })

type Query = Readonly<Record<string, string | number | undefined>>

const search = (query: Query): string => {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value))
  const text = given.toString()
  return text && `?${text}`
}
