import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openTestHost, type TestHost } from '../../host/testing.ts'
import { speakTo } from './questions-fixture.ts'

const lines = (length: number, line: (i: number) => string) => Array.from({ length }, (_, i) => line(i)).join('')
const many = 10_640
const long = 'x'.repeat(60_000)

/** Product 1 has 10,640 questions, two answers each · question 20000 has 5,200 answers · product 3 has ten questions of more than a MiB each. */
const files = {
  questions:
    'id,product_id,body,date_written,asker_name,asker_email,reported,helpful\n' +
    lines(many, (i) => `${i + 1},1,Question ${i},1594500000000,n,e,0,${i % 50}\n`) +
    '20000,2,Popular,1594500000000,n,e,0,5\n20001,2,Next,1594500000000,n,e,0,4\n' +
    lines(10, (i) => `${30_000 + i},3,Heavy ${i},1594500000000,n,e,0,0\n`),
  answers:
    'id,question_id,body,date_written,answerer_name,answerer_email,reported,helpful\n' +
    lines(2 * many, (i) => `${i + 1},${Math.floor(i / 2) + 1},Answer ${i},1594500000000,n,e,0,0\n`) +
    lines(5_200, (i) => `${50_000 + i},20000,A,1594500000000,n,e,0,${i % 7}\n`) +
    '60000,20001,A,1594500000000,n,e,0,1\n' +
    lines(200, (i) => `${70_000 + i},${30_000 + (i % 10)},${long},1594500000000,n,e,0,0\n`),
}

let shop: TestHost
let client: ReturnType<typeof speakTo>
beforeAll(async () => {
  shop = await openTestHost({ files })
  client = speakTo(shop)
})
afterAll(() => shop[Symbol.asyncDispose]())

const everything = 'count=9007199254740991'
const lengths = (questions: { answers: object }[]) => questions.map(({ answers }) => Object.keys(answers).length)

describe('a product with 10,640 questions', () => {
  test('gives 5,000 of them at once, in order, with all their answers', async () => {
    const first = await client.questions(1, `&${everything}`)
    expect([first.length, new Set(lengths(first))]).toEqual([5_000, new Set([2])])
    const second = await client.questions(1, `&page=2&${everything}`)
    const third = await client.questions(1, `&page=3&${everything}`)
    expect([second.length, third.length]).toEqual([5_000, 640])
    const all = [...first, ...second, ...third]
    expect(all).toEqual(all.toSorted((a, b) => b.question_helpfulness - a.question_helpfulness || a.question_id - b.question_id))
    expect(new Set(all.map(({ question_id }) => question_id)).size).toBe(many)
    expect(await client.questions(1, `&page=4&${everything}`)).toEqual([])
  })

  test('does not hold up those who ask for little', async () => {
    const large = client.questions(1, `&count=4999`)
    for (let page = 1; page < 50; page++) expect(await client.questions(1, `&page=${page}`)).toHaveLength(5)
    expect(await large).toHaveLength(4_999)
  })
})

describe('a question with 5,200 answers', () => {
  test('has the first 5,000 with it, and all in its list', async () => {
    const [popular, next] = await client.questions(2)
    expect([...lengths([popular!, next!]), Object.keys(popular!.answers).at(-1)]).toEqual([5_000, 1, '54999'])
    expect(await client.answers(20_000, `?${everything}`)).toHaveLength(5_000)
    expect(await client.answers(20_000, `?page=2&${everything}`)).toHaveLength(200)
    expect(await client.answers(20_000, '?page=1041')).toEqual([])
  })
})

describe('questions with more than a MiB of answers', () => {
  test('show the first of them, and the last of a page none: it stays below 8 MiB', async () => {
    const text = await client.text('/qa/questions?product_id=3&count=20')
    const shown = (JSON.parse(text) as { results: { answers: object }[] }).results
    expect(lengths(shown)).toEqual([17, 17, 17, 17, 17, 17, 17, 17, 0, 0])
    expect(text.length).toBeLessThan(8_400_000)
    expect(lengths(await client.questions(3))).toEqual([17, 17, 17, 17, 17])
    expect(lengths(await client.questions(3, '&page=2'))).toEqual([17, 17, 17, 17, 17])
    expect(await client.answers(30_009, '?count=1000')).toHaveLength(20)
  })
})
