import { describe, expect, test } from 'bun:test'
import { everything, files, miscounted, openAdminHost, type AdminHost } from './admin-fixture.ts'
import { reviewModerationQueries } from '../services/reviews/moderation-queries.ts'
import { freezeTestDatabase } from './testing-freeze.ts'
import { until } from './testing.ts'

const ben = 'ben@post.example'
const pages = ['/reviews?product_id=1', '/reviews?product_id=1&sort=newest', '/reviews/meta?product_id=1', '/qa/questions?product_id=5']
pages.push('/qa/questions/34/answers', '/qa/questions/35/answers')
const idsIn = (text: string, name: string) => [...text.matchAll(new RegExp(`"${name}":(\\d+)`, 'g'))].map(([, id]) => Number(id))

/** Rows that hang on what is no longer there. */
const orphans = async ({ shop }: AdminHost) => {
  const [row] = await shop.sql<{ n: number }[]>`
    select (select count(*) from reviews.vote v where not exists (select from reviews.review r where r.review_id = v.review_id))
      + (select count(*) from questions.question_vote v where not exists (select from questions.question q where q.question_id = v.question_id))
      + (select count(*) from questions.answer_vote v where not exists (select from questions.answer a where a.answer_id = v.answer_id))
      + (select count(*) from questions.answer a where not exists (select from questions.question q where q.question_id = a.question_id))
      as n`
  return Number(row!.n)
}

