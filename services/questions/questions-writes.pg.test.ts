import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openTestHost, until, type TestHost } from '../../host/testing.ts'
import { absent, done, everywhere, files, listed, made, speakTo } from './questions-fixture.ts'
import { firstPage } from './queries.ts'

let shop: TestHost
let client: ReturnType<typeof speakTo>
beforeAll(async () => {
  shop = await openTestHost({ files })
  client = speakTo(shop)
})
afterAll(() => shop[Symbol.asyncDispose]())

const person = { name: 'fay', email: 'fay@post.example' }
/** A product with one question, answered once, for one test alone. */
let product = 1_000
const newProduct = async () => {
  product++
  expect(await client.post('/qa/questions', { ...person, body: 'Why?', product_id: product })).toEqual(made)
  const [{ question_id } = { question_id: 0 }] = await client.questions(product)
  expect(await client.post(`/qa/questions/${question_id}/answers`, { ...person, body: 'Thus.' })).toEqual(made)
  const [answer] = await client.answers(question_id)
  return { product, question: question_id, answer: answer!.answer_id }
}
/** What a client sees: of the first question, and of each place its first answer is in. */
const seen = async ({ product, question }: { product: number; question: number }) => {
  const [first] = await client.questions(product)
  const [within] = Object.values(first?.answers ?? {})
  const [listed] = await client.answers(question)
  return { question: first?.question_helpfulness, within: within?.helpfulness, listed: listed?.helpfulness }
}

describe('POST /qa/questions', () => {
  test('is seen by the next reader, everywhere', async () => {
    const before = new Date().toISOString()
    for (const [i, path] of everywhere('/qa/questions').entries()) {
      expect([path, await client.post(path, { ...person, body: 'Is it red?', product_id: 900 + i, extra: {} })]).toEqual([path, made])
      const [one] = await client.questions(900 + i)
      const date = /"question_date":"([^"]*)"/.exec(await client.text(`/qa/questions?product_id=${900 + i}`))![1]!
      expect([date >= before, date <= new Date().toISOString()]).toEqual([true, true])
      expect(await client.text(`/qa/questions?product_id=${900 + i}`)).toBe(
        `{"product_id":"${900 + i}","results":[{"question_id":${one!.question_id},"question_body":"Is it red?","question_date":"${date}",` +
          '"asker_name":"fay","question_helpfulness":0,"reported":false,"answers":{}}]}',
      )
    }
  })

  test('has an id above all that were imported', async () => {
    const { question, answer } = await newProduct()
    expect([question > 51, answer > 100]).toEqual([true, true])
  })

  test('comes after what is as helpful, and is on every page that holds it', async () => {
    for (let i = 0; i < 2; i++) expect(await client.post('/qa/questions', { ...person, body: `${i}`, product_id: 6 })).toEqual(made)
    for (const query of ['', '&count=5', '&count=3', '&count=9007199254740991'])
      expect((await client.questions(6, query)).map(({ question_body }) => question_body)).toEqual(['Nobody knows?', '0', '1'])
    expect((await client.questions(6, '&count=2&page=2')).map(({ question_body }) => question_body)).toEqual(['1'])
  })
})

