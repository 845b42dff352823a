import { expect } from 'bun:test'
import type { TestHost } from '../../host/testing.ts'

/** As real copies are: ids out of order and with gaps, quotes where they please, dates and flags of both kinds, nulls of both. */
export const files = {
  questions: `id, product_id, body, date_written, asker_name, asker_email, reported, helpful
37,5,"Why is this product cheaper here than other sites?",1539820800000,williamsmith,will@post.example,0,4
34,5,Can I wash it?,1605550000123,luaulover,lulu@post.example,0,1
40,5,What fabric is it?,2019-01-01,ann,ann@post.example,false,0
35,5,"Is it the ""real"" thing, or not?",1613150000000,bballfan,null,0,1
36,5,Reported,1588130000000,funnygirl,funny@post.example,1,99
41,5,How long does it last?,1594500000000,bob,,true,7
39,5,Sixth,1594500000001,cat,cat@post.example,0,0
38,5,Seventh,1594500000002,dan,dan@post.example,0,-1
50,6,Nobody knows?,1594500000000,eve,eve@post.example,0,0
51,7,Hidden?,1594500000000,eve,eve@post.example,1,0
`,
  answers: `id,question_id,body,date_written,answerer_name,answerer_email,reported,helpful
70,37,"Because it is ""better"".",1599958385988,sillyguy,silly@post.example,0,8
68,37,We are selling it here without any markup!,1598610421169,Seller,null,0,1
69,37,No idea,2019-04-14,toofast,fast@post.example,0,1
71,37,Reported,1599958385988,spammer,spam@post.example,1,99
100,37,Who asks?,1599958385000,ann,ann@post.example,false,0
80,34,Yes,1596584232121,skilover,ski@post.example,0,3
90,36,Under a reported question,1596584232121,skilover,ski@post.example,0,3
`,
  answers_photos: `id,answer_id,url
3,68,https://photos.example/c
1,68,https://photos.example/a?w=1&h=2
2,70,"https://photos.example/b"
9,71,https://photos.example/hidden
`,
}

const answers37 =
  '"68":{"id":68,"body":"We are selling it here without any markup!","date":"2020-08-28T10:27:01.169Z","answerer_name":"Seller","helpfulness":1,"photos":["https://photos.example/a?w=1&h=2","https://photos.example/c"]},' +
  '"69":{"id":69,"body":"No idea","date":"2019-04-14T00:00:00.000Z","answerer_name":"toofast","helpfulness":1,"photos":[]},' +
  '"70":{"id":70,"body":"Because it is \\"better\\".","date":"2020-09-13T00:53:05.988Z","answerer_name":"sillyguy","helpfulness":8,"photos":["https://photos.example/b"]},' +
  '"100":{"id":100,"body":"Who asks?","date":"2020-09-13T00:53:05.000Z","answerer_name":"ann","helpfulness":0,"photos":[]}'

const question = (id: number, body: string, date: string, name: string, helpfulness: number, answers = '') =>
  `{"question_id":${id},"question_body":${JSON.stringify(body)},"question_date":"${date}","asker_name":"${name}",` +
  `"question_helpfulness":${helpfulness},"reported":false,"answers":{${answers}}}`

/** The shown questions of product 5 in the order of the list. */
export const shown = [
  question(37, 'Why is this product cheaper here than other sites?', '2018-10-18T00:00:00.000Z', 'williamsmith', 4, answers37),
  question(
    34,
    'Can I wash it?',
    '2020-11-16T18:06:40.123Z',
    'luaulover',
    1,
    '"80":{"id":80,"body":"Yes","date":"2020-08-04T23:37:12.121Z","answerer_name":"skilover","helpfulness":3,"photos":[]}',
  ),
  question(35, 'Is it the "real" thing, or not?', '2021-02-12T17:13:20.000Z', 'bballfan', 1),
  question(39, 'Sixth', '2020-07-11T20:40:00.001Z', 'cat', 0),
  question(40, 'What fabric is it?', '2019-01-01T00:00:00.000Z', 'ann', 0),
  question(38, 'Seventh', '2020-07-11T20:40:00.002Z', 'dan', -1),
]

/** The shown answers to question 37 in the order of the list. */
export const listed = [
  '{"answer_id":70,"body":"Because it is \\"better\\".","date":"2020-09-13T00:53:05.988Z","answerer_name":"sillyguy","helpfulness":8,"photos":[{"id":2,"url":"https://photos.example/b"}]}',
  '{"answer_id":68,"body":"We are selling it here without any markup!","date":"2020-08-28T10:27:01.169Z","answerer_name":"Seller","helpfulness":1,"photos":[{"id":1,"url":"https://photos.example/a?w=1&h=2"},{"id":3,"url":"https://photos.example/c"}]}',
  '{"answer_id":69,"body":"No idea","date":"2019-04-14T00:00:00.000Z","answerer_name":"toofast","helpfulness":1,"photos":[]}',
  '{"answer_id":100,"body":"Who asks?","date":"2020-09-13T00:53:05.000Z","answerer_name":"ann","helpfulness":0,"photos":[]}',
]

/** Where everything is served: `path` may have a query. */
export const everywhere = (path: string): string[] => {
  const [bare = '', query] = path.split('?', 2)
  const tail = query === undefined ? '' : `?${query}`
  return ['', '/api/fec2/xy', '/api/fec2/hr-rfp'].flatMap((root) => [`${root}${bare}${tail}`, `${root}${bare}/${tail}`])
}

export type Answered = { status: number; type: string | null; body: string }
export type NamedAnswer = { id: number; body: string; date: string; answerer_name: string; helpfulness: number; photos: string[] }
export type ListedQuestion = {
  question_id: number
  question_body: string
  question_helpfulness: number
  answers: Record<string, NamedAnswer>
}
export type ListedAnswer = { answer_id: number; body: string; helpfulness: number; photos: { id: number; url: string }[] }

/** Speaks to a shop as a client does. */
export const speakTo = (shop: TestHost) => {
  const send = async (
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Answered> => {
    const answer = await shop.get(path, { method, headers, ...(body !== undefined && { body }) })
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() }
  }
  const text = async (path: string): Promise<string> => {
    const { status, type, body } = await send('GET', path)
    expect([path, status, type]).toEqual([path, 200, 'application/json; charset=utf-8'])
    return body
  }
  return {
    send,
    text,
    put: (path: string, headers?: Record<string, string>) => send('PUT', path, undefined, headers),
    post: (path: string, body: unknown) => send('POST', path, JSON.stringify(body), { 'content-type': 'application/json' }),
    questions: async (product: number, query = '') =>
      (JSON.parse(await text(`/qa/questions?product_id=${product}${query}`)) as { results: ListedQuestion[] }).results,
    answers: async (id: number, query = '') =>
      (JSON.parse(await text(`/qa/questions/${id}/answers${query}`)) as { results: ListedAnswer[] }).results,
  }
}

export const plain = 'text/plain; charset=utf-8'
export const done: Answered = { status: 204, type: null, body: '' }
export const made: Answered = { status: 201, type: plain, body: 'Created' }
export const absent: Answered = { status: 404, type: plain, body: 'Not Found' }
export const refused = (body: string): Answered => ({ status: 422, type: plain, body })
