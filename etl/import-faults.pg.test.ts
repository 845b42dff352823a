import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { generate } from './generate/generate.ts'
import { openImportShop, product, startAtelier, style, type ImportShop } from './import-fixture.ts'

setDefaultTimeout(60_000)

let shop: ImportShop
let big = ''
const bigProducts = 12_000
beforeAll(async () => {
  shop = await openImportShop()
  big = join(shop.folder, 'big')
  await generate({ out: big, products: bigProducts, seed: 3, clean: false })
})
afterAll(() => shop[Symbol.asyncDispose]())

const old = { product: [1, 2, 3].map((id) => product(id, 'old')), styles: [style(1, 1)] }
const servesOld = async () => {
  expect((await shop.all()).map(({ id, name }) => [id, name])).toEqual([1, 2, 3].map((id) => [id, 'old']))
  expect(await shop.styles(1)).toHaveLength(1)
}
const servesBig = async () => expect((await shop.product(bigProducts)).id).toBe(bigProducts)
const importBig = (...flags: string[]) => {
  const rejects = join(shop.folder, 'big-rejects')
  return startAtelier(['import', big, '--database-url', shop.host.databaseUrl, '--rejects', rejects, ...flags], shop.folder)
}

const expectFailure = async (importing: ReturnType<typeof importBig>, sentence: RegExp) => {
  const { code, out, told } = await importing.ended()
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(told).toMatch(sentence)
  expect(told.trimEnd()).not.toContain('\n')
  await servesOld()
}

const lockedBy = async () => {
  const sql = openSql(parseDatabaseUrl(shop.host.databaseUrl), { connections: 1 })
  await sql.unsafe(`select pg_advisory_lock(hashtext('atelier.import'))`)
  return sql
}

describe('readers', () => {
  const versions = { old: 150, new: 200 }
  const files = (version: keyof typeof versions) => ({
    product: Array.from({ length: versions[version] }, (_, i) => product(i + 1, version)),
    styles: Array.from({ length: versions[version] }, (_, i) => `${i + 1},${i + 1},${version},null,140,1`),
  })
  const paths = ['/products?count=1000', '/products?count=3', '/products/1', '/products/150', '/products/1/styles', '/products/9/related']

  /** Asks for all paths, again and again until it is stopped, and once more: each path's answers in order, in short. */
  const poll = async () => {
    const stop = new AbortController()
    const seen = new Map(paths.map((path) => [path, [] as string[]]))
    let slowestMs = 0
    const ask = async (path: string) => {
      const askedMs = performance.now()
      const answer = await shop.host.get(path)
      const body = await answer.text()
      slowestMs = Math.max(slowestMs, performance.now() - askedMs)
      const names = new Set(body.match(/"(old|new)"/g))
      const whole = path.includes('1000') && names.size === 1 ? ` of ${(JSON.parse(body) as []).length}` : ''
      seen.get(path)!.push(`${answer.status} ${[...names].join(' and ')}${whole}`)
    }
    const askOn = async (path: string) => {
      while (!stop.signal.aborted) await ask(path)
      await ask(path)
    }
    await Promise.all(paths.map(ask))
    const asking = Promise.all(paths.map(askOn))
    return async () => {
      stop.abort()
      await asking
      return { slowestMs, seen: Object.fromEntries(seen) }
    }
  }
  /** The old answers, then the new ones, never an old one again. */
  const expectOneChange = (seen: Record<string, string[]>) => {
    for (const path of paths) {
      const changes = seen[path]!.filter((answer, i, all) => answer !== all[i - 1])
      const of = (version: keyof typeof versions) => (path.includes('1000') ? ` of ${versions[version]}` : '')
      expect([path, ...changes]).toEqual(
        path.endsWith('related') ? [path, '200 '] : [path, `200 "old"${of('old')}`, `200 "new"${of('new')}`],
      )
    }
  }

  test('see the old catalogue and then the new one, whole, and no error between', async () => {
    await shop.load(files('old'))
    const stop = await poll()
    await shop.load(files('new'))
    expectOneChange((await stop()).seen)
  })

  test('are not held up when the switch has to wait for one of them', async () => {
    await shop.load(files('old'))
    const stop = await poll()
    const slow = await shop.host.sql.reserve()
    await slow.unsafe('begin; select from products.styles_document limit 1')
    const loading = shop.load(files('new'))
    const first = await Promise.race([loading.then(() => 'switched'), Bun.sleep(8_000).then(() => 'waiting')])
    await slow.unsafe('commit')
    slow.release()
    await loading
    const { slowestMs, seen } = await stop()
    expect(first).toBe('waiting')
    expectOneChange(seen)
    expect(slowestMs).toBeLessThan(6_000)
  })
})

