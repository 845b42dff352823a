import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { reaching, openTestHost, type TestHost } from '../../host/testing.ts'
import { everywhere, files, listed, refused, shown, speakTo } from './questions-fixture.ts'

let shop: TestHost
let client: ReturnType<typeof speakTo>
beforeAll(async () => {
  shop = await openTestHost({ files })
  client = speakTo(shop)
})
afterAll(() => shop[Symbol.asyncDispose]())

const questionsOf = (product: string, from: number, to?: number) =>
  `{"product_id":"${product}","results":[${shown.slice(from, to).join(',')}]}`
const answersTo = (question: string, page: string, count: string, from: number, to?: number) =>
  `{"question":"${question}","page":${page},"count":${count},"results":[${listed.slice(from, to).join(',')}]}`

/** What is the default wherever a number from one on is meant. */
const noNumbers = ['', '0', '00', '-1', '-5', '1.5', '2.0', 'abc', '1e1', '0x10', 'null', 'undefined', 'NaN', 'Infinity', '%00', '%zz', '٣']
const counts = ['200', '500', '1000', '1011', '5000', '5001', '9007199254740991']

describe('GET /qa/questions', () => {
  test('lists five, the most helpful first and then by id, each with all its answers by id, their photos as texts', async () => {
    for (const path of everywhere('/qa/questions?product_id=5'))
      expect([path, await client.text(path)]).toEqual([path, questionsOf('5', 0, 5)])
  })

  test('has pages', async () => {
    expect(await client.text('/qa/questions?product_id=5&page=2')).toBe(questionsOf('5', 5))
    expect(await client.text('/qa/questions?product_id=5&page=1&count=4')).toBe(questionsOf('5', 0, 4))
    expect(await client.text('/qa/questions?product_id=5&page=2&count=4')).toBe(questionsOf('5', 4))
    expect(await client.text('/qa/questions?product_id=5&page=3&count=1')).toBe(questionsOf('5', 2, 3))
    expect(await client.text('/qa/questions?count=6&product_id=5')).toBe(questionsOf('5', 0))
  })

  test('beyond its end is empty', async () => {
    for (const page of ['3', '1000', '2147483648', '9007199254740991', '99999999999999999999']) {
      expect(await client.text(`/qa/questions?product_id=5&page=${page}`)).toBe('{"product_id":"5","results":[]}')
      expect(await client.text(`/qa/questions?product_id=5&page=${page}&count=9007199254740991`)).toBe('{"product_id":"5","results":[]}')
    }
  })

  test.each(counts)('gives all for a count of %s', async (count) => {
    expect(await client.text(`/qa/questions?product_id=5&count=${count}`)).toBe(questionsOf('5', 0))
    expect(await client.text(`/qa/questions?product_id=6&count=${count}`)).toBe(
      '{"product_id":"6","results":[{"question_id":50,"question_body":"Nobody knows?","question_date":"2020-07-11T20:40:00.000Z","asker_name":"eve","question_helpfulness":0,"reported":false,"answers":{}}]}',
    )
  })

  test.each(noNumbers)('takes "%s" for page one, and for a count of five', async (wrong) => {
    expect(await client.text(`/qa/questions?product_id=5&page=${wrong}&count=${wrong}`)).toBe(questionsOf('5', 0, 5))
  })

  test('of what is sent twice the first counts; what else is sent is ignored', async () => {
    expect(await client.text('/qa/questions?product_id=5&product_id=6&count=1&count=2&sort=newest')).toBe(questionsOf('5', 0, 1))
  })

  test('repeats the id as it was sent', async () => {
    for (const [sent, id] of [
      ['005', '005'],
      ['%35', '5'],
      ['0000000000000000000000005', '0000000000000000000000005'],
    ] as const)
      expect(await client.text(`/qa/questions?product_id=${sent}`)).toBe(questionsOf(id, 0, 5))
  })

  test('of a product without questions, or with reported ones only, is empty', async () => {
    for (const product of ['7', '8', '2147483648', '9007199254740991', '9007199254740993', '9223372036854775808', '1'.repeat(60)])
      for (const query of ['', '&page=2', '&count=1', '&count=5000'])
        expect(await client.text(`/qa/questions?product_id=${product}${query}`)).toBe(`{"product_id":"${product}","results":[]}`)
  })
})

