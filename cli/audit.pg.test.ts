import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { openTestHost, until, type TestHost } from '../host/testing.ts'
import { openAuditor } from '../kit/audit.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { services } from '../services/index.ts'
import { reviewWrites } from '../services/reviews/write-queries.ts'
import { answers, anyWrite, auditOf, files, forget, spoiled } from './audit-fixture.ts'
import { ran } from './testing.ts'

setDefaultTimeout(60_000)

let shop: TestHost
let audit: ReturnType<typeof auditOf>
beforeAll(async () => {
  shop = await openTestHost({ files })
  audit = auditOf(shop)
})
afterAll(() => shop[Symbol.asyncDispose]())

/** What `work` comes to while sixteen clients write as fast as they can. */
const whileOthersWrite = async <T>(work: () => Promise<T>): Promise<T> => {
  const over = new AbortController()
  const writing = Array.from({ length: 16 }, async () => {
    while (!over.signal.aborted) await anyWrite(shop)
  })
  const [result] = await Promise.all([work().finally(() => over.abort()), ...writing])
  return result
}

const lastReview = {
  rating: 5,
  summary: '',
  body: '',
  recommend: true,
  name: 'n',
  email: 'last@post.example',
  photos: [],
  characteristics: {},
}
const allChecks = services.flatMap(({ name, audit = [] }) => audit.map((check) => `${name}.${check.name}`))
/** Of the shop; restaurants and reservations have tests of their own checks. */
const checks = allChecks.filter((check) => /^(?:questions|reviews)\./.test(check))

test('after an import, and after whatever was written through the server, all agrees', async () => {
  expect(await audit.json()).toMatchObject({ code: 0, drifting: [] })
  for (let i = 0; i < 40; i++) await Promise.all([answers(shop), ...Array.from({ length: 20 }, () => anyWrite(shop))])
  await Bun.sleep(300) // documents that were dropped are made again
  const { code, lines } = await audit.json()
  const ours = lines.filter(({ check }) => checks.includes(check))
  expect({ code, lines: ours.map(({ check, rows, drift }) => [check, rows > 0, drift]) }).toEqual({
    code: 0,
    lines: checks.map((check) => [check, true, 0]),
  })
})

test('after an erasure under way among writes all agrees, also of what has nothing left', async () => {
  const erased = await whileOthersWrite(() => ran(['moderate', 'erase', '--email', 'e@post.example', '--database-url', shop.databaseUrl]))
  expect(erased).toMatchObject({ code: 0, err: '' })
  await shop.get('/reviews', { method: 'POST', body: JSON.stringify({ ...lastReview, product_id: 9 }) })
  expect((await ran(['moderate', 'erase', '--email', lastReview.email, '--database-url', shop.databaseUrl])).code).toBe(0)
  expect(await shop.sql`select from reviews.summary where product_id = 9`).toHaveLength(1)
  expect(await audit.json()).toMatchObject({ code: 0, drifting: [] })
})

test('every check has something that it finds', () => {
  expect([...new Set(spoiled.map(([check]) => check))].toSorted()).toEqual(checks.toSorted())
})

test.each(spoiled)('%s: drift of product %d is found, and after mending it all is as it was', async (check, product, ...statements) => {
  const before = await answers(shop)
  for (const statement of statements) await shop.sql.unsafe(statement)
  await forget(shop)
  await answers(shop) // remembered, wrong as it may be

  const found = { check, drift: 1, left: 1, mended: 0, products: [product] }
  expect(await audit.json()).toMatchObject({ code: 1, drifting: [found] })
  expect(await audit.json('--mend')).toMatchObject({ code: 0, drifting: [{ ...found, left: 0, mended: 1 }] })

  const asBefore = async () => check.endsWith('helpfulness') || Bun.deepEquals(await answers(shop), before)
  await until(asBefore)
  await Bun.sleep(150) // documents that were dropped are made again
  await forget(shop)
  expect(await asBefore()).toBe(true)
})

