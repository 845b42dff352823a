import { until, type TestHost } from '../host/testing.ts'
import { changesChannel } from '../kit/changes.ts'
import { ran } from './testing.ts'

/** Three products with reviews and characteristics, a fourth with characteristics only; questions with answers of the first three. */
export const files = {
  reviews:
    'id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness\n' +
    Array.from(
      { length: 24 },
      (_, i) => `${i + 1},${(i % 3) + 1},${(i % 5) + 1},2019-04-14,s,b,${i % 2},${i % 7 === 6},n,null,null,${i}\n`,
    ).join(''),
  characteristics: 'id,product_id,name\n1,1,Fit\n2,2,Fit\n3,3,Fit\n4,4,Fit\n5,1,Length\n',
  characteristic_reviews:
    'id,characteristic_id,review_id,value\n' +
    Array.from({ length: 24 }, (_, i) => `${i + 1},${(i % 3) + 1},${i + 1},${(i % 4) + 1}\n`).join(''),
  questions:
    'id,product_id,body,date_written,asker_name,asker_email,reported,helpful\n' +
    Array.from({ length: 12 }, (_, i) => `${i + 1},${(i % 3) + 1},b,2019-04-14,n,e,${i % 6 === 5},${i}\n`).join(''),
  answers:
    'id,question_id,body,date_written,answerer_name,answerer_email,reported,helpful\n' +
    Array.from({ length: 24 }, (_, i) => `${i + 1},${(i % 12) + 1},b,2019-04-14,n,e,${i % 6 === 5},${i}\n`).join(''),
}

/** All that the checks are about, as it is served. */
export const answers = async (shop: TestHost): Promise<string[]> => {
  const paths = [1, 2, 3, 4].flatMap((id) => [
    `/reviews?product_id=${id}`,
    `/reviews?product_id=${id}&count=4000`,
    `/reviews/meta?product_id=${id}`,
    `/qa/questions?product_id=${id}`,
    `/qa/questions?product_id=${id}&count=4000`,
    `/qa/questions/${id}/answers`,
  ])
  return Promise.all(paths.map(async (path) => `${path} ${await (await shop.get(path)).text()}`))
}

/** A write that anyone may do, drawn by lot. What is hidden, and what is not there yet, is voted for as well. */
export const anyWrite = async (shop: TestHost): Promise<void> => {
  const send = async (method: string, path: string, body?: object) => {
    const headers: Record<string, string> = method === 'PUT' && lot(2) === 1 ? { 'idempotency-key': `voter ${lot(9)}` } : {}
    const { status } = await shop.get(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    if (![201, 204, 404].includes(status)) throw new Error(`${method} ${path} was answered ${status}`)
  }
  const product = lot(3)
  const words = { product_id: product, body: 'b', name: 'n', email: 'e@post.example' }
  const review = { ...words, rating: lot(5), summary: 's', recommend: lot(2) === 1, photos: [], characteristics: { [product]: lot(5) } }
  const paths = (after: number) => [`/reviews/${after + lot(60)}`, `/qa/questions/${after + lot(30)}`, `/qa/answers/${after + lot(60)}`]
  const writes = [
    () => send('POST', '/reviews', review),
    () => send('POST', '/qa/questions', words),
    () => send('POST', `/qa/questions/${lot(30)}/answers`, words),
    ...[...paths(0), ...paths(0)].map((path) => () => send('PUT', `${path}/helpful`)),
    ...paths(3).map((path) => () => send('PUT', `${path}/report`)), // the first ones stay shown
  ]
  await writes[lot(writes.length) - 1]!()
}

const lot = (count: number) => Math.floor(Math.random() * count) + 1

/** What the server remembers is dropped, as by an import. */
export const forget = async (shop: TestHost): Promise<void> => {
  const drops = () => shop.figure('atelier_memory_drops_total')
  const before = await drops()
  await shop.sql.notify(changesChannel, 'all')
  await until(async () => (await drops()) > before)
}

/** Statements that spoil one thing, by the check that finds it. */
export const spoiled: readonly (readonly [check: string, product: number, ...statements: string[]])[] = [
  ['reviews.rows', 1, 'delete from reviews.summary where product_id = 1'],
  ['reviews.rows', 2, 'delete from reviews.first_page where product_id = 2'],
  ['reviews.rows', 4, 'delete from reviews.summary where product_id = 4', 'delete from reviews.first_page where product_id = 4'],
  ['reviews.summary', 1, 'update reviews.summary set rated_3 = rated_3 + 1, meta = null where product_id = 1'],
  ['reviews.summary', 4, 'update reviews.summary set not_recommended = -1 where product_id = 4'],
  [
    'reviews.characteristic',
    3,
    'update reviews.characteristic set votes = votes - 1 where product_id = 3',
    'update reviews.summary set meta = null where product_id = 3',
  ],
  ['reviews.characteristic', 1, 'update reviews.characteristic set total = 7 where product_id = 1 and characteristic_id = 5'],
  ['reviews.vote', 3, 'insert into reviews.vote values (3, 1000, 1, 1), (3, 1, 1, 1), (3, 1001, 1, 1)'],
  [
    'reviews.helpfulness',
    2,
    'insert into reviews.vote select 2, 2, i, i from generate_series(1000, 1999) i',
    'update reviews.first_page set results = null',
  ],
  ['reviews.meta', 2, `update reviews.summary set meta = replace(meta, 'Fit', 'Wit') where product_id = 2`],
  ['reviews.first_page', 1, `update reviews.first_page set results = '[]' where product_id = 1`],
  ['reviews.first_page', 3, 'update reviews.first_page set whole = not whole where product_id = 3'],
  ['questions.rows', 2, 'delete from questions.first_page where product_id = 2'],
  ['questions.first_page', 3, `update questions.first_page set results = replace(results, '"b"', '"c"') where product_id = 3`],
  ['questions.question_vote', 1, 'insert into questions.question_vote values (1, 1000, 1, 1)'],
  ['questions.answer_vote', 1, 'insert into questions.answer_vote values (1, 1000, 1, 1)'],
  ['questions.question_helpfulness', 3, 'insert into questions.question_vote select 3, 3, i, i from generate_series(1000, 1999) i'],
  ['questions.answer_helpfulness', 1, 'insert into questions.answer_vote select 1, 1, i, i from generate_series(1000, 1999) i'],
]

type Line = { check: string; says: string; rows: number; drift: number; mended: number; left: number; seconds: number; products: number[] }

export const auditOf = (shop: TestHost) => {
  const run = (...args: string[]) => ran(['audit', '--database-url', shop.databaseUrl, ...args])
  return {
    run,
    /** The exit code, and the lines with something to tell. */
    json: async (...args: string[]) => {
      const { code, out, err } = await run('--json', ...args)
      if (out === '') throw new Error(err)
      const lines = JSON.parse(out) as Line[]
      return { code, lines, drifting: lines.filter(({ drift }) => drift > 0) }
    },
  }
}
