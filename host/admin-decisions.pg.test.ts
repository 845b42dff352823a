import { describe, expect, test } from 'bun:test'
import { bearer, files, miscounted, openAdminHost, type AdminHost } from './admin-fixture.ts'

const pages = [
  ...['relevant', 'newest', 'helpful'].map((sort) => `/reviews?product_id=1&sort=${sort}`),
  '/reviews?product_id=1&count=100',
  '/reviews/meta?product_id=1',
  '/qa/questions?product_id=5',
  '/qa/questions?product_id=5&count=100',
  '/qa/questions/34/answers',
]
const answers = async (admin: AdminHost) => {
  const texts: string[] = []
  for (const path of pages) texts.push(await admin.text(path))
  return texts
}
const put = async (admin: AdminHost, path: string) => {
  const answer = await admin.shop.get(path, { method: 'PUT' })
  expect([path, answer.status]).toEqual([path, 204])
}
const things: [kind: string, id: number, report: string][] = [
  ['review', 5, '/reviews/5/report'],
  ['question', 34, '/qa/questions/34/report'],
  ['answer', 70, '/qa/answers/70/report'],
]

describe('what waits for a decision', () => {
  test('is listed with its words and photos, oldest id first, page by page, without an address', async () => {
    await using admin = await openAdminHost()
    const list = async (query: string) => (await admin.ask('GET', `/admin/reported?${query}`)).text()
    const seven = '{"id":7,"product_id":2,"name":"ben","text":"s\\nb","photos":[],"created_at":"2019-04-14T00:00:00.000Z"}'
    const nine =
      '{"id":9,"product_id":1,"name":"carl","text":"Hidden\\nb","photos":["https://photos.example/a","https://photos.example/b"],"created_at":"2020-07-30T03:41:21.467Z"}'
    expect(await list('kind=review')).toBe(`{"results":[${seven},${nine}],"next":null}`)
    expect(await list('kind=review&count=1')).toBe(`{"results":[${seven}],"next":7}`)
    expect(await list('kind=review&count=1&after=7')).toBe(`{"results":[${nine}],"next":9}`)
    expect(await list('kind=review&count=1&after=9')).toBe('{"results":[],"next":null}')
    expect(await list('kind=question')).toBe(
      '{"results":[{"id":36,"product_id":5,"name":"funnygirl","text":"Reported","photos":[],"created_at":"2020-04-29T03:13:20.000Z"}],"next":null}',
    )
    expect(await list('kind=answer')).toContain(
      '{"id":71,"product_id":5,"name":"spammer","text":"Reported","photos":["https://photos.example/71"]',
    )
  })
})

test.each(things)('a %s that is restored is what it was before it was reported, to the byte', async (kind, id, report) => {
  await using admin = await openAdminHost()
  const before = await answers(admin)
  await put(admin, report)
  expect(await answers(admin)).not.toEqual(before)
  expect((await admin.reported(kind)).map((one) => one.id)).toContain(id)

  const startedAt = new Date().toISOString()
  const answer = await admin.decide(kind, id, 'restore')
  const row = (await answer.json()) as { decided_at: string; product_id: number }
  expect(answer.status).toBe(201)
  expect(row).toEqual({
    kind,
    decision_id: 1,
    id,
    product_id: row.product_id,
    decision: 'restored',
    reason: '',
    decided_at: row.decided_at,
    receipt_id: null,
  } as never)
  expect(row.decided_at >= startedAt && row.decided_at <= new Date().toISOString()).toBe(true)
  expect(await answers(admin)).toEqual(before)
  expect((await admin.reported(kind)).map((one) => one.id)).not.toContain(id)
  expect(await admin.ledger(kind)).toEqual([row as never])
  expect([...(await miscounted(admin.shop))]).toEqual([])

  // It can be reported, and restored, again; only what waits for a decision can be decided on.
  expect((await admin.decide(kind, id, 'restore')).status).toBe(409)
  await put(admin, report)
  expect((await admin.decide(kind, id, 'restore', { reason: 'nothing wrong with it' })).status).toBe(201)
  expect(await answers(admin)).toEqual(before)
  expect((await admin.ledger(kind)).map(({ reason }) => reason)).toEqual(['', 'nothing wrong with it'])
})

test.each(things)('a %s that is rejected stays hidden, waits for nothing, and cannot be decided on again', async (kind, id, report) => {
  await using admin = await openAdminHost()
  await put(admin, report)
  const hidden = await answers(admin)
  const answer = await admin.decide(kind, id, 'reject', { reason: 'an advertisement' })
  expect([answer.status, await answer.json()]).toMatchObject([201, { decision: 'rejected', reason: 'an advertisement' }])
  expect((await admin.reported(kind)).map((one) => one.id)).not.toContain(id)
  for (const decision of ['restore', 'reject']) {
    const again = await admin.decide(kind, id, decision, { reason: 'again' })
    expect([again.status, await again.text()]).toEqual([409, `Error: ${kind} ${id} does not wait for a decision`])
  }
  await put(admin, report)
  expect(await answers(admin)).toEqual(hidden)
  expect((await admin.reported(kind)).map((one) => one.id)).not.toContain(id)
  expect(await admin.ledger(kind)).toHaveLength(1)
  expect([...(await miscounted(admin.shop))]).toEqual([])
})

