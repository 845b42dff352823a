import { expect } from 'bun:test'
import pino from 'pino'
import type { Receipt, Reported } from '../kit/moderation.ts'
import type { LedgerRow } from '../kit/moderator.ts'
import { services } from '../services/index.ts'
import { openServer, type AtelierServer } from './server.ts'
import { openTestHost, until, type TestHost } from './testing.ts'

/** Ben wrote in three kinds, under three spellings of one address; reviews 9 and 7, question 36 and answer 71 are reported. */
export const files = {
  reviews: `id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness
5,1,3,1555200000000,First,"A body, of ben",false,false,ben,ben@post.example,,5
6,1,4,1600000000000,Third,b,true,false,emil,e@post.example,,3
8,1,4,2019-01-01,Second,"Body of 8",true,false,anna,anna@post.example,,3
9,1,1,1596080481467,Hidden,b,true,true,carl,carl@post.example,,99
7,2,5,1555200000000,s,b,1,1,ben," BEN@Post.Example ",,2
10,2,2,1555200000000,s,b,1,0,dora,null,,2
`,
  reviews_photos: `id,review_id,url
2,9,https://photos.example/b
1,9,https://photos.example/a
3,5,https://photos.example/c
`,
  characteristics: 'id,product_id,name\n14,1,Fit\n15,1,Quality\n16,2,Length\n',
  characteristic_reviews: 'id,characteristic_id,review_id,value\n1,14,5,4\n2,14,8,5\n3,14,9,1\n4,15,9,2\n5,16,7,3\n',
  questions: `id,product_id,body,date_written,asker_name,asker_email,reported,helpful
34,5,Can I wash it?,1605550000123,luaulover,lulu@post.example,0,1
35,5,Is it real?,1613150000000,ben,Ben@post.example,0,1
36,5,Reported,1588130000000,funnygirl,funny@post.example,1,99
`,
  answers: `id,question_id,body,date_written,answerer_name,answerer_email,reported,helpful
70,34,Because,1599958385988,sillyguy,silly@post.example,0,8
71,34,Reported,1599958385988,spammer,spam@post.example,1,99
72,34,Of ben too,1599958385000,ben,ben@post.example,false,0
73,35,To ben,1596584232121,skilover,ski@post.example,0,3
74,35,To himself,1596584232121,ben,ben@post.example,0,3
`,
  answers_photos: 'id,answer_id,url\n1,71,https://photos.example/71\n',
}

export const token = 'a-token-of-32-characters-0123456'
export const bearer = { authorization: `Bearer ${token}` }

/** A shop whose second server has an admin API; both share a database. */
export type AdminHost = AsyncDisposable & {
  readonly shop: TestHost
  readonly server: AtelierServer
  readonly origin: string
  /** What the second server logged. */
  readonly lines: string[]
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  reported(kind: string): Promise<Reported[]>
  ledger(kind: string): Promise<LedgerRow[]>
  decide(kind: string, id: number, decision: string, words?: { reason?: string; response?: string }): Promise<Response>
  erase(email: string): Promise<Receipt>
  /** What both servers answer: the one that wrote at once, the other some milliseconds later. */
  text(path: string): Promise<string>
}

export const openAdminHost = async (): Promise<AdminHost> => {
  await using opened = new AsyncDisposableStack()
  const shop = opened.use(await openTestHost({ files }))
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const { databaseUrl } = shop
  const config = {
    host: '127.0.0.1',
    port: 0,
    reusePort: false,
    databaseUrl,
    memoryBytesMax: 8_388_608,
    version: 'test',
    adminToken: token,
  }
  const server = opened.use(await openServer({ config, services, migrated: services, log }))
  const origin = `http://127.0.0.1:${server.port}`
  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = bearer) =>
    fetch(`${origin}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  const results = async (path: string) => {
    const answer = await ask('GET', path)
    expect([path, answer.status]).toEqual([path, 200])
    return ((await answer.json()) as { results: never[] }).results
  }
  const kept = opened.move()
  return {
    shop,
    server,
    origin,
    lines,
    ask,
    reported: (kind) => results(`/admin/reported?kind=${kind}`),
    ledger: (kind) => results(`/admin/decisions?kind=${kind}`),
    decide: (kind, id, decision, words = {}) => ask('POST', '/admin/decisions', { kind, id, decision, ...words }),
    async erase(email) {
      const answer = await ask('POST', '/admin/erasures', { email })
      expect(answer.status).toBe(200)
      return (await answer.json()) as Receipt
    },
    async text(path) {
      let text = ''
      await until(async () => {
        const [here, there] = await Promise.all([fetch(`${origin}${path}`), shop.get(path)])
        expect([path, here.status, there.status]).toEqual([path, 200, 200])
        text = await here.text()
        return (await there.text()) === text
      })
      return text
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Every row of every table, as text. */
export const everything = async ({ sql }: TestHost): Promise<string> => {
  const tables = await sql<{ name: string }[]>`
    select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`
  let stored = ''
  for (const { name } of tables)
    for (const { row } of await sql.unsafe(`select t::text as row from ${name} t`)) stored += `${name} ${row}\n`
  return stored
}

/** Summaries and characteristics that are not what the reviews give; [] when all is well. */
export const miscounted = ({ sql }: TestHost) => sql`
  select s.product_id, s.rated_1, s.rated_2, s.rated_3, s.rated_4, s.rated_5, s.recommended, s.not_recommended
  from reviews.summary s
  except
  select s.product_id, count(*) filter (where r.rating = 1), count(*) filter (where r.rating = 2), count(*) filter (where r.rating = 3),
    count(*) filter (where r.rating = 4), count(*) filter (where r.rating = 5), count(*) filter (where r.recommend),
    count(*) filter (where not r.recommend)
  from reviews.summary s left join reviews.review r on r.product_id = s.product_id and not r.reported group by s.product_id
  union all
  select c.characteristic_id, c.votes, c.total, v.votes, v.total, null, null, null
  from reviews.characteristic c cross join lateral (
    select count(*) as votes, coalesce(sum(e.value::bigint), 0) as total from reviews.review r, jsonb_each_text(r.characteristics) e
    where r.product_id = c.product_id and not r.reported and e.key::bigint = c.characteristic_id
  ) v where (v.votes, v.total) is distinct from (c.votes, c.total)`
