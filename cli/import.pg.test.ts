import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openImportShop, product, startAtelier, style, type ImportShop } from '../etl/import-fixture.ts'

setDefaultTimeout(30_000)

let shop: ImportShop
let elsewhere = ''
beforeAll(async () => {
  shop = await openImportShop()
  elsewhere = join(shop.folder, 'elsewhere')
  await mkdir(elsewhere)
  await shop.put({
    product: [...Array.from({ length: 1_200 }, (_, i) => product(i + 1)), product(7, 'again')],
    styles: [style(1, 1)],
    related: ['1,1,2', '2,1,2', '3,1,0', 'x'],
  })
})
afterAll(() => shop[Symbol.asyncDispose]())

const atelier = (command: string, ...args: string[]) =>
  startAtelier([command, '--database-url', shop.host.databaseUrl, ...args], elsewhere).ended()

test('import prints what became of each file, and puts the rejects into the current folder', async () => {
  const { code, out, told } = await atelier('import', '..')
  expect({ code, told }).toEqual({ code: 0, told: '' })
  expect(out).toBe(
    [
      '                       read       loaded     rejected      dropped',
      'product.csv           1,201        1,200            1            0',
      'styles.csv                1            1            0            0',
      'skus.csv        absent',
      'photos.csv      absent',
      'features.csv    absent',
      'related.csv               4            1            1            2',
      '',
      `What was rejected, line by line: ${join(elsewhere, 'rejects')}`,
      '',
    ].join('\n'),
  )
  expect((await readdir(join(elsewhere, 'rejects'))).toSorted()).toEqual(['product.csv', 'related.csv'])
  expect(await Bun.file(join(elsewhere, 'rejects', 'related.csv')).text()).toBe('line,reason,record\n5,"expected 3 fields, found 1","x"\n')
  expect((await shop.all()).length).toBe(1_200)
})

test('import --json prints the same as JSON and nothing else; status --json repeats it', async () => {
  await rm(join(elsewhere, 'rejects'), { recursive: true })
  const { code, out } = await atelier('import', '..', '--json', '--rejects', 'refused')
  expect(code).toBe(0)
  const summary: unknown = JSON.parse(out)
  const nothing = { absent: true, read: 0, loaded: 0, rejected: 0, dropped: 0 }
  expect(summary).toEqual([
    { file: 'product.csv', absent: false, read: 1_201, loaded: 1_200, rejected: 1, dropped: 0 },
    { file: 'styles.csv', absent: false, read: 1, loaded: 1, rejected: 0, dropped: 0 },
    ...['skus', 'photos', 'features'].map((file) => ({ file: `${file}.csv`, ...nothing })),
    { file: 'related.csv', absent: false, read: 4, loaded: 1, rejected: 1, dropped: 2 },
  ])
  expect(await readdir(elsewhere)).toEqual(['refused'])

  const status = await atelier('status', '--json')
  expect(JSON.parse(status.out)).toMatchObject({
    serving: null,
    pendingMigrations: 0,
    imports: [{ service: 'products', files: summary }],
  })
})

test('a folder without a file of the catalogue leaves it as it is; long names of files stand in the same columns', async () => {
  await shop.put({ product: [product(1)] })
  const opinions = join(shop.folder, 'opinions')
  await mkdir(opinions)
  const names = 'id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness'
  await writeFile(join(opinions, 'reviews.csv'), `${names}\n1,1,5,1596080481467,a,b,true,false,c,d@e.example,null,8\n`)
  await writeFile(join(opinions, 'characteristic_reviews.csv'), 'id,characteristic_id,review_id,value\n')
  const before = await shop.all()
  const { code, out } = await atelier('import', opinions)
  expect({ code, out: out.split('\n') }).toEqual({
    code: 0,
    out: [
      '                                     read       loaded     rejected      dropped',
      'reviews.csv                             1            1            0            0',
      'reviews_photos.csv            absent',
      'characteristics.csv           absent',
      'characteristic_reviews.csv              0            0            0            0',
      '',
    ],
  })
  expect(await shop.all()).toEqual(before)
  const status = (await atelier('status')).out
  expect(status).toMatch(/^products imported at 2.*Z$/m)
  expect(status).toMatch(/^reviews imported at 2.*Z$/m)
  expect(status).toMatch(/^questions never imported$/m)
})

test('a folder for rejects is not left behind when there are none', async () => {
  await shop.put({ product: [product(1)] })
  expect((await atelier('import', '..', '--rejects', 'none')).out).not.toContain('What was rejected')
  expect(await readdir(elsewhere)).not.toContain('none')
})

test('import says how it is called, with exit code 2, when it is called wrongly', async () => {
  for (const args of [[], ['a', 'b'], ['a', '--from', 'b'], ['a', '--rejects', '']]) {
    const { code, out, told } = await atelier('import', ...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(told).toContain('Usage: atelier import DIR [flags]')
  }
  expect((await atelier('import', '--help')).out).toContain('--rejects DIR')
})
