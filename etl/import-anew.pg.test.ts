import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { appendFile, mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../host/testing.ts'
import { openResumeShop, skipped, type ResumeShop } from './import-resume-fixture.ts'

setDefaultTimeout(120_000)

let shop: ResumeShop
let whole: Record<string, string>
beforeAll(async () => {
  shop = await openResumeShop()
  await shop.importWhole()
  whole = await shop.state()
})
afterAll(() => shop[Symbol.asyncDispose]())

const anew = /^ {2}beginning anew: (.*)$/gm
const whys = (said: string) => [...said.matchAll(anew)].map(([, why]) => why)

/** Kills an import when the journal has `task`, lets something happen, and imports again: why that began anew. */
const afterKill = async (task: string, happens: () => Promise<unknown>, ...flags: string[]) => {
  await shop.empty()
  await shop.killAfter(task)
  expect(await shop.tasksDone()).toBeGreaterThan(0)
  await happens()
  const said = await shop.importWhole(...flags)
  expect(skipped(said)).toBe(0)
  expect(said).not.toContain('goes on')
  expect(await shop.leftovers()).toEqual([])
  return whys(said)
}

describe('an import after one that was killed begins anew, and says why,', () => {
  test('when PostgreSQL has crashed since, which empties the staging tables', async () => {
    await shop.empty()
    const run = shop.start()
    await until(async () => (await shop.sql.unsafe(`select from etl.journal where task = 'fill product'`)).length > 0)
    const [backend] = await shop.sql.unsafe<{ pid: number }[]>(`select pg_backend_pid() as pid`)
    process.kill(backend!.pid, 'SIGKILL') // one that dies so has all others ended, and the log read again
    const { code, told } = await run.ended()
    expect(code).toBe(1)
    expect(told).toMatch(/^(The connection to the database was lost \(.+\); import again\.|.*the database system is .*)\n$/)
    await until(() =>
      shop.sql.unsafe('select 1').then(
        () => true,
        () => false,
      ),
    )
    expect(await shop.tasksDone()).toBeGreaterThan(5)
    const said = await shop.importWhole()
    expect(whys(said)).toEqual(['PostgreSQL has crashed since, and emptied the staging tables of the import that was not finished'])
    expect(await shop.state()).toEqual(whole)
  })

  test('when it is asked to', async () => {
    expect(await afterKill('product', async () => {}, '--fresh')).toEqual(['as asked'])
    expect(await shop.state()).toEqual(whole)
  })

  test('when the journal is damaged', async () => {
    const why = ['the journal of the import that was not finished is damaged']
    for (const damage of [
      `update etl.journal set result = '{}' where task = 'load product'`,
      `update etl.journal set result = '[]' where task = 'begin'`,
      `delete from etl.journal where task = 'load styles'`,
      `delete from etl.journal where task = 'begin'`,
      `insert into etl.journal values ('products', 'load nothing', '{}')`,
    ]) {
      expect([damage, await afterKill('styles', () => shop.sql.unsafe(damage))]).toEqual([damage, why])
      expect(await shop.state()).toEqual(whole)
    }
  })

  test('when its tables are gone, or are not its own', async () => {
    expect(await afterKill('product', () => shop.sql.unsafe('drop schema products_next cascade'))).toEqual([
      'the tables of the import that was not finished are gone',
    ])
    expect(await afterKill('product', () => shop.sql.unsafe(`update products_stage.run set run = 'x'`))).toEqual([
      'the staging tables are not those of the import that was not finished',
    ])
    expect(await shop.state()).toEqual(whole)
  })

  test('when what is served has become another table', async () => {
    expect(await afterKill('product', () => shop.sql.unsafe('alter table products.product set (fillfactor = 90)'))).toEqual([
      'this version of Atelier imports otherwise than that of the import that was not finished',
    ])
    expect(await shop.state()).toEqual(whole)
  })

  test('when a reject file is not as it was', async () => {
    const file = join(shop.rejectsFolder, 'photos.csv')
    for (const change of [() => writeFile(file, 'x'), () => rm(file)]) {
      expect(await afterKill('load photos', change)).toEqual([`${file} is not as the import that was not finished left it`])
      expect(await shop.state()).toEqual(whole)
    }
  })

  test('when it is of another folder, or its rejects go elsewhere', async () => {
    const elsewhere = join(shop.set, '../elsewhere')
    await mkdir(elsewhere)
    expect(await afterKill('product', async () => {}, '--rejects', join(elsewhere, 'rejects'))).toEqual([
      `the import that was not finished has its rejects in ${shop.rejectsFolder}`,
    ])
    await shop.killAfter('product')
    const header = 'id,name,slogan,description,category,default_price'
    await writeFile(join(elsewhere, 'product.csv'), `${header}\n1,a,b,c,d,1\n`)
    const other = shop.startOf(elsewhere)
    expect((await other.ended()).code).toBe(0)
    expect(whys(other.said())).toEqual([`the import that was not finished was of ${shop.set}`])
    expect(await shop.leftovers()).toEqual([])
    await shop.importWhole()
    expect(await shop.state()).toEqual(whole)
  })

  test('when a file has changed: its time, its text, or that it is there', async () => {
    const product = join(shop.set, 'product.csv')
    expect(await afterKill('product', () => utimes(product, 1, 1))).toEqual([
      'product.csv has changed since the import that was not finished',
    ])
    expect(await shop.state()).toEqual(whole)

    // The reviews begin anew; the products, which are imported, are done.
    await shop.killAfter('load characteristics')
    await appendFile(join(shop.set, 'reviews.csv'), 'x\n999999999,1,5,1596080481467,a,b,true,false,c,d@e.example,null,8\n')
    const said = await shop.importWhole()
    expect(whys(said)).toEqual(['reviews.csv has changed since the import that was not finished'])
    expect(said.match(/going on with the import/g)?.length).toBeGreaterThan(0)
    const changed = await shop.state()
    expect(changed['reviews.review']).not.toBe(whole['reviews.review'])
    await shop.importWhole()
    expect(await shop.state()).toEqual(changed)

    expect(await afterKill('load related', () => rm(join(shop.set, 'related.csv')))).toEqual([
      'related.csv has changed since the import that was not finished',
    ])
  })
})
