import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openTestHost, type TestHost } from '../../host/testing.ts'
import { files, made, refused, speakTo } from './questions-fixture.ts'

let shop: TestHost
let client: ReturnType<typeof speakTo>
beforeAll(async () => {
  shop = await openTestHost({ files })
  client = speakTo(shop)
})
afterAll(() => shop[Symbol.asyncDispose]())

const badQuestion = refused('Error: Question body contains invalid entries')
const badAnswer = refused('Error: Answer body contains invalid entries')
const words = { body: 'Why?', name: 'fay', email: 'fay@post.example' }
/** The answers to a question and to an answer with these properties. */
const both = async (properties: Record<string, unknown>) => [
  await client.post('/qa/questions', { ...words, product_id: 500, ...properties }),
  await client.post('/qa/questions/34/answers', { ...words, ...properties }),
]

const texts: [name: string, text: string][] = [
  ['markup', '<script>alert("1")</script><!-- & &amp; -->'],
  ['quotes and backslashes', `"'\\ \\" \\u0041 '' $$ $1 %s {"a":[]} \\`],
  ['emoji', '🦖👩‍👩‍👧‍👦🇨🇭 e\u0301'],
  ['right-to-left text', 'مرحبا \u202Eevil\u202C שלום \u200F'],
  ['control characters', Array.from({ length: 31 }, (_, i) => String.fromCharCode(i + 1)).join('') + '\x7F\x80\x9F'],
  ['separators and odd spaces', '\u2028\u2029\uFEFF\u00A0\u200B\u3000'],
  ['the ends of Unicode', '\uFFFE\uFFFF\u{10FFFF}\uE000'],
  ['spaces around it', '  a  '],
  ['a space', ' '],
  ['null', 'null'],
  ['SQL', "'); drop table questions.question; --"],
]

describe('a text', () => {
  test.each(texts)('of %s is stored and sent exactly as it was given', async (_, text) => {
    const product = 600 + texts.findIndex(([, one]) => one === text)
    const photos = [text, '']
    expect(await client.post('/qa/questions', { ...words, body: text, name: text, product_id: product })).toEqual(made)
    const [{ question_id } = { question_id: 0 }] = await client.questions(product)
    expect(await client.post(`/qa/questions/${question_id}/answers`, { ...words, body: text, name: text, photos })).toEqual(made)

    const json = JSON.stringify(text)
    const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown as string
    const [question] = await client.questions(product)
    const [answer] = await client.answers(question_id)
    const { id, ...within } = Object.values(question!.answers)[0]!
    expect(question).toMatchObject({ question_body: text, asker_name: text, question_date: date })
    expect(within).toEqual({ body: text, date, answerer_name: text, helpfulness: 0, photos })
    expect(answer).toMatchObject({ answer_id: id, body: text, answerer_name: text, date })
    for (const path of [`/qa/questions?product_id=${product}`, `/qa/questions/${question_id}/answers`]) {
      const wire = await client.text(path)
      expect(wire).toContain(`ody":${json},"`)
      expect(wire).toContain(`_name":${json},"`)
      expect(wire).toContain(`[${path.includes('?') ? json : `{"id":${answer!.photos[0]!.id},"url":${json}}`},`)
    }
  })

  test('with NUL or half of a surrogate pair is refused, and its neighbours are not', async () => {
    for (const text of ['a\0b', '\uD83E', '\uDD96\uD83E']) {
      for (const properties of [{ body: text }, { name: text }, { email: `${text}@post.example` }])
        expect([properties, ...(await both(properties))]).toEqual([properties, badQuestion, badAnswer])
      expect(await client.post('/qa/questions/34/answers', { ...words, photos: ['ok', text] })).toEqual(badAnswer)
    }
    const mixed = await Promise.all(
      Array.from({ length: 60 }, (_, i) => client.post('/qa/questions', { ...words, body: i % 2 ? `${i}` : `\0`, product_id: 700 })),
    )
    expect(mixed).toEqual(Array.from({ length: 60 }, (_, i) => (i % 2 ? made : badQuestion)))
    expect(await client.questions(700, '&count=100')).toHaveLength(30)
  })

  test('may be as long as its limit, counted in characters', async () => {
    for (const one of ['x', 'é', '🦖']) {
      for (const properties of [{ body: one.repeat(1_000) }, { name: one.repeat(60) }]) expect(await both(properties)).toEqual([made, made])
      for (const properties of [{ body: one.repeat(1_001) }, { name: one.repeat(61) }])
        expect(await both(properties)).toEqual([badQuestion, badAnswer])
    }
    expect(await client.post('/qa/questions/34/answers', { ...words, ...photos(20, 2_048) })).toEqual(made)
    for (const tooMany of [photos(1, 2_049), photos(21, 1)])
      expect(await client.post('/qa/questions/34/answers', { ...words, ...tooMany })).toEqual(badAnswer)
  })
})

