import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTestHost, type TestHost } from '../../host/testing.ts'
import { files } from './restaurants-fixture.ts'
import type { Reviews, Summary } from './types.ts'

const token = 'a-token-of-the-tests'
let house: TestHost
beforeAll(async () => void (house = await openTestHost({ files, memoryBytesMax: 0, adminToken: token })))
afterAll(() => house[Symbol.asyncDispose]())

const admin = (path: string, body?: object) =>
  house.get(`/admin/${path}`, {
    headers: { authorization: `Bearer ${token}` },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
const decide = (id: number, decision: string) => admin('decisions', { kind: 'dining_review', id, decision, reason: 'seen' })
const summary = async () => (await (await house.get('/restaurants/1/reviews/summary')).json()) as Summary
const shown = async () => ((await (await house.get('/restaurants/1/reviews?count=100')).json()) as Reviews).results.map(({ id }) => id)
const waiting = async () =>
  ((await (await admin('reported?kind=dining_review')).json()) as { results: { id: number; product_id: number; text: string }[] }).results

test('a reported review waits for a moderator, who restores or rejects it, once', async () => {
  expect(await waiting()).toMatchObject([{ id: 14, product_id: 1, text: 'hidden' }])
  await house.get('/restaurants/1/reviews/13/report', { method: 'PUT' })
  const before = await summary()
  expect((await decide(13, 'restore')).status).toBe(201)
  expect(await shown()).toContain(13)
  expect(await summary()).toMatchObject({ count: before.count + 1, histogram: { '1': before.histogram['1'] + 1 } })
  expect((await decide(14, 'reject')).status).toBe(201)
  expect(await shown()).not.toContain(14)
  expect((await decide(14, 'restore')).status).toBe(409)
  expect(await waiting()).toEqual([])
})

test('an erasure takes all reviews of an address, their votes, and what was answered to their keys', async () => {
  const person = { overall: 1, food: 1, service: 1, ambience: 1, dined_on: '2026-03-01', name: 'zoe', email: 'Zoe@post.example' }
  const before = await summary()
  const reply = await house.get('/restaurants/1/reviews', {
    method: 'POST',
    body: JSON.stringify(person),
    headers: { 'idempotency-key': 'zoe' },
  })
  const { id } = (await reply.json()) as { id: number }
  await house.get(`/restaurants/1/reviews/${id}/helpful`, { method: 'PUT', headers: { 'idempotency-key': 'voter' } })
  const { counts } = (await (await admin('erasures', { email: ' zoe@post.example' })).json()) as { counts: Record<string, number> }
  expect(counts).toMatchObject({ dining_review: 1, review: 0 })
  expect(await shown()).not.toContain(id)
  expect(await summary()).toEqual(before)
  expect((await house.sql`select from restaurants.vote where review_id = ${id}`).length).toBe(0)
  expect((await house.sql`select from restaurants.kept_answer`).length).toBe(0)
})
