import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { everything, openAdminHost, type AdminHost } from '../host/admin-fixture.ts'
import { until } from '../host/testing.ts'
import { ran } from './testing.ts'

setDefaultTimeout(30_000)

let admin: AdminHost
beforeAll(async () => {
  admin = await openAdminHost()
})
afterAll(() => admin[Symbol.asyncDispose]())

const moderate = (...args: string[]) => ran(['moderate', ...args, '--database-url', admin.shop.databaseUrl])
/** What both servers answer once they have heard of it; they have the old answer in memory. */
const becomes = async (path: string, told: () => Promise<unknown>, met: (text: string) => boolean) => {
  expect([path, met(await admin.text(path))]).toEqual([path, false])
  await told()
  await until(async () => met(await admin.text(path)))
}

test('list shows what waits for a decision, page by page', async () => {
  const list = await moderate('list', '--count', '1')
  expect(list).toEqual({ code: 0, err: '', out: 'review 7 of product 2, 2019-04-14T00:00:00.000Z, "ben"\n  "s\\nb"\nMore: --after 7\n' })
  const { out } = await moderate('list', '--after', '7', '--json')
  expect(JSON.parse(out)).toEqual({
    results: [
      {
        id: 9,
        product_id: 1,
        name: 'carl',
        text: 'Hidden\nb',
        photos: ['https://photos.example/a', 'https://photos.example/b'],
        created_at: '2020-07-30T03:41:21.467Z',
      },
    ],
    next: null,
  })
  expect((await moderate('list', '--kind', 'answer')).out).toContain('answer 71 of product 5')
  expect(await moderate('list', '--after', '9')).toEqual({ code: 0, err: '', out: 'There is nothing.\n' })
})

test('list sends nothing to the terminal that would steer it', async () => {
  await admin.shop.sql`update questions.question set body = ${'\u001b[2J\u009b31m\u202e'} where question_id = 36`
  const { out } = await moderate('list', '--kind', 'question')
  expect(out).toContain('"\\u001b[2J\\u{9b}31m\\u{202e}"')
})

test('restore, reject and respond are followed by running servers at once, and are in the ledger', async () => {
  const path = '/reviews?product_id=1'
  await becomes(
    path,
    () => moderate('restore', '--id', '9'),
    (text) => text.includes('"review_id":9,'),
  )
  await becomes(
    path,
    () => moderate('respond', '--id', '9', '--response', 'We are sorry'),
    (text) => text.includes('We are sorry'),
  )
  await becomes(
    path,
    () => moderate('respond', '--id', '9', '--response', ''),
    (text) => !text.includes('We are sorry'),
  )
  const rejected = await moderate('reject', '--kind', 'answer', '--id', '71', '--reason', 'spam')
  expect(rejected).toMatchObject({ code: 0, err: '' })
  expect(rejected.out).toMatch(/^1 \S+ answer 71 of product 5 rejected: "spam"\n$/)
  expect((await moderate('list', '--kind', 'answer')).out).toBe('There is nothing.\n')
  const { out } = await moderate('ledger')
  expect(out.split('\n').map((line) => line.replace(/ \S+Z /, ' '))).toEqual([
    '1 review 9 of product 1 restored',
    '2 review 9 of product 1 responded',
    '3 review 9 of product 1 responded',
    '',
  ])
  expect(JSON.parse((await moderate('ledger', '--json')).out)).toEqual({ results: await admin.ledger('review'), next: null })
})

test('erase takes the address from standard input, and prints the receipt', async () => {
  for (const path of ['/reviews?product_id=1', '/qa/questions?product_id=5']) expect(await admin.text(path)).toContain('"ben"')
  const program = [process.execPath, join(import.meta.dir, 'main.ts'), 'moderate', 'erase', '--email', '-', '--json', '--database-url']
  const child = Bun.spawn([...program, admin.shop.databaseUrl], {
    stdin: Buffer.from('Ben@Post.example\n'),
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, DATABASE_URL: '', LOG_LEVEL: 'trace' },
  })
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const receipt = JSON.parse(out) as { receipt_id: string }
  expect(receipt).toMatchObject({ counts: { review: 2, question: 1, answer: 3, dining_review: 0 } })
  expect(out).not.toContain('@')
  for (const path of ['/reviews?product_id=1', '/qa/questions?product_id=5', '/qa/questions/34/answers'])
    await until(async () => !(await admin.text(path)).includes('"ben"'))
  expect((await everything(admin.shop)).toLowerCase()).not.toContain('ben@post')
  expect((await admin.ledger('review')).filter(({ receipt_id }) => receipt_id === receipt.receipt_id)).toHaveLength(2)

  const again = await moderate('erase', '--email', 'ben@post.example')
  expect(again).toMatchObject({ code: 0, err: '' })
  expect(again.out).toMatch(/^Erased \S+, receipt \S+\n {2}question {8}0\n {2}answer {10}0\n {2}dining_review {3}0\n {2}review {10}0\n$/)
})

const failing: [args: string[], sentence: string][] = [
  [['restore', '--id', '4000'], 'There is no review 4000.\n'],
  [['reject', '--kind', 'answer', '--id', '71', '--reason', 'again'], 'Answer 71 does not wait for a decision.\n'],
]
test.each(failing)('moderate %j fails with one sentence and exit code 1', async (args, err) => {
  expect(await moderate(...args)).toEqual({ code: 1, out: '', err })
})

test('without a database, and on one that is not migrated, moderate fails with one sentence', async () => {
  const nowhere = await ran(['moderate', 'list', '--database-url', 'postgres://nobody@127.0.0.1:1/nothing'])
  expect(nowhere).toMatchObject({ code: 1, out: '' })
  expect(nowhere.err).toMatch(/^[^\n]*ECONNREFUSED[^\n]*\n$/)
  await admin.shop.sql`create database not_migrated`
  const { pathname } = new URL(admin.shop.databaseUrl)
  const empty = await ran(['moderate', 'list', '--database-url', admin.shop.databaseUrl.replace(pathname, '/not_migrated')])
  expect(empty).toEqual({ code: 1, out: '', err: 'The database is not migrated; run atelier migrate.\n' })
})

const wrong: [args: string[], sentence: string][] = [
  [[], 'moderate needs 1 operand.'],
  [['delete'], 'moderate takes one of list, restore, reject, respond, erase, ledger, not "delete".'],
  [['list', '--kind', 'product'], '--kind must be one of question, answer, dining_review, review, not "product".'],
  [['list', '--count', '501'], '--count must be an integer from 1 to 500, not "501".'],
  [['restore'], 'moderate restore needs --id.'],
  [['reject', '--id', '9'], 'moderate reject needs --reason.'],
  [['respond', '--id', '9'], 'moderate respond needs --response.'],
  [['erase'], 'moderate erase needs --email.'],
  [['erase', '--email', '-'], 'There is no e-mail address on standard input.'],
  [['reject', '--id', '8', '--reason', ' '], 'A rejection needs a reason.'],
  [['reject', '--id', '8', '--reason', 'a@b.c'], 'A reason has at most 1000 characters, none of them @.'],
  [['respond', '--kind', 'answer', '--id', '70', '--response', 'x'], 'Answer 70 cannot be responded to.'],
]
test.each(wrong)('moderate %j is wrong usage: one sentence, then how it goes, and exit code 2', async (args, sentence) => {
  const { code, out, err } = await moderate(...args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toStartWith(`${sentence}\n\n`)
  expect(err).toContain('\nUsage: atelier moderate ')
})