describe('POST /qa/questions/:question_id/answers', () => {
  test('is seen by the next reader of either list, its photos as texts there and objects here', async () => {
    const { product, question } = await newProduct()
    const photos = ['https://photos.example/1', 'no address at all', '']
    for (const path of everywhere(`/qa/questions/${question}/answers`))
      expect(await client.post(path, { ...person, body: 'With photos', photos, question_id: 37 })).toEqual(made)
    const answers = await client.answers(question, '?count=20')
    const [one] = await client.questions(product)
    expect(Object.keys(one!.answers)).toEqual(answers.map(({ answer_id }) => String(answer_id)))
    expect(answers.map((answer) => answer.photos.map(({ url }) => url))).toEqual([[], ...everywhere('').map(() => photos)])
    expect(Object.values(one!.answers).map((answer) => answer.photos)).toEqual([[], ...everywhere('').map(() => photos)])
    const ids = answers.flatMap((answer) => answer.photos.map(({ id }) => id))
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
    expect(ids[0]).toBeGreaterThan(9)
    // The extra question_id means nothing.
    expect(await client.text('/qa/questions/37/answers')).toBe(`{"question":"37","page":1,"count":5,"results":[${listed.join(',')}]}`)
  })

  test('to a question that is nowhere is 404', async () => {
    for (const id of ['999999999', '9007199254740991', '9'.repeat(30)])
      expect(await client.post(`/qa/questions/${id}/answers`, { ...person, body: 'b' })).toEqual(absent)
  })

  test('to a reported question is taken', async () => {
    expect(await client.post('/qa/questions/51/answers', { ...person, body: 'Still' })).toEqual(made)
    expect((await client.answers(51)).map(({ body }) => body)).toEqual(['Still'])
    expect(await client.questions(7)).toEqual([])
  })

  test('is refused alone among those that come together', async () => {
    const { product, question } = await newProduct()
    const commits = await shop.figure('atelier_commits_total', 'write="answer"')
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const { status } = await client.post(`/qa/questions/${i % 3 === 0 ? 1e9 + i : question}/answers`, { ...person, body: `${i}` })
        return status
      }),
    )
    expect(statuses).toEqual(Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? 404 : 201)))
    expect(await client.answers(question, '?count=500')).toHaveLength(1 + 133)
    expect(Object.keys((await client.questions(product))[0]!.answers)).toHaveLength(1 + 133)
    expect((await shop.figure('atelier_commits_total', 'write="answer"')) - commits).toBeLessThan(100)
  })
})

describe('PUT', () => {
  const bodies: [name: string, body: string | undefined][] = [
    ['absent', undefined],
    ['empty', ''],
    ['{}', '{}'],
    ['null', 'null'],
    ['garbage', '{"a":'],
  ]
  test.each(bodies)('takes a body that is %s, of whatever type, everywhere', async (_, body) => {
    const one = await newProduct()
    let puts = 0
    for (const type of [{}, { 'content-type': 'application/json' }, { 'content-type': 'text/plain' }] as Record<string, string>[]) {
      for (const path of everywhere(`/qa/questions/${one.question}/helpful`))
        expect(await client.send('PUT', path, body, type)).toEqual(done)
      for (const path of everywhere(`/qa/answers/${one.answer}/helpful`)) expect(await client.send('PUT', path, body, type)).toEqual(done)
      puts += 6
      expect(await seen(one)).toEqual({ question: puts, within: puts, listed: puts })
      for (const path of everywhere(`/qa/answers/${one.answer}/report`)) expect(await client.send('PUT', path, body, type)).toEqual(done)
      expect(await seen(one)).toEqual({ question: puts, within: undefined, listed: undefined })
      for (const path of everywhere(`/qa/questions/${one.question}/report`))
        expect(await client.send('PUT', path, body, type)).toEqual(done)
      expect(await client.questions(one.product)).toEqual([])
      await shop.sql.unsafe(`update questions.question set reported = false where question_id = ${one.question}`)
      await shop.sql.unsafe(`update questions.answer set reported = false where answer_id = ${one.answer}`)
      // Any write of the product shows what was changed behind the back of the shop.
      expect(await client.put(`/qa/questions/${one.question}/helpful`)).toEqual(done)
      expect(await client.put(`/qa/answers/${one.answer}/helpful`)).toEqual(done)
      puts++
    }
  })

  test('of what is nowhere is 404', async () => {
    for (const kind of ['questions', 'answers'])
      for (const what of ['helpful', 'report'])
        for (const id of ['999999999', '9007199254740991', '9'.repeat(30)])
          expect(await client.put(`/qa/${kind}/${id}/${what}`)).toEqual(absent)
  })

  test('a vote moves a question up, and a report takes it away, on every page', async () => {
    const ids = async (query = '') => (await client.questions(5, query)).map(({ question_id }) => question_id)
    expect([await ids(), await ids('&page=2'), await ids('&count=2')]).toEqual([[37, 34, 35, 39, 40], [38], [37, 34]])
    for (let i = 0; i < 6; i++) expect(await client.put('/qa/questions/38/helpful')).toEqual(done)
    expect([await ids(), await ids('&page=2'), await ids('&count=2')]).toEqual([[38, 37, 34, 35, 39], [40], [38, 37]])
    expect(await client.put('/qa/questions/37/report')).toEqual(done)
    expect([await ids(), await ids('&page=2'), await ids('&count=1000')]).toEqual([[38, 34, 35, 39, 40], [], [38, 34, 35, 39, 40]])
    // Reported again it stays reported, and can be voted for still.
    expect(await client.put('/qa/questions/37/report')).toEqual(done)
    expect(await client.put('/qa/questions/37/helpful')).toEqual(done)
    expect(await ids('&count=1000')).toEqual([38, 34, 35, 39, 40])
  })

  test('a vote moves an answer up in its list, and not within its question', async () => {
    const { product, question, answer } = await newProduct()
    expect(await client.post(`/qa/questions/${question}/answers`, { ...person, body: 'Later, better' })).toEqual(made)
    const [, later] = await client.answers(question)
    expect(await client.put(`/qa/answers/${later!.answer_id}/helpful`)).toEqual(done)
    expect((await client.answers(question)).map(({ answer_id }) => answer_id)).toEqual([later!.answer_id, answer])
    expect(Object.keys((await client.questions(product))[0]!.answers)).toEqual([String(answer), String(later!.answer_id)])
  })

  test('a count ends at the greatest it can hold', async () => {
    const one = await newProduct()
    await shop.sql.unsafe(`update questions.answer set helpfulness = 2147483646 where answer_id = ${one.answer}`)
    for (let i = 0; i < 3; i++) expect(await client.put(`/qa/answers/${one.answer}/helpful`)).toEqual(done)
    expect(await seen(one)).toMatchObject({ within: 2_147_483_647, listed: 2_147_483_647 })
  })
})

