import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openTestHost, type TestHost } from '../../host/testing.ts'
import { done, files, speakTo } from './questions-fixture.ts'
import { questionWrites } from './write-queries.ts'

let shop: TestHost
let client: ReturnType<typeof speakTo>
beforeAll(async () => {
  shop = await openTestHost({ files })
  client = speakTo(shop)
})
afterAll(() => shop[Symbol.asyncDispose]())

const helpfulness = async (question: number, answer: number) => {
  const one = (await client.questions(5)).find(({ question_id }) => question_id === question)!
  const listed = (await client.answers(question)).find(({ answer_id }) => answer_id === answer)!
  expect(one.answers[answer]!.helpfulness).toBe(listed.helpfulness)
  return [one.question_helpfulness, listed.helpfulness]
}
/** All at once; each must be answered as if it had counted. */
const vote = async (times: number, headers: (i: number) => Record<string, string>) => {
  const [question, answer] = await helpfulness(37, 70)
  const answers = Array.from({ length: times }, (_, i) =>
    client.put(`/qa/${i % 2 === 0 ? 'questions/37' : 'answers/70'}/helpful`, headers(i)),
  )
  for (const one of await Promise.all(answers)) expect(one).toEqual(done)
  const [questionNow, answerNow] = await helpfulness(37, 70)
  return [questionNow! - question!, answerNow! - answer!]
}
const session = (token: string) => ({ cookie: `a=b; atelier_session=${token}` })

describe('a vote', () => {
  test('of nobody counts each time', async () => {
    expect(await vote(7_000, () => ({}))).toEqual([3_500, 3_500])
  })

  test('of a voter counts once for each target, however often it is sent', async () => {
    expect(await vote(7_000, () => ({ 'idempotency-key': 'anna' }))).toEqual([1, 1])
    expect(await vote(2, () => ({ 'idempotency-key': 'anna' }))).toEqual([0, 0])
  })

  test('of each voter counts, among those of nobody that come with them', async () => {
    const voters = ['anna', 'ben', 'carl', 'dora', 'emil']
    const headers = (i: number): Record<string, string> => (i % 4 < 2 ? {} : { 'idempotency-key': voters[i % 5]! })
    expect(await vote(2_000, headers)).toEqual([500 + 4, 500 + 4])
  })

  test('of a session counts once, which is not the voter of a key with its text', async () => {
    const token = 'abcdefghijklmnopqrstuv'
    expect(await vote(200, () => session(token))).toEqual([1, 1])
    expect(await vote(2, () => ({ 'idempotency-key': token }))).toEqual([1, 1])
    // The key says who votes when both are sent.
    expect(await vote(200, () => ({ ...session('zzzzzzzzzzzzzzzzzzzzzz'), 'idempotency-key': 'anna' }))).toEqual([0, 0])
  })

  test('with Authorization, or with what is no session of ours, is of nobody', async () => {
    expect(await vote(20, () => ({ authorization: 'some token' }))).toEqual([10, 10])
    expect(await vote(20, () => session('short'))).toEqual([10, 10])
    expect(await vote(20, () => ({ 'idempotency-key': '' }))).toEqual([10, 10])
  })

  test('touches no index', async () => {
    for (const [table, statement, id] of [
      ['question', questionWrites.helpfulQuestion, 37],
      ['answer', questionWrites.helpfulAnswer, 70],
    ] as const) {
      const updated = await shop.sql.begin(async (sql) => {
        await sql.unsafe(statement, [JSON.stringify([{ n: 0, id }])])
        return sql<{ table: string; rows: number; hot: number }[]>`
          select relname as table, n_tup_upd::float8 as rows, n_tup_hot_upd::float8 as hot from pg_stat_xact_user_tables
          where schemaname = 'questions' and n_tup_upd > 0`
      })
      expect(updated.find((one) => one.table === table)).toEqual({ table, rows: 1, hot: 1 })
    }
  })

  test('counts anew after an import, which brings other rows', async () => {
    await shop.import(files)
    expect(await helpfulness(37, 70)).toEqual([4, 8])
    expect(await vote(20, () => ({ 'idempotency-key': 'anna' }))).toEqual([1, 1])
  })
})
