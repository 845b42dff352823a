import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Value } from 'typebox/value'
import { openTestHost, type TestHost } from '../../host/testing.ts'
import { ReviewMeta, ReviewPage } from './types.ts'

const many = 5_003
const longSummary = 'A summary longer than the sixty characters that are taken today, as old data has them'

const files = {
  reviews: `id, product_id, rating, date, summary, body, recommend, reported, reviewer_name, reviewer_email, response, helpfulness
8,1,4,2019-01-01,"Second","Body of ""8""",true,false,anna,anna@post.example,null,3
5,1,3,1555200000000,"First",null,false,0,ben,ben@post.example,"Thanks!",5
9,1,1,1596080481467,Hidden,b,true,true,carl,carl@post.example,,99
7,2,5,1555200000000,"${longSummary}",b,1,0,dora,null,"null",5
6,1,4,1600000000000,Third,b,true,false,emil,e@post.example,,3
21,4,2,2020-01-01,s,b,true,false,n,null,null,1
22,4,2,2020-01-02,s,b,true,false,n,null,null,1
23,4,3,2020-01-02,s,b,false,false,n,null,null,1
24,4,5,2020-01-02,s,b,false,false,n,null,null,7
25,4,5,2019-12-31,s,b,true,false,n,null,null,7
26,4,1,2021-01-01,s,b,true,true,n,null,null,500
31,5,1,2020-01-01,s,b,true,true,n,null,null,1
${Array.from({ length: many }, (_, i) => `${1_001 + i},6,5,2020-01-01,s,b,true,false,n,null,null,0`).join('\n')}
`,
  reviews_photos: `id,review_id,url
2,5,https://photos.example/b
1,5,https://photos.example/a
3,77,https://photos.example/orphan`,
  characteristics: `id, product_id, name
15,1,Quality
14,1,Fit
16,3,Length
41,4,Comfort
42,4,Width
51,5,Size
`,
  characteristic_reviews: `id, characteristic_id, review_id, value
1,14,5,4
2,14,8,5
3,14,9,1
4,15,6,2
5,15,99,2
6,41,21,3
7,41,22,3
8,41,23,4
9,41,26,1
10,51,31,1
11,42,24,4
12,42,25,4
`,
}

let shop: TestHost
beforeAll(async () => void (shop = await openTestHost({ files })))
afterAll(() => shop[Symbol.asyncDispose]())

const text = async (path: string, init?: RequestInit) => {
  const reply = await shop.get(path, init)
  expect([path, reply.status, reply.headers.get('content-type')]).toEqual([path, 200, 'application/json; charset=utf-8'])
  return reply.text()
}
const page = async (query: string) => JSON.parse(await text(`/reviews?${query}`)) as ReviewPage
const ids = async (query: string) => (await page(query)).results.map(({ review_id }) => review_id)

const five =
  '{"review_id":5,"rating":3,"summary":"First","recommend":false,"response":"Thanks!","body":"","date":"2019-04-14T00:00:00.000Z","reviewer_name":"ben","helpfulness":5,"photos":[{"id":1,"url":"https://photos.example/a"},{"id":2,"url":"https://photos.example/b"}]}'
const six =
  '{"review_id":6,"rating":4,"summary":"Third","recommend":true,"response":null,"body":"b","date":"2020-09-13T12:26:40.000Z","reviewer_name":"emil","helpfulness":3,"photos":[]}'
const eight =
  '{"review_id":8,"rating":4,"summary":"Second","recommend":true,"response":null,"body":"Body of \\"8\\"","date":"2019-01-01T00:00:00.000Z","reviewer_name":"anna","helpfulness":3,"photos":[]}'

test('a page of reviews is this, to the byte, and reported ones are not on it', async () => {
  expect(await text('/reviews?product_id=1')).toBe(`{"product":"1","page":0,"count":5,"results":[${five},${six},${eight}]}`)
  expect(await text('/reviews?product_id=1&sort=newest')).toBe(`{"product":"1","page":0,"count":5,"results":[${six},${five},${eight}]}`)
  expect(await text('/reviews?product_id=1&sort=helpful')).toBe(`{"product":"1","page":0,"count":5,"results":[${five},${eight},${six}]}`)
  expect(await text('/reviews?product_id=1&page=2&count=2')).toBe(`{"product":"1","page":1,"count":2,"results":[${eight}]}`)
  expect(await text('/reviews?product_id=5')).toBe('{"product":"5","page":0,"count":5,"results":[]}')
})