test('a response is in the review everywhere, is replaced by another, and taken away by an empty one', async () => {
  await using admin = await openAdminHost()
  const before = await answers(admin)
  for (const response of ['Thanks, "Ben"!', 'x'.repeat(1_000), 'On holiday\nuntil May']) {
    expect((await admin.decide('review', 5, 'respond', { response })).status).toBe(201)
    for (const path of pages.slice(0, 4)) expect(await admin.text(path)).toContain(`"response":${JSON.stringify(response)}`)
  }
  expect((await admin.decide('review', 5, 'respond', { response: '', reason: 'a mistake' })).status).toBe(201)
  expect(await answers(admin)).toEqual(before)
  // One that is hidden shows it when it is restored.
  expect((await admin.decide('review', 9, 'respond', { response: 'We are sorry' })).status).toBe(201)
  expect((await admin.decide('review', 9, 'restore')).status).toBe(201)
  expect(await admin.text(pages[0]!)).toContain('"response":"We are sorry"')
  expect((await admin.ledger('review')).map(({ decision, id, reason }) => [decision, id, reason])).toEqual([
    ['responded', 5, ''],
    ['responded', 5, ''],
    ['responded', 5, ''],
    ['responded', 5, 'a mistake'],
    ['responded', 9, ''],
    ['restored', 9, ''],
  ])
})

test('what is nowhere is 404', async () => {
  await using admin = await openAdminHost()
  for (const [kind] of things)
    for (const words of [{ decision: 'restore' }, { decision: 'reject', reason: 'r' }])
      expect((await admin.decide(kind, 4_000, words.decision, words)).status).toBe(404)
  expect((await admin.decide('review', 4_000, 'respond', { response: 'r' })).status).toBe(404)
})

test('of many who decide at once on one thing one decides', async () => {
  await using admin = await openAdminHost()
  for (const [kind, id] of [
    ['review', 9],
    ['question', 36],
    ['answer', 71],
  ] as const) {
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => (await admin.decide(kind, id, i % 2 ? 'restore' : 'reject', { reason: 'r' })).status),
    )
    expect(statuses.toSorted()).toEqual([201, ...Array(19).fill(409)])
    expect(await admin.ledger(kind)).toHaveLength(1)
  }
  expect([...(await miscounted(admin.shop))]).toEqual([])
})

test('reports and restorations of the same things at once, by two servers, keep every counter exact', async () => {
  await using admin = await openAdminHost()
  const origins = [admin.origin, admin.shop.origin]
  const paths = ['/reviews/5/report', '/reviews/6/report', '/reviews/9/report', '/qa/questions/34/report', '/qa/answers/70/report']
  const restored = [
    ['review', 5],
    ['review', 6],
    ['review', 9],
    ['question', 34],
    ['answer', 70],
  ] as const
  const statuses = new Map<number, number>()
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      for (let i = 0; i < 60; i++) {
        const n = (i * 7 + worker) % paths.length
        const [kind, id] = restored[n]!
        const answer =
          worker < 4 ? await fetch(`${origins[(worker + i) % 2]}${paths[n]}`, { method: 'PUT' }) : await admin.decide(kind, id, 'restore')
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      }
    }),
  )
  expect([...statuses.keys()].toSorted()).toEqual([201, 204, 409])
  expect([...(await miscounted(admin.shop))]).toEqual([])
  expect((await admin.shop.sql`select count(*)::int as n from reviews.decision`)[0]!['n']).toBeGreaterThan(0)
  await answers(admin)
})

describe('the ledger', () => {
  test('is listed page by page', async () => {
    await using admin = await openAdminHost()
    for (const response of ['a', 'b', 'c']) await admin.decide('review', 5, 'respond', { response })
    const page = async (query: string) => {
      const { results, next } = (await (await admin.ask('GET', `/admin/decisions?kind=review${query}`)).json()) as {
        results: { decision_id: number }[]
        next: number | null
      }
      return [results.map(({ decision_id }) => decision_id), next]
    }
    expect(await page('')).toEqual([[1, 2, 3], null])
    expect(await page('&count=2')).toEqual([[1, 2], 2])
    expect(await page('&count=2&after=2')).toEqual([[3], null])
  })

  test('cannot be changed', async () => {
    await using admin = await openAdminHost()
    await admin.decide('review', 9, 'reject', { reason: 'spam' })
    await admin.decide('answer', 71, 'restore')
    const ledgers = async () => [await admin.ledger('review'), await admin.ledger('question'), await admin.ledger('answer')]
    const before = await ledgers()
    for (const service of ['reviews', 'questions']) {
      for (const change of [
        `update ${service}.decision set reason = 'another'`,
        `delete from ${service}.decision`,
        `delete from ${service}.decision where decision_id = 1`,
      ])
        expect([change, (await admin.shop.sql.unsafe(change)).count]).toEqual([change, 0])
    }
    expect(await ledgers()).toEqual(before)
    expect(before.flat()).toHaveLength(2)
  })

  test('outlives an import', async () => {
    await using admin = await openAdminHost()
    await admin.decide('review', 9, 'reject', { reason: 'spam' })
    await admin.decide('question', 36, 'reject', { reason: 'spam' })
    const before = [await admin.ledger('review'), await admin.ledger('question')]
    await admin.shop.import(files)
    expect([await admin.ledger('review'), await admin.ledger('question')]).toEqual(before)
    // What was decided of the old rows says nothing of the new ones.
    expect((await admin.reported('review')).map(({ id }) => id)).toEqual([7, 9])
    const answer = await admin.ask('POST', '/admin/decisions', { kind: 'review', id: 9, decision: 'restore' }, bearer)
    expect(((await answer.json()) as { decision_id: number }).decision_id).toBe(2)
  })
})