describe('GET /qa/questions/:question_id/answers', () => {
  test('lists the most helpful first and then by id, photos as objects', async () => {
    for (const path of everywhere('/qa/questions/37/answers'))
      expect([path, await client.text(path)]).toEqual([path, answersTo('37', '1', '5', 0)])
  })

  test('has pages, counted from one', async () => {
    expect(await client.text('/qa/questions/37/answers?count=1')).toBe(answersTo('37', '1', '1', 0, 1))
    expect(await client.text('/qa/questions/37/answers?count=3&page=2')).toBe(answersTo('37', '2', '3', 3))
    expect(await client.text('/qa/questions/37/answers?count=2&page=2')).toBe(answersTo('37', '2', '2', 2))
    for (const page of ['2', '9007199254740991'])
      expect(await client.text(`/qa/questions/37/answers?page=${page}`)).toBe(answersTo('37', page, '5', 9))
  })

  test.each(counts)('gives all for a count of %s, and repeats it', async (count) => {
    expect(await client.text(`/qa/questions/37/answers?count=${count}`)).toBe(answersTo('37', '1', count, 0))
    expect(await client.text(`/qa/questions/37/answers?page=7&count=${count}`)).toBe(answersTo('37', '7', count, 9))
  })

  test.each(noNumbers)('takes "%s" for page one, and for a count of five', async (wrong) => {
    expect(await client.text(`/qa/questions/37/answers?page=${wrong}&count=${wrong}`)).toBe(answersTo('37', '1', '5', 0))
  })

  test('repeats the id as it was sent', async () => {
    expect(await client.text('/qa/questions/037/answers')).toBe(answersTo('037', '1', '5', 0))
    expect(await client.text('/api/fec2/xy/qa/questions/00000000000000000000037/answers/?page=2')).toBe(
      answersTo('00000000000000000000037', '2', '5', 9),
    )
  })

  test('is empty for a question that is unknown or unanswered', async () => {
    for (const id of ['35', '50', '1000', '9007199254740991', '9007199254740993', '1'.repeat(60)])
      expect(await client.text(`/qa/questions/${id}/answers`)).toBe(`{"question":"${id}","page":1,"count":5,"results":[]}`)
  })

  test('knows the answers to a reported question still', async () => {
    expect((await client.answers(36)).map(({ answer_id }) => answer_id)).toEqual([90])
  })
})

describe('an id', () => {
  const bad = [
    '0',
    '00',
    '-1',
    '+1',
    '5.55',
    '1.0',
    'hello',
    'null',
    'undefined',
    'NaN',
    '1e3',
    '0x1',
    '37a',
    '%2037',
    '37%0A',
    '%00',
    '%zz',
    '%C3',
    '٣',
  ]
  const routes: [method: string, path: (id: string) => string, name: string][] = [
    ['GET', (id) => `/qa/questions?product_id=${id}`, 'product_id'],
    ['GET', (id) => `/qa/questions/${id}/answers`, 'question_id'],
    ['POST', (id) => `/qa/questions/${id}/answers`, 'question_id'],
    ['PUT', (id) => `/qa/questions/${id}/helpful`, 'question_id'],
    ['PUT', (id) => `/qa/questions/${id}/report`, 'question_id'],
    ['PUT', (id) => `/qa/answers/${id}/helpful`, 'answer_id'],
    ['PUT', (id) => `/qa/answers/${id}/report`, 'answer_id'],
  ]
  test.each(reaching(bad))('%s is not valid, and the answer says which', async (id) => {
    for (const [method, path, name] of routes) {
      for (const one of everywhere(path(id))) {
        const body = method === 'POST' ? { body: 'b', name: 'n', email: 'a@post.example' } : undefined
        const answer = await client.send(method, one, body && JSON.stringify(body))
        expect([one, answer]).toEqual([one, refused(`Error: invalid ${name} provided`)])
      }
    }
  })

  test('that is absent is not valid', async () => {
    for (const query of ['', '?', '?product_id', '?product_id=', '?page=2', '?product=5'])
      expect(await client.send('GET', `/qa/questions${query}`)).toEqual(refused('Error: invalid product_id provided'))
  })
})