test('page is the asked one minus one, and a page after the last is empty', async () => {
  for (const asked of [1, 2, 3, 4, 1_000_000_000, Number.MAX_SAFE_INTEGER]) {
    const results = asked === 1 ? `[${five},${six}]` : asked === 2 ? `[${eight}]` : '[]'
    expect(await text(`/reviews?product_id=1&count=2&page=${asked}`)).toBe(
      `{"product":"1","page":${asked - 1},"count":2,"results":${results}}`,
    )
  }
})

test("product is the query's own text, whatever its spelling, from memory and not", async () => {
  for (const asked of ['1', '01', '0001', `${'0'.repeat(500)}1`, '%31']) {
    const expected = `{"product":"${decodeURIComponent(asked)}","page":0,"count":5,"results":[${five},${six},${eight}]}`
    for (let i = 0; i < 3; i++) expect(await text(`/reviews?product_id=${asked}`)).toBe(expected)
    expect(await text(`/reviews/meta?product_id=${asked}`)).toStartWith(`{"product_id":"${decodeURIComponent(asked)}","ratings":{"3"`)
  }
})

test('newest is by date, helpful by votes, relevant by votes, then date; all by id at last, and anything else is relevant', async () => {
  expect(await ids('product_id=4&sort=newest')).toEqual([24, 23, 22, 21, 25])
  expect(await ids('product_id=4&sort=helpful')).toEqual([25, 24, 23, 22, 21])
  for (const sort of ['&sort=relevant', '', '&sort=', '&sort=best', '&sort=Newest', '&sort=newest%20', '&sort=%00', '&sort=undefined'])
    expect([sort, ...(await ids(`product_id=4${sort}`))]).toEqual([sort, 24, 25, 23, 22, 21])
})

test('counts are echoed as asked; at most five thousand reviews are given', async () => {
  for (const count of [1, 4, 5, 6, 200, 500, 1_000, 1_011, 5_000, 5_001, Number.MAX_SAFE_INTEGER]) {
    for (const sort of ['relevant', 'newest', 'helpful']) {
      const { product, page: number, count: echoed, results } = await page(`product_id=6&sort=${sort}&count=${count}`)
      expect([product, number, echoed, results.length]).toEqual(['6', 0, count, Math.min(count, 5_000)])
    }
  }
  expect(await ids('product_id=6&count=5000&page=2')).toEqual([1_003, 1_002, 1_001])
  expect(await ids(`product_id=6&count=${Number.MAX_SAFE_INTEGER}&page=2`)).toEqual([1_003, 1_002, 1_001])
  expect(await ids('product_id=1&count=9007199254740991')).toEqual([5, 6, 8])
})

test('a page or count that is no positive integer is the default one', async () => {
  const expected = await text('/reviews?product_id=1')
  for (const bad of ['', '0', '-1', '1.5', 'many', 'null', 'undefined', 'NaN', '1e2', '%20', '%FF', '00', '+3']) {
    expect([bad, await text(`/reviews?product_id=1&page=${bad}`)]).toEqual([bad, expected])
    expect([bad, await text(`/reviews?product_id=1&count=${bad}`)]).toEqual([bad, expected])
  }
})

test('meta counts in texts, leaves out what nobody gave, and averages with sixteen decimals', async () => {
  expect(await text('/reviews/meta?product_id=1')).toBe(
    '{"product_id":"1","ratings":{"3":"1","4":"2"},"recommended":{"false":"1","true":"2"},"characteristics":{"Fit":{"id":14,"value":"4.5000000000000000"},"Quality":{"id":15,"value":"2.0000000000000000"}}}',
  )
  expect(await text('/reviews/meta?product_id=2')).toBe(
    '{"product_id":"2","ratings":{"5":"1"},"recommended":{"true":"1"},"characteristics":{}}',
  )
  expect(await text('/reviews/meta?product_id=3')).toBe(
    '{"product_id":"3","ratings":{},"recommended":{},"characteristics":{"Length":{"id":16,"value":null}}}',
  )
  expect(await text('/reviews/meta?product_id=4')).toBe(
    '{"product_id":"4","ratings":{"2":"2","3":"1","5":"2"},"recommended":{"false":"2","true":"3"},"characteristics":{"Comfort":{"id":41,"value":"3.3333333333333333"},"Width":{"id":42,"value":"4.0000000000000000"}}}',
  )
})