test('helpfulness is raised to the number of voters, in memory too', async () => {
  await answers(shop)
  await shop.sql`insert into questions.answer_vote select 2, 2, i, i from generate_series(1, 3000) i`
  await shop.sql`insert into reviews.vote select 3, 3, i, i from generate_series(1, 3000) i`
  expect((await audit.json('--mend')).code).toBe(0)
  const raised = [
    /"answer_id":2,[^}]*"helpfulness":30\d\d,/,
    /"id":2,[^}]*"helpfulness":30\d\d,/,
    /"review_id":3,[^}]*"helpfulness":30\d\d,/,
  ]
  await until(async () => {
    const served = (await answers(shop)).join()
    return raised.every((pattern) => pattern.test(served))
  })
})

test('mending while others write leaves all exact, and what is being written is no drift', async () => {
  const spoiling = spoiled.flatMap(([, , ...statements]) => statements).filter((statement) => !statement.includes('generate_series'))
  for (let round = 0; round < 2; round++) {
    const [mended, looked] = await whileOthersWrite(async () => {
      for (const statement of spoiling) await shop.sql.unsafe(statement).catch(() => {}) // what is there already cannot be put there again
      return [await audit.json('--mend'), await audit.json()] as const
    })
    expect(mended.drifting.length).toBeGreaterThan(5)
    expect([mended.code, looked.code, looked.drifting]).toEqual([0, 0, []])
    expect(await audit.json()).toMatchObject({ code: 0, drifting: [] })
  }
})

test('each of hundreds of mendings under way among writes of the same products is exact', async () => {
  const database = parseDatabaseUrl(shop.databaseUrl)
  await using auditor = openAuditor({ database, changed: () => {}, signal: new AbortController().signal })
  const options = { mend: true, at: () => {} }
  const counters = services
    .find(({ name }) => name === 'reviews')!
    .audit!.filter(({ name }) => ['rows', 'summary', 'characteristic'].includes(name))
  const wrong: object[] = []
  let times = 0
  await whileOthersWrite(async () => {
    for (const endMs = Date.now() + 2_000; Date.now() < endMs || times <= 10; times++) {
      await shop.sql`update reviews.summary set recommended = recommended + 1 where product_id in (1, 2, 3)`
      await shop.sql`update reviews.characteristic set total = total - 1 where product_id in (1, 2, 3)`
      for (const check of counters) {
        const { drift, mended } = await auditor.audit(check, options)
        const after = await auditor.audit(check, options)
        // What had to be mended twice was not exact the first time.
        if (mended > drift || after.drift > 0) wrong.push({ check: check.name, drift, mended, after: after.drift })
      }
    }
  })
  expect(times).toBeGreaterThan(10)
  expect(wrong).toEqual([])
})

test('counters that a write has moved and not committed are waited for', async () => {
  const sql = openSql(parseDatabaseUrl(shop.databaseUrl), { connections: 1 })
  try {
    await shop.sql`update reviews.summary set rated_2 = rated_2 + 1 where product_id = 2`
    const { promise: late, resolve: commit } = Promise.withResolvers<void>()
    const { promise: written, resolve: write } = Promise.withResolvers<void>()
    const posting = sql.begin(async (post) => {
      const item = {
        n: 0,
        product_id: 2,
        rating: 5,
        summary: '',
        body: '',
        recommend: true,
        name: 'n',
        email: 'e',
        photos: [],
        characteristics: { 2: 4 },
      }
      await post.unsafe(reviewWrites.add, [JSON.stringify([{ ...item, created_at: new Date() }])])
      write()
      await late
    })
    await written
    const mending = audit.json('--mend')
    await Bun.sleep(600)
    commit()
    await posting
    const once = { drift: 1, mended: 1, left: 0, products: [2] }
    expect(await mending).toMatchObject({ code: 0, drifting: [{ check: 'reviews.summary', ...once }] })
    expect(await audit.json()).toMatchObject({ code: 0, drifting: [] })
  } finally {
    await sql.end({ timeout: 1 })
  }
})