const photos = (count: number, length: number) => ({ photos: Array.from({ length: count }, () => 'x'.repeat(length)) })

describe('a body', () => {
  const wrong: [name: string, properties: Record<string, unknown>][] = [
    ['body', { body: undefined }],
    ['body', { body: '' }],
    ['body', { body: null }],
    ['body', { body: 5 }],
    ['body', { body: ['a'] }],
    ['name', { name: undefined }],
    ['name', { name: '' }],
    ['name', { name: null }],
    ['name', { name: {} }],
    ['email', { email: undefined }],
    ['email', { email: null }],
    ...['', 'fay', 'fay@', '@post.example', 'fay@post', 'fay@@post.example', 'f y@post.example', 'fay@post..example', 'fay@.example'].map(
      (email): [string, Record<string, unknown>] => ['email', { email }],
    ),
    ['email', { email: `${'x'.repeat(250)}@post.example` }],
  ]
  test.each(wrong)('with a wrong %s is refused: %p', async (_, properties) => {
    expect(await both(properties)).toEqual([badQuestion, badAnswer])
  })

  test.each(['first.last@gmail.com', 'a@b.c', "o'neill+tag@sub.post.example", 'ф@почта.рф'])('may come from %s', async (email) => {
    expect(await both({ email })).toEqual([made, made])
  })

  test('of a question needs a product, as a number', async () => {
    for (const product_id of [undefined, null, 0, -1, 1.5, '5', 'hello', true, [5], 2 ** 53, 1e300])
      expect([product_id, await client.post('/qa/questions', { ...words, product_id })]).toEqual([product_id, badQuestion])
    expect(await client.post('/qa/questions', { ...words, product_id: Number.MAX_SAFE_INTEGER - 1 })).toEqual(made)
    expect(await client.questions(Number.MAX_SAFE_INTEGER - 1)).toHaveLength(1)
  })

  test('of an answer may have photos, texts only', async () => {
    for (const photos of [null, 'https://photos.example/1', [1], [null], [['a']], { 0: 'a' }, [{ url: 'a' }]])
      expect([photos, await client.post('/qa/questions/34/answers', { ...words, photos })]).toEqual([photos, badAnswer])
    expect(await client.post('/qa/questions/34/answers', { ...words, photos: [] })).toEqual(made)
  })

  test.each(['', ' ', '{', 'null', '[]', '"text"', '5', 'true', '{"body":', 'body=b&name=n', '\uFEFF{}'])(
    'that is %p is refused',
    async (body) => {
      expect(await client.send('POST', '/qa/questions', body)).toEqual(badQuestion)
      expect(await client.send('POST', '/qa/questions/34/answers', body, { 'content-type': 'application/json' })).toEqual(badAnswer)
    },
  )

  test('that is absent, or no UTF-8, is refused; its type does not matter', async () => {
    const bytes = Buffer.from(JSON.stringify({ ...words, product_id: 501 }).replace('Why?', '\xFF'), 'latin1')
    for (const body of [undefined, bytes]) {
      expect(await client.send('POST', '/qa/questions', body)).toEqual(badQuestion)
      expect(await client.send('POST', '/qa/questions/34/answers', body)).toEqual(badAnswer)
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'nonsense'])
      expect(await client.send('POST', '/qa/questions', JSON.stringify({ ...words, product_id: 501 }), { 'content-type': type })).toEqual(
        made,
      )
  })
})

test('e-mail addresses are in no answer', async () => {
  expect(await client.post('/qa/questions', { ...words, product_id: 800, email: 'secret@post.example' })).toEqual(made)
  const paths = [1, 5, 6, 7, 500, 800].flatMap((product) =>
    ['', '&page=2', '&count=5000'].map((rest) => `/qa/questions?product_id=${product}${rest}`),
  )
  for (let id = 30; id < 300; id++) paths.push(`/qa/questions/${id}/answers`)
  for (const path of [...paths, '/metrics', '/docs/openapi.json', '/qa/questions?product_id=x']) {
    const body = await (await shop.get(path)).text()
    expect([path, /post\.example|gmail|почта|email":/.test(body.replaceAll('"email":{', ''))]).toEqual([path, false])
  }
})