describe('an import that is ended while it', () => {
  const moments = { 'loads files': /product\.csv +\d/, 'checks them': /check skus +\d/, 'makes tables': /make product_document +\d/ }

  for (const [doing, words] of Object.entries(moments)) {
    test(`${doing}, by kill -9, leaves the old catalogue in service, and the next import succeeds`, async () => {
      await shop.load(old)
      const importing = importBig()
      await importing.until(words)
      importing.kill('SIGKILL')
      expect((await importing.ended()).signal).toBe('SIGKILL')
      await servesOld()
      expect(await shop.load({ ...old, features: ['1,1,Fit,Loose'] })).toMatchObject({ counts: { features: [1, 1, 0, 0] } })
      await servesOld()
      expect(await shop.leftovers()).toBe(0)
    })

    test(`${doing}, by Ctrl-C, exits with 130 soon, leaves the old catalogue in service, and the next import of another folder succeeds`, async () => {
      await shop.load(old)
      const importing = importBig()
      await importing.until(words)
      const interruptedMs = performance.now()
      importing.kill('SIGINT')
      expect(await importing.ended()).toEqual({ code: 130, signal: null, out: '', told: 'Interrupted.\n' })
      expect(performance.now() - interruptedMs).toBeLessThan(4_000)
      await servesOld()
      await shop.load(old)
      await servesOld()
      expect(await shop.leftovers()).toBe(0)
    })
  }
})

describe('an import that cannot go on ends with one sentence and exit code 1, and the old catalogue stays,', () => {
  test('when the folder for rejects cannot be written to', async () => {
    await shop.load(old)
    const file = join(shop.folder, 'a-file')
    await writeFile(file, '')
    await expectFailure(
      importBig('--rejects', file),
      /^The rejects cannot be written to .*a-file \(\w+\); pass --rejects with another folder\.\n$/,
    )
    await expectFailure(importBig('--rejects', '/proc/none'), /^The rejects cannot be written to \/proc\/none \(ENOENT\); /)
    expect(await shop.leftovers()).toBe(0)
  })

  test('when the folder for rejects goes away', async () => {
    await shop.load(old)
    const importing = importBig()
    await importing.until(/make product +\d/)
    await rm(join(shop.folder, 'big-rejects'), { recursive: true })
    await expectFailure(importing, /^The rejects cannot be written to .*big-rejects \(ENOENT\); pass --rejects with another folder\.\n$/)
  })

  test('when its database connections are cut', async () => {
    await shop.load(old)
    const importing = importBig()
    await importing.until(/make product +\d/)
    // In the middle of a statement: an idle connection that is cut is only opened again.
    const cut = () =>
      shop.host.sql.unsafe(
        `select pg_terminate_backend(pid) from pg_stat_activity where state = 'active' and query ~ 'products_next' and pid <> pg_backend_pid()`,
      )
    while ((await cut()).length === 0) await Bun.sleep(1)
    await expectFailure(importing, /^The connection to the database was lost \(.+\); import again\.\n$/)
  })

  test('when the files are not there, or the database is not', async () => {
    await shop.load(old)
    const url = ['--database-url', shop.host.databaseUrl]
    await expectFailure(startAtelier(['import', 'nowhere', ...url], shop.folder), /^There is no product\.csv\b.* in .*nowhere\.\n$/)
    const away = ['--database-url', 'postgres://nobody@127.0.0.1:1/none']
    await expectFailure(startAtelier(['import', big, ...away], shop.folder), /ECONNREFUSED.*\n$/)
  })
})

test('a database that refuses the text of a small file refuses the import: it does not wait for ever', async () => {
  await shop.host.sql.unsafe(`create database latin1 encoding 'LATIN1' locale 'C' template template0`)
  const url = shop.host.databaseUrl.replace(/\/\/\/\w+/, '///latin1')
  const folder = join(shop.folder, 'small')
  await mkdir(folder)
  await writeFile(join(folder, 'product.csv'), `id,name,slogan,description,category,default_price\n${product(1, '日本')}\n`)
  const { code, told } = await startAtelier(['import', folder, '--database-url', url], shop.folder).ended()
  expect({ code, told }).toEqual({
    code: 1,
    told: expect.stringMatching(/^character with byte sequence .* in encoding "UTF8" has no equivalent in encoding "LATIN1"\n$/),
  })
  await rm(folder, { recursive: true })
})

describe('of two imports at once', () => {
  test('the second waits a little, and goes on when the first has ended', async () => {
    await shop.load(old)
    const [first, second] = [importBig(), importBig()]
    expect((await first.ended()).code).toBe(0)
    expect((await second.ended()).code).toBe(0)
    await servesBig()
  })

  test('the second gives up when the first goes on, or when it is interrupted', async () => {
    await shop.load(old)
    const first = await lockedBy()
    const [second, third] = [importBig(), importBig()]
    await third.until(/waiting for another import/)
    third.kill('SIGINT')
    expect(await third.ended()).toMatchObject({ code: 130, told: 'Interrupted.\n' })
    expect(await second.ended()).toMatchObject({ code: 1, told: 'Another import is running on this database; wait for it to end.\n' })
    await servesOld()
    await first.end()
  })
})
