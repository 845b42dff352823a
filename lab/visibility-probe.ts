import { requestOf, type Client } from './crash-client.ts'
import { pathOf, type Shop } from './crash-shop.ts'
import { any, person, upTo } from './crash-writes.ts'

/** A write that something on a page grows by: `of` says how much there is of it, undefined where the page does not show it. */
export type Probe = {
  readonly name: string
  readonly path: string
  readonly of: (page: never) => number | undefined
  readonly write: string
  /** Of a write that was taken. */
  readonly status: 201 | 204
}

/** Things only probes write to, and things they leave alone: else somebody else's write would show ours. */
export const shareShop = (shop: Shop): { probed: Shop; loaded: Shop } => {
  const part = (isIn: (product: number) => boolean): Shop => ({
    products: shop.products,
    things: shop.things.filter(({ product }) => isIn(product)),
    questions: shop.questions.filter(({ product }) => isIn(product)),
    characteristics: shop.characteristics.filter(([product]) => isIn(product)),
  })
  return { probed: part((product) => product % 10 === 0), loaded: part((product) => product % 10 !== 0) }
}

/** One of each kind, in turn, of things by chance. */
export const openProbes = ({ things, questions, characteristics }: Shop): (() => Probe) => {
  const reviews = things.filter(({ name, reported }) => name === 'review' && !reported)
  const answers = things.filter(({ name, reported }) => name === 'answer' && !reported)
  const kinds: (() => Probe)[] = [
    () => {
      const review = any(reviews)
      const path = `/reviews?product_id=${review.product}&count=1000`
      return { name: 'a vote for a review', path, of: votes, write: requestOf('PUT', `${pathOf(review)}/helpful`), status: 204 }
    },
    () => {
      const [product_id, ids] = any(characteristics)
      const said = { rating: upTo(5), summary: 'seen', body: 'soon', recommend: true, photos: [], ...person }
      const write = requestOf('POST', '/reviews', { product_id, characteristics: Object.fromEntries(ids.map((id) => [id, 3])), ...said })
      return { name: 'a review', path: `/reviews/meta?product_id=${product_id}`, of: ratings, write, status: 201 }
    },
    () => {
      const { product } = any(questions)
      const write = requestOf('POST', '/qa/questions', { product_id: product, body: 'soon?', ...person })
      return { name: 'a question', path: `/qa/questions?product_id=${product}&count=1000`, of: rows, write, status: 201 }
    },
    () => {
      const answer = any(answers)
      const path = `/qa/questions?product_id=${answer.product}&count=1000`
      return {
        name: 'a vote for an answer',
        path,
        of: votesOf(answer.id),
        write: requestOf('PUT', `${pathOf(answer)}/helpful`),
        status: 204,
      }
    },
  ]
  let turn = 0
  return () => kinds[turn++ % kinds.length]!()
}

/** Milliseconds from the acknowledgement of a write to the answer that shows it. */
export type Seen = number | 'unseen' | 'not taken'

export type SeeOptions = {
  writer: Client
  reader: Client
  msMax: number
  /** When both have the page in memory, just before the write. */
  before?: (() => Promise<unknown>) | undefined
  /** At once when the write is acknowledged. */
  taken?: (() => void) | undefined
}

/** Writes by one process and asks another, which has the page in memory, until it shows it. */
export const see = async (probe: Probe, { writer, reader, msMax, before, taken }: SeeOptions): Promise<Seen> => {
  await look(writer, probe)
  await look(reader, probe)
  const there = await look(reader, probe)
  if (there === undefined) return 'not taken'
  await before?.()
  const outcome = await writer.ask(probe.write)
  const takenMs = performance.now()
  if (typeof outcome !== 'object' || outcome.status !== probe.status) return 'not taken'
  taken?.()
  for (;;) {
    const now = await look(reader, probe)
    const ms = performance.now() - takenMs
    if (now !== undefined && now > there) return ms
    if (ms > msMax) return 'unseen'
    await Bun.sleep(restMs)
  }
}

const look = async (client: Client, { path, of }: Probe): Promise<number | undefined> => {
  const outcome = await client.ask(requestOf('GET', path))
  return typeof outcome === 'object' && outcome.status === 200 ? of(JSON.parse(outcome.body) as never) : undefined
}

type Voted = { helpfulness: number }
type Asked = { answers: Record<string, Voted> }
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const rows = ({ results }: { results: readonly object[] }) => results.length
const votes = ({ results }: { results: readonly Voted[] }) => sum(results.map(({ helpfulness }) => helpfulness))
/** Hidden with its question when that was reported. */
const votesOf =
  (answer: number) =>
  ({ results }: { results: readonly Asked[] }) =>
    results.find(({ answers }) => answers[answer])?.answers[answer]?.helpfulness
const ratings = ({ ratings }: { ratings: Record<string, string> }) => sum(Object.values(ratings).map(Number))

/** Between two looks. */
const restMs = 1
