import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestHost, until, type TestHost } from '../host/testing.ts'
import { ledgerFaults, tableFaults, type Checked } from './crash-check.ts'
import { crashText } from './crash-report.ts'
import { proveCrashes, victims } from './crash-run.ts'
import { readShop } from './crash-shop.ts'
import { Work } from './crash-work.ts'

setDefaultTimeout(180_000)

const inLinux = process.platform === 'linux'

test.skipIf(!inLinux)('whatever is killed, what was acknowledged is there once and nobody is answered 500', async () => {
  const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'atelier-crash-test-')))
  try {
    const report = await proveCrashes({
      dataDir,
      env: process.env,
      kills: 4,
      processes: 2,
      clients: 8,
      restMs: 30,
      pauseMsMax: 300,
      checkEvery: 2,
      products: 40,
      progress: () => {},
    })
    expect([report.faults, report.strange]).toEqual([[], []])
    expect(report.durability).toEqual({ fsync: 'on', synchronousCommit: 'on' })
    expect(victims.map((victim) => report.recoveries[victim].kills)).toEqual([2, 2, 0])
    for (const { acknowledged } of Object.values(report.writes)) expect(acknowledged).toBeGreaterThan(0)
    expect(report.writes.voters.unanswered).toBe(0)
    expect([report.documents > 0, report.answers.checked > 0, report.checks]).toEqual([true, true, 3])
    expect(crashText(report)).toContain('0 faults.')
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})

describe('the looking', () => {
  const files = {
    reviews: `id, product_id, rating, date, summary, body, recommend, reported, reviewer_name, reviewer_email, response, helpfulness
5,1,3,2020-01-01,s,b,true,false,n,null,null,5
8,1,4,2020-01-01,s,b,true,true,n,null,null,3
21,4,2,2020-01-01,s,b,true,false,n,null,null,1`,
    reviews_photos: 'id,review_id,url',
    characteristics: 'id, product_id, name\n14,1,Fit\n41,4,Comfort\n51,5,Length',
    characteristic_reviews: 'id, characteristic_id, review_id, value\n1,14,5,4',
    questions: `id, product_id, body, date_written, asker_name, asker_email, reported, helpful
31,1,Why?,2020-01-01,n,n@post.example,0,2
33,4,How?,2020-01-01,n,n@post.example,0,2`,
    answers: `id, question_id, body, date_written, answerer_name, answerer_email, reported, helpful
71,31,So.,2020-01-01,n,n@post.example,0,1`,
    answers_photos: 'id, answer_id, url',
  }
  let shop: TestHost
  let checked: Checked
  beforeAll(async () => {
    shop = await openTestHost({ files })
    const seen = await readShop(shop.sql, 5)
    const work = new Work({ port: shop.server.port, shop: seen, clients: 4, restMs: 0 })
    const { ledger, mark } = work
    checked = { sql: shop.sql, shop: seen, ledger, mark }
    for (const kind of Object.keys(ledger.totals()) as (keyof ReturnType<typeof ledger.totals>)[])
      while (ledger.totals()[kind].acknowledged < 5) await Bun.sleep(10)
    await work.stop()
    // Documents that were found dropped have been put back by then, and none will hold what is planted below.
    await Bun.sleep(1_500)
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const faults = async () => [...(await ledgerFaults(checked)), ...(await tableFaults(shop.sql))]
  /** What is found after a statement, which is then undone by another. */
  const planted = async (statement: string, undo: string) => {
    await shop.sql.unsafe(statement)
    const found = await faults()
    await shop.sql.unsafe(undo)
    return found.map((fault) => fault.replace(/crash [\w-]+ \d+/, 'TEXT'))
  }

  test('finds nothing where nothing is wrong', async () => {
    expect(await faults()).toEqual([])
  })

  test('finds a text that was lost, one that is there twice, and one that nobody sent', async () => {
    const [{ element } = { element: '' }] = await shop.sql.unsafe<{ element: string }[]>('select element from interactions.interaction')
    expect(await planted(renamed(element, 'x'), renamed('x', element))).toEqual(['lost: interactions, TEXT: 1 acknowledged, 0 found'])
    const undo = 'delete from interactions.interaction where session_id = 1'
    expect(await planted(interaction(element), undo)).toEqual(['too many: interactions, TEXT: 1 sent, 2 found'])
    expect(await planted(interaction(`${checked.mark} 0`), undo)).toEqual(['too many: interactions, TEXT: 0 sent, 1 found'])
  })

  test('finds votes that were lost or counted twice, and voters nobody was', async () => {
    const [less, more] = both('questions.answer', 'helpfulness', 'answer_id = 71').toReversed() as [string, string]
    expect((await planted(less, more))[0]).toMatch(/^lost: votes of nobody, answer 71: /)
    expect((await planted(more, less))[0]).toMatch(/^too many: votes of nobody, answer 71: /)
    const voter = 'insert into questions.answer_vote (product_id, answer_id, voter_id, voter_check) values (1, 71, 1, 1)'
    expect(await planted(voter, 'delete from questions.answer_vote where voter_id = 1')).toEqual([
      expect.stringMatching(/^lost: votes of nobody, answer 71: /),
      expect.stringMatching(/^too many: voters, answer 71: /),
    ])
  })

  test('finds counters and carts that are wrong', async () => {
    expect(await planted(...both('reviews.summary', 'rated_2', 'product_id = 4'))).toContain(
      'the counters of a product are not those of its reviews: 4 (1)',
    )
    expect(await planted(...both('reviews.characteristic', 'total', 'characteristic_id = 41'))).toContain(
      'the counters of a characteristic are not those of its reviews: 41 (1)',
    )
    const one = '(session_id, sku_id) = (select session_id, sku_id from carts.item order by session_id, sku_id limit 1)'
    expect((await planted(...both('carts.item', 'count', one)))[0]).toMatch(
      /^units in carts: \d+ acknowledged, at most \d+ sent, \d+ found$/,
    )
  })

  test('finds ready documents that are not what the rows say', async () => {
    const documents = [
      ['/reviews', 'reviews.first_page', 'results', 'a ready page of reviews is not what the rows say: 4 (1)'],
      ['/reviews/meta', 'reviews.summary', 'meta', 'a ready summary of reviews is not what its counters say: 4 (1)'],
      ['/qa/questions', 'questions.first_page', 'results', 'a ready page of questions is not what the rows say: 4 (1)'],
    ] as const
    for (const [path, table, column, fault] of documents) {
      const ready = `select from ${table} where product_id = 4 and ${column} is not null`
      await until(async () => {
        await shop.get(`${path}?product_id=4`)
        return (await shop.sql.unsafe(ready)).length > 0
      })
      const set = (to: string) => `update ${table} set ${column} = ${to} where product_id = 4`
      expect(await planted(set(`${column} || ' '`), set(`rtrim(${column})`))).toEqual([fault])
    }
  })
})

/** More, and less again. */
const both = (table: string, column: string, where: string) =>
  ['+ 1', '- 1'].map((by) => `update ${table} set ${column} = ${column} ${by} where ${where}`) as [string, string]
const interaction = (element: string) =>
  `insert into interactions.interaction (session_id, session_check, received_at, element, widget, time) values (1, 1, now(), '${element}', '', '')`
const renamed = (from: string, to: string) => `update interactions.interaction set element = '${to}' where element = '${from}'`