describe('an erasure', () => {
  test('takes all of a person out of lists, counters, documents and the memory of every server, and says how many that was', async () => {
    await using admin = await openAdminHost()
    const { shop } = admin
    for (const path of ['/reviews/5', '/reviews/6', '/qa/questions/35', '/qa/answers/73', '/qa/answers/72'])
      await shop.get(`${path}/helpful`, { method: 'PUT', headers: { 'idempotency-key': 'k' } })
    for (const path of pages) await admin.text(path)
    const startedAt = new Date().toISOString()
    // The case and the spaces around do not matter. A question goes with its answers, his own among them and one that is not his.
    const { receipt_id, at, counts } = await admin.erase(' BEN@post.example\n')
    expect(counts).toEqual({ review: 2, question: 1, answer: 3, dining_review: 0 })
    expect(receipt_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
    expect(at >= startedAt && at <= new Date().toISOString()).toBe(true)

    const [relevant, newest, meta, questions, answers, gone] = await Promise.all(pages.map((path) => admin.text(path)))
    expect(idsIn(relevant!, 'review_id')).toEqual([6, 8])
    expect(idsIn(newest!, 'review_id')).toEqual([6, 8])
    expect(meta).toBe(
      '{"product_id":"1","ratings":{"4":"2"},"recommended":{"true":"2"},"characteristics":{"Fit":{"id":14,"value":"5.0000000000000000"},"Quality":{"id":15,"value":null}}}',
    )
    expect(idsIn(questions!, 'question_id')).toEqual([34])
    expect([idsIn(answers!, 'answer_id'), idsIn(gone!, 'answer_id')]).toEqual([[70], []])
    expect((await admin.reported('review')).map(({ id }) => id)).toEqual([9])
    expect([...(await miscounted(shop))]).toEqual([])
    expect(await orphans(admin)).toBe(0)
    expect((await shop.get('/reviews/5/helpful', { method: 'PUT' })).status).toBe(404)

    const rows = [...(await admin.ledger('review')), ...(await admin.ledger('question')), ...(await admin.ledger('answer'))]
    expect(
      rows
        .map(({ kind, id, decision, reason, receipt_id }) => ({ kind, id, decision, reason, receipt_id }))
        .toSorted((a, b) => a.id - b.id),
    ).toEqual(
      [
        ['review', 5],
        ['review', 7],
        ['question', 35],
        ['answer', 72],
        ['answer', 73],
        ['answer', 74],
      ].map(([kind, id]) => ({ kind, id, decision: 'erased', reason: '', receipt_id })) as never,
    )
  })

  test('leaves the address, the name and the words in no table, no figure and no log', async () => {
    await using admin = await openAdminHost()
    await admin.decide('review', 5, 'respond', { response: 'Thank you for your words' })
    for (const path of pages) await admin.text(path)
    await until(
      async () =>
        (await everything(admin.shop)).includes('reviews.first_page (1,') && !/first_page \(1,.*,\)\n/.test(await everything(admin.shop)),
    )
    await admin.erase(ben)
    const stored = await everything(admin.shop)
    expect(stored).toContain('reviews.decision')
    const figures = await (await fetch(`${admin.origin}/metrics`)).text()
    for (const place of [stored, figures, admin.lines.join('')])
      expect(place).not.toMatch(/ben@post|,ben,|"ben"|A body, of ben|Of ben too|Thank you for/i)
  })

  test('done again erases nothing, and its receipt is another', async () => {
    await using admin = await openAdminHost()
    const first = await admin.erase(ben)
    const ledger = await admin.ledger('review')
    const second = await admin.erase(ben)
    expect(second.counts).toEqual({ review: 0, question: 0, answer: 0, dining_review: 0 })
    expect(second.receipt_id).not.toBe(first.receipt_id)
    expect((await admin.erase('nobody@post.example')).counts).toEqual({ review: 0, question: 0, answer: 0, dining_review: 0 })
    expect(await admin.ledger('review')).toEqual(ledger)
  })

  test('is of the whole address, and of nobody without one', async () => {
    await using admin = await openAdminHost()
    for (const email of ['ben', 'en@post.example', 'ben@post.exampl', '%', 'ben@post_example', 'null', '(null)'])
      expect([email, (await admin.erase(email)).counts]).toEqual([email, { review: 0, question: 0, answer: 0, dining_review: 0 }])
  })

  test('is not given from memory either while the database is away', async () => {
    await using admin = await openAdminHost()
    const others = ['/reviews?product_id=2', '/qa/questions?product_id=6']
    for (const path of [...pages, ...others]) await admin.text(path)
    await admin.erase(ben)
    // The other server has heard of it when it asks the database again, and has the answer without it then.
    const there = async () => (await admin.shop.get('/reviews?product_id=1')).text()
    await until(async () => !(await there()).includes('of ben'))
    using _ = await freezeTestDatabase()
    expect((await fetch(`${admin.origin}/reviews?product_id=1`)).status).toBe(503)
    expect(await there()).not.toContain('of ben')
  })

  test('of more than one scan finds, and more than one transaction takes, is whole', async () => {
    await using admin = await openAdminHost()
    const { sql } = admin.shop
    await sql.unsafe(`
      insert into reviews.review (product_id, review_id, rating, recommend, reported, helpfulness, created_at, summary, body, reviewer_name, reviewer_email)
      select 100 + n % 50, 1000 + n, 1 + n % 5, n % 2 = 0, n % 10 = 0, 0, now(), 's', 'b', 'many', 'Many@post.example' from generate_series(1, 10250) n;
      insert into reviews.summary (product_id, rated_1, rated_2, rated_3, rated_4, rated_5, recommended, not_recommended)
      select product_id, count(*) filter (where rating = 1), count(*) filter (where rating = 2), count(*) filter (where rating = 3),
        count(*) filter (where rating = 4), count(*) filter (where rating = 5), count(*) filter (where recommend), count(*) filter (where not recommend)
      from reviews.review where product_id >= 100 and not reported group by 1`)
    expect([...(await miscounted(admin.shop))]).toEqual([])
    const { counts, receipt_id } = await admin.erase('many@post.example')
    expect(counts).toEqual({ review: 10_250, question: 0, answer: 0, dining_review: 0 })
    expect([...(await miscounted(admin.shop))]).toEqual([])
    const [left] = await sql`
      select (select count(*)::int from reviews.review where product_id >= 100) as reviews,
        (select count(*)::int from reviews.decision where receipt_id = ${receipt_id}) as decisions`
    expect({ ...left }).toEqual({ reviews: 0, decisions: 10_250 })
  })

  test('that fails half-way says so, keeps what it did, and is done again with the rest', async () => {
    await using admin = await openAdminHost()
    const { sql } = admin.shop
    await sql`alter table reviews.vote rename to gone`
    const failed = await admin.ask('POST', '/admin/erasures', { email: ben })
    expect([failed.status, await failed.text()]).toEqual([500, 'An error occurred.'])
    await sql`alter table reviews.gone rename to vote`
    const half = await admin.ledger('answer')
    expect(half).toHaveLength(3)
    expect(await admin.ledger('review')).toEqual([])
    expect([...(await miscounted(admin.shop))]).toEqual([])
    const log = admin.lines.join('')
    expect(log).toContain('an erasure did not come to its end')
    expect(log).toContain(half[0]!.receipt_id!)
    expect(log).not.toContain('post.example')
    expect((await admin.erase(ben)).counts).toEqual({ review: 2, question: 0, answer: 0, dining_review: 0 })
    expect((await everything(admin.shop)).toLowerCase()).not.toContain(ben)
  })

  test('does not take what an import has put under the ids that were found', async () => {
    await using admin = await openAdminHost()
    const { sql } = admin.shop
    const found = await sql.unsafe<{ id: number; found_in: number }[]>(reviewModerationQueries.find, [ben, 10])
    expect(found.map(({ id }) => id).toSorted()).toEqual([5, 7])
    await admin.shop.import(files)
    const text = reviewModerationQueries.erase({
      ids: `'{5,7}'::bigint[]`,
      foundIn: `${found[0]!.found_in}::oid`,
      receiptId: `'${crypto.randomUUID()}'::uuid`,
      decidedAt: 'now()',
    })
    const results = await sql.unsafe<object[][]>(text)
    expect([...results.at(-1)!]).toEqual([])
    expect((await admin.erase(ben)).counts).toEqual({ review: 2, question: 1, answer: 3, dining_review: 0 })
  })

  test('whose end is not known has every server forget all it keeps, for nobody finds again what went', async () => {
    await using admin = await openAdminHost()
    const { shop } = admin
    await shop.get('/reviews?product_id=1')
    expect(await shop.figure('atelier_memory_bytes')).toBeGreaterThan(0)
    await shop.sql.begin(async (sql) => {
      await sql`select from reviews.review where review_id = 5 for update`
      const erasing = admin.ask('POST', '/admin/erasures', { email: ben })
      await until(
        async () =>
          (
            await shop.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'atelier-moderation' and wait_event_type = 'Lock'`
          ).length > 0,
      )
      expect((await erasing).status).toBe(503)
    })
    await until(async () => (await shop.figure('atelier_memory_bytes')) === 0)
    expect((await admin.erase(ben)).counts).toMatchObject({ review: 2 })
  })

  test('is one at a time, and holds up no writer', async () => {
    await using admin = await openAdminHost()
    const { sql } = admin.shop
    const release = Promise.withResolvers<void>()
    const locked = Promise.withResolvers<void>()
    const holding = sql.begin(async (sql) => {
      await sql`select from reviews.review where review_id = 5 for update`
      locked.resolve()
      await release.promise
    })
    await locked.promise
    const first = admin.erase(ben)
    await until(
      async () =>
        (await sql`select from pg_stat_activity where application_name = 'atelier-moderation' and wait_event_type = 'Lock'`).length > 0,
    )
    const second = await admin.ask('POST', '/admin/erasures', { email: ben })
    expect([second.status, second.headers.get('retry-after'), await second.text()]).toEqual([
      503,
      '1',
      'Error: another erasure is under way, try again',
    ])
    for (const path of ['/reviews/6/helpful', '/reviews/8/report', '/qa/questions/34/helpful'])
      expect((await fetch(`${admin.origin}${path}`, { method: 'PUT' })).status).toBe(204)
    expect((await admin.reported('review')).map(({ id }) => id)).toEqual([7, 8, 9])
    release.resolve()
    await holding
    expect((await first).counts).toEqual({ review: 2, question: 1, answer: 3, dining_review: 0 })
  })

  test('leaves no vote and no answer behind that comes while it goes on', async () => {
    await using admin = await openAdminHost()
    const { shop } = admin
    const origins = [admin.origin, shop.origin]
    const post = (n: number, path: string, body: object) =>
      fetch(`${origins[n % 2]}${path}`, { method: 'POST', body: JSON.stringify(body) })
    for (let round = 0; round < 5; round++) {
      const person = { name: 'eve', email: `eve${round}@post.example` }
      for (let i = 0; i < 4; i++) {
        await post(i, '/reviews', {
          ...person,
          product_id: 1,
          rating: 3,
          summary: 's',
          body: 'b',
          recommend: true,
          photos: [],
          characteristics: { 14: 3 },
        })
        await post(i, '/qa/questions', { ...person, product_id: 5, body: 'b' })
      }
      const reviews = await shop.sql<
        { id: number }[]
      >`select review_id::float8 as id from reviews.review where reviewer_email = ${person.email}`
      const questions = await shop.sql<
        { id: number }[]
      >`select question_id::float8 as id from questions.question where asker_email = ${person.email}`
      expect([reviews.length, questions.length]).toEqual([4, 4])
      const going = new AbortController()
      const statuses = new Set<number>()
      const writers = Array.from({ length: 6 }, async (_, worker) => {
        for (let i = worker; !going.signal.aborted; i++) {
          const paths = [`/reviews/${reviews[i % 4]!.id}/helpful`, `/qa/questions/${questions[i % 4]!.id}/helpful`]
          const headers = { 'idempotency-key': `${worker} ${i}` }
          const answer =
            i % 3 === 2
              ? await post(i, `/qa/questions/${questions[i % 4]!.id}/answers`, { name: 'n', email: 'n@post.example', body: 'b' })
              : await fetch(`${origins[i % 2]}${paths[i % 3]}`, { method: 'PUT', headers })
          statuses.add(answer.status)
        }
      })
      await Bun.sleep(100)
      const { counts } = await admin.erase(person.email)
      going.abort()
      await Promise.all(writers)
      expect(counts).toMatchObject({ review: 4, question: 4 })
      expect(counts['answer']).toBeGreaterThan(0)
      expect([...statuses].toSorted()).toEqual([201, 204, 404])
      expect(await orphans(admin)).toBe(0)
    }
    expect([...(await miscounted(shop))]).toEqual([])
  })
})