test('a first page is made anew only when no vote is under way that has not seen it', async () => {
  const sql = openSql(parseDatabaseUrl(shop.databaseUrl), { connections: 1 })
  try {
    await shop.sql`delete from reviews.first_page where product_id = 1`
    const { promise: late, resolve: commit } = Promise.withResolvers<void>()
    const voting = sql.begin(async (vote) => {
      // What the statement that votes does, when its part that drops first pages finds none.
      await vote`update reviews.review set helpfulness = helpfulness + 5000 where review_id = 1`
      await vote`update reviews.first_page set version = version + 1, results = null where product_id = 1`
      await late
    })
    const mending = audit.json('--mend')
    await Bun.sleep(500)
    await answers(shop)
    expect(await shop.sql`select from reviews.first_page where product_id = 1`).toHaveLength(0)
    commit()
    await voting
    expect(await mending).toMatchObject({ code: 0, drifting: [{ check: 'reviews.rows', products: [1] }] })
    await until(async () => /"review_id":1,[^}]*"helpfulness":50/.test((await answers(shop))[0]!))
    expect(await audit.json()).toMatchObject({ code: 0, drifting: [] })
  } finally {
    await sql.end({ timeout: 1 })
  }
})

test('without --mend nothing is changed, and the text says what does not agree and how it is mended', async () => {
  await shop.sql`update reviews.summary set rated_1 = rated_1 + 1 where product_id in (1, 2)`
  const rows = () => shop.sql`select s.*, s.xmin::text from reviews.summary s order by product_id`
  const before = await rows()
  const { code, out } = await audit.run('--counters')
  expect(code).toBe(1)
  expect(out).toMatch(/^ +rows +drift +mended +seconds$/m)
  expect(out).toMatch(/^reviews\.summary +5 +2 +0 +\d+\.\d$/m)
  expect(out).not.toMatch(/first_page|meta/)
  expect(out).toEndWith(
    '\nreviews.summary: Each summary counts the reviews that are shown.\n  Not so of products 1, 2.\n\nNot all agrees; --mend mends it.\n',
  )
  expect(await rows()).toEqual(before)
  expect(await audit.json('--only', 'questions')).toMatchObject({ code: 0, lines: { length: 6 } })
  expect(await audit.json('--only', 'reviews.rows')).toMatchObject({ code: 0, lines: [{ check: 'reviews.rows', rows: 4 }] })
  const mended = await audit.run('--only', 'reviews', '--mend')
  expect([mended.code, mended.out]).toEqual([0, expect.stringMatching(/^reviews\.summary +5 +2 +2 +[^]*\n\nAll is mended\.\n$/m)])
  expect((await audit.run()).out).toEndWith('\n\nAll agrees.\n')
})

test('audit says how it is called, with exit code 2, when it is called wrongly', async () => {
  const wrong = [
    [['--only', 'prices'], `There is no check "prices"; there are: ${allChecks.join(', ')}.`],
    [['--only', 'review'], 'There is no check "review"; '],
    [['--only', 'reviews.meta', '--counters'], 'Without the ready documents nothing is left of reviews.meta.'],
    [['now'], 'Unexpected "now".'],
  ] as const
  for (const [args, sentence] of wrong) {
    const { code, out, err } = await audit.run(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toStartWith(sentence)
    expect(err).toContain('\nUsage: atelier audit [flags]\n')
  }
  const help = await ran(['audit', '--help'])
  expect([help.code, help.out]).toEqual([0, expect.stringContaining('  --only NAME')])
})

test('a database that was never migrated is told so', async () => {
  const url = shop.databaseUrl.replace(/\/\/\/[^?]+/, '///postgres')
  const { code, out, err } = await ran(['audit', '--database-url', url])
  expect({ code, out, err }).toEqual({ code: 1, out: '', err: 'The database is not migrated; run atelier migrate.\n' })
})