test('a reported review counts nowhere', async () => {
  expect(await text('/reviews/meta?product_id=5')).toBe(
    '{"product_id":"5","ratings":{},"recommended":{},"characteristics":{"Size":{"id":51,"value":null}}}',
  )
})

test('an unknown product has no reviews, which is no error', async () => {
  for (const id of ['777', '9007199254740991', '9007199254740993', '9'.repeat(400)]) {
    expect(await text(`/reviews?product_id=${id}`)).toBe(`{"product":"${id}","page":0,"count":5,"results":[]}`)
    expect(await text(`/reviews/meta?product_id=${id}`)).toBe(`{"product_id":"${id}","ratings":{},"recommended":{},"characteristics":{}}`)
  }
})

test('a product_id that is no positive integer is refused', async () => {
  const bad = ['', '5.55', 'hello', 'null', '0', '00', '-1', '+1', '1%20', '1e3', '0x1', '%D9%A1', '%FF', '1%00', '1,2']
  for (const query of ['', '?', '?product=1', '?Product_id=1', ...bad.map((id) => `?product_id=${id}`)]) {
    for (const path of ['/reviews', '/reviews/meta', '/api/fec2/xy/reviews']) {
      const reply = await shop.get(path + query)
      const said = [path + query, reply.status, reply.headers.get('content-type'), await reply.text()]
      expect(said).toEqual([path + query, 422, 'text/plain; charset=utf-8', 'Error: invalid product_id provided'])
    }
  }
})

test('the same is served under any campus, with a slash at the end, and whatever Authorization says', async () => {
  const expected = await text('/reviews?product_id=1')
  const meta = await text('/reviews/meta?product_id=1')
  for (const before of ['/api/fec2/hr-rfp', '/api/fec2/xy', '/api/fec2/%20%22', ''])
    for (const slash of ['', '/'])
      for (const authorization of [undefined, 'ghp_0123456789', 'Bearer x', 'Basic %%%', '{"token":1}', ',,,']) {
        const init = authorization === undefined ? {} : { headers: { authorization } }
        expect(await text(`${before}/reviews${slash}?product_id=1`, init)).toBe(expected)
        expect(await text(`${before}/reviews/meta${slash}?product_id=1`, init)).toBe(meta)
      }
})

test('a browser of any origin may ask, and is told so before it does', async () => {
  for (const path of ['/reviews', '/reviews/meta', '/reviews/5/helpful', '/api/fec2/xy/reviews/5/report']) {
    const asked = {
      origin: 'https://shop.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type',
    }
    const { status, headers } = await shop.get(path, { method: 'OPTIONS', headers: asked })
    const allowed = ['origin', 'methods', 'headers'].map((what) => headers.get(`access-control-allow-${what}`))
    expect([status, ...allowed]).toEqual([204, '*', 'GET, POST, PUT, OPTIONS', 'Authorization, Content-Type'])
  }
  expect((await shop.get('/reviews?product_id=1')).headers.get('access-control-allow-origin')).toBe('*')
})

test("what is answered is what is documented, and holds nobody's address", async () => {
  for (const id of [1, 2, 3, 4, 5, 777]) {
    const [reviews, meta] = [await text(`/reviews?product_id=${id}`), await text(`/reviews/meta?product_id=${id}`)]
    expect([...Value.Errors(ReviewPage, JSON.parse(reviews)), ...Value.Errors(ReviewMeta, JSON.parse(meta))]).toEqual([])
    expect(reviews + meta).not.toContain('@')
  }
  expect((await page('product_id=2')).results).toMatchObject([{ summary: longSummary, response: 'null' }])
})
