import { afterAll, beforeEach, describe, expect, spyOn, test } from 'bun:test'
import { openClient } from './client.ts'
import type { SendOptions } from './send.ts'

const jitter = spyOn(Math, 'random')
beforeEach(() => void jitter.mockReturnValue(0))
afterAll(() => jitter.mockRestore())

type Asked = { at: number; url: string; method: string | undefined; headers: Record<string, string>; credentials: string | undefined }

const busy = (retryAfter?: string) => () =>
  new Response('The database does not answer.', { status: 503, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } })
const fine = () => Response.json([])

/** A shop that gives these answers one after the other, the last one ever after. */
const scripted = (answers: (() => Response)[], options: Partial<SendOptions> = {}) => {
  const asked: Asked[] = []
  const fetch = async (url: string, { method, headers, credentials }: RequestInit) => {
    asked.push({ at: performance.now(), url, method, headers: Object.fromEntries(new Headers(headers)), credentials })
    return answers[Math.min(asked.length, answers.length) - 1]!()
  }
  return { asked, shop: openClient({ origin: 'https://shop.example', fetch, ...options }) }
}
const outcome = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: Error) => `${error.name}: ${error.message}`,
  )
/** Between the first attempt and the second; timers may come a millisecond early. */
const waitedMs = async (retryAfter?: string) => {
  const { asked, shop } = scripted([busy(retryAfter), fine])
  await shop.products.list()
  return asked[1]!.at - asked[0]!.at + 2
}
const refused = 'AtelierHttpError: The database does not answer.'

describe('after a 503', () => {
  test('a read, and a vote with a voter, are repeated until they succeed', async () => {
    const reading = scripted([busy('0'), busy('0'), fine])
    expect(await reading.shop.products.list()).toEqual([])
    expect(reading.asked).toHaveLength(3)
    const voting = scripted([busy('0'), busy('0'), () => new Response(null, { status: 204 })])
    expect(await outcome(voting.shop.reviews.helpful(5, { voter: 'anna' }))).toBe('done')
    expect(voting.asked.map(({ method, url, headers }) => [method, url, headers])).toEqual(
      Array.from({ length: 3 }, () => ['PUT', 'https://shop.example/reviews/5/helpful', { 'idempotency-key': 'anna' }]),
    )
  })

  test('they are given up after three attempts', async () => {
    const { asked, shop } = scripted([busy('0')])
    expect(await outcome(shop.cart.get())).toBe(refused)
    expect(await outcome(shop.answers.helpful(68, { voter: 'anna' }))).toBe(refused)
    expect(asked).toHaveLength(6)
  })

  test('nothing else is repeated', async () => {
    const { asked, shop } = scripted([busy('0')])
    const words = { body: 'b', name: 'n', email: 'n@post.example' }
    const review = { product_id: 1, rating: 5, summary: 's', recommend: true, photos: [], characteristics: {}, name: 'n', email: 'e@x.y' }
    const calls = [
      shop.reviews.add(review),
      shop.questions.ask({ product_id: 1, ...words }),
      shop.questions.answer(37, words),
      shop.cart.add({ sku_id: 37 }),
      shop.interactions.add({ element: 'e', widget: 'w', time: 't' }),
      shop.reviews.helpful(5),
      shop.questions.helpful(37, { voter: '' }),
      // What a header holds is trimmed: the server would see no voter, and count each attempt.
      shop.answers.helpful(68, { voter: ' ' }),
      shop.reviews.report(5),
      shop.questions.report(37),
      shop.answers.report(68),
    ]
    expect(await Promise.all(calls.map(outcome))).toEqual(calls.map(() => refused))
    expect(asked).toHaveLength(calls.length)
  })

  test('no other status is waited out', async () => {
    for (const status of [404, 422, 429, 500, 502]) {
      const { asked, shop } = scripted([() => new Response('no', { status, headers: { 'retry-after': '0' } })])
      expect(await outcome(shop.products.get(1))).toBe('AtelierHttpError: no')
      expect(asked).toHaveLength(1)
    }
  })

  test('the wait is as long as the server says, by chance up to half longer, and a second when it does not say', async () => {
    // A page of another origin cannot read the header; nobody can read this one.
    for (const waited of await Promise.all(['1', undefined, 'soon'].map(waitedMs))) expect(waited).toBeGreaterThan(1_000)
    jitter.mockReturnValue(0.5)
    expect(await waitedMs('1')).toBeGreaterThan(1_250)
  })

  test('a wait that ends too late is not begun: after five seconds, or after the time the call has', async () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString()
    const waits: [retryAfter: string, timeoutMs: number][] = [
      ['6', 10_000],
      ['99999999999', 10_000],
      [inAMinute, 10_000],
      ['1', 900],
    ]
    for (const [retryAfter, timeoutMs] of waits) {
      const { asked, shop } = scripted([busy(retryAfter)], { timeoutMs })
      expect(await outcome(shop.products.list())).toBe(refused)
      expect(asked).toHaveLength(1)
    }
    const past = scripted([busy(new Date(0).toUTCString()), fine])
    expect(await past.shop.products.list()).toEqual([])
  })

  test('a signal ends the wait', async () => {
    const controller = new AbortController()
    const { asked, shop } = scripted([busy('1'), fine], { signal: controller.signal })
    const reading = shop.products.list()
    await Bun.sleep(10)
    controller.abort(new Error('The visitor has gone on.'))
    expect(await outcome(reading)).toBe('Error: The visitor has gone on.')
    expect(await outcome(shop.products.list())).toBe('Error: The visitor has gone on.')
    expect(asked).toHaveLength(1)
  })
})

test('what the client was opened with is in every request; a query holds what was given', async () => {
  const { asked, shop } = scripted([fine], {
    origin: '',
    campus: 'hr-rfp',
    credentials: 'include',
    headers: [['authorization', 'Bearer a']],
  })
  await shop.reviews.list({ product_id: 5, count: undefined, sort: 'newest' })
  await shop.cart.get()
  expect(asked.map(({ url, headers, credentials }) => [url, headers, credentials])).toEqual([
    ['/api/fec2/hr-rfp/reviews?product_id=5&sort=newest', { authorization: 'Bearer a' }, 'include'],
    ['/api/fec2/hr-rfp/cart', { authorization: 'Bearer a' }, 'include'],
  ])
})

test('a session is kept beside the cookies one was opened with, even one that begins with a 503', async () => {
  const cookies = ['other=1; Path=/', 'atelier_session=abc; Path=/; HttpOnly']
  const begun = () =>
    new Response('[]', { status: 503, headers: [['retry-after', '60'], ...cookies.map((one): [string, string] => ['set-cookie', one])] })
  const { asked, shop } = scripted([begun, fine], { headers: { cookie: 'theme=dark' } })
  await outcome(shop.cart.get())
  await shop.cart.get()
  expect(asked.map(({ headers }) => headers['cookie'])).toEqual(['theme=dark', 'theme=dark; atelier_session=abc'])
})