type ReadyPage = { product_id: number; ready: string | null; whole: boolean; made: string; complete: boolean }
/** Every ready page, and beside it what the rows give. */
const pages = async ({ sql }: TestHost): Promise<ReadyPage[]> => [
  ...(await sql.unsafe<ReadyPage[]>(
    `select d.product_id::float8, d.results as ready, d.whole, f.results as made, f.whole as complete
     from questions.first_page d cross join lateral (${firstPage('questions', 'd.product_id')}) f order by 1`,
  )),
]

describe('the ready first page', () => {
  test('is put back after it was read dropped, and is what the rows give', async () => {
    const one = await newProduct()
    const ready = async () => (await pages(shop)).find(({ product_id }) => product_id === one.product)!.ready
    const writes = [
      () => client.post('/qa/questions', { ...person, body: 'More?', product_id: one.product }),
      () => client.post(`/qa/questions/${one.question}/answers`, { ...person, body: 'Never', photos: ['p'] }),
      () => client.put(`/qa/questions/${one.question}/helpful`),
      () => client.put(`/qa/answers/${one.answer}/helpful`, { 'idempotency-key': 'k' }),
      () => client.put(`/qa/answers/${one.answer}/report`),
      () => client.put(`/qa/questions/${one.question}/report`),
    ]
    for (const write of writes) {
      expect((await write()).status).toBeLessThan(300)
      expect(await ready()).toBeNull()
      const answer = await client.text(`/qa/questions?product_id=${one.product}`)
      await until(async () => (await ready()) !== null)
      for (const { product_id, ready, made, whole: isWhole, complete } of await pages(shop)) {
        if (ready !== null) expect([product_id, ready, isWhole]).toEqual([product_id, made, complete])
        if (product_id === one.product) expect(answer).toBe(`{"product_id":"${product_id}","results":${ready}}`)
      }
    }
  })

  test('after an import is what the rows give, for every product that has questions', async () => {
    await using fresh = await openTestHost({ files })
    const found = await pages(fresh)
    expect(found.map(({ product_id, whole }) => [product_id, whole])).toEqual([
      [5, false],
      [6, true],
      [7, true],
    ])
    for (const { ready, made, whole, complete } of found) expect([ready, whole]).toEqual([made, complete])
  })
})
