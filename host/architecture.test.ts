import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { looksLikeSql, violations, type Exception, type Files } from './testing-architecture.ts'
import { readSource } from './testing-source.ts'

/** What is allowed all the same, and why. */
const exceptions: readonly Exception[] = [
  { path: 'lab/bookings-queries.ts', rule: 'schema', reason: 'a proof that asked the service what it holds would have to believe it' },
  { path: 'lab/crash-queries.ts', rule: 'schema', reason: 'a proof that asked the services what they hold would have to believe them' },
]

const readHouse = async (root: string): Promise<Files> => {
  const files = new Map([['package.json', await Bun.file(join(root, 'package.json')).text()]])
  for await (const path of new Bun.Glob('**/*.{ts,tsx,mjs,sql}').scan({ cwd: root }))
    if (!path.split('/').includes('node_modules')) files.set(path, await Bun.file(join(root, path)).text())
  return files
}

test('the house keeps the rules of ARCHITECTURE.md', async () => {
  const files = await readHouse(join(import.meta.dir, '..'))
  expect([...files.keys()]).toContain('services/products/schema.sql')
  const found = violations(files)
  const isMeant = ({ path, rule }: { path: string; rule: string }) => exceptions.some((one) => one.path === path && one.rule === rule)
  expect(found.filter((one) => !isMeant(one)).map(({ path, line, rule, fault }) => `${path}:${line} ${fault} (${rule})`)).toEqual([])
  // An exception that nothing needs any more goes.
  expect(exceptions.filter(({ path, rule }) => !found.some((one) => one.path === path && one.rule === rule))).toEqual([])
})

/** A small house without a fault. */
const house: Files = new Map(
  Object.entries({
    'package.json': '{ "dependencies": { "postgres": "3", "@scope/tool": "1" }, "devDependencies": { "fast-check": "4" } }',
    'kit/db.ts': `import postgres from 'postgres'\nexport const openSql = (url: string) => postgres(url)\n`,
    'kit/wait.ts': `// process.env and setInterval(…) in a comment\nexport const wait = () => new Promise((done) => setTimeout(done, 1))\n`,
    'services/index.ts': `import { products } from './products/routes.ts'\nexport const services = [products]\n`,
    'services/products/schema.sql': `-- migration 1: all\ncreate table products.product (\n  product_id bigint not null, -- key\n  primary key (product_id)\n);\ncreate table products.style (\n  product_id bigint not null references products.product (product_id),\n  style_id bigint not null,\n  price numeric(14, 2) check (price in (1, 2)),\n  primary key (product_id, style_id),\n  unique (product_id, price)\n);\ncreate index by_price on products.style (price);\n`,
    'services/products/queries.ts': 'export const product = `select * from products.product where product_id = $1`\n',
    'services/products/routes.ts': `import { openSql } from '../../kit/db.ts'\nimport { product } from './queries.ts'\nexport const products = { sql: openSql, product, async stop() { await product } }\n`,
    'services/products/import.ts': 'export const fill = (next: string) => `insert into ${next}.product select * from products.product`\n',
    'services/reviews/queries.ts': 'export const all = `select r.* from reviews.review r`\n',
    'services/reviews/types.ts': 'export type Review = string\n',
    'host/server.ts': `import { services } from '../services/index.ts'\nexport const names = services.map(({ sql }) => sql)\n`,
    'host/migrate-queries.ts': "export const applied = 'select number from host.migration'\n",
    'etl/import.ts': `import tool from '@scope/tool/part'\nexport const load = async () => { await tool() }\n`,
    'deploy/nginx.ts': `import { wait } from '../kit/wait.ts'\nexport const render = () => wait()\n`,
    'host/fleet.ts': `import { render } from '../deploy/nginx.ts'\nexport const fleet = () => render()\n`,
    'gateway/page.ts': `import type { Review } from '../services/reviews/types.ts'\nexport type Page = Review[]\n`,
    'client/client.ts': `import type { Review } from '../services/reviews/types.ts'\nexport type Page = Review[]\n`,
    'web/page.tsx': `import type { Review } from '../services/reviews/types.ts'\nexport type Page = Review[]\n`,
    'lab/bench.ts': `import { names } from '../host/server.ts'\nconsole.log(names, process.env['HOME'])\nawait 1\n`,
    'cli/main.ts': `import { names } from '../host/server.ts'\nimport manifest from '../package.json' with { type: 'json' }\nprocess.exit(names.length + manifest.version)\n`,
    'cli/bun.mjs': `import { spawn } from 'node:child_process'\nspawn('bun')\n`,
    'kit/db.test.ts': `import * as fc from 'fast-check'\nimport '../host/testing.ts'\nawait fc.check('drop table products.product')\n`,
    'host/testing.ts': `import { load } from '../etl/import.ts'\nload('create database x')\n`,
  }),
)
/** What is found when a file is put into that house. */
const planted = (path: string, text: string) =>
  violations(new Map([...house, [path, text]])).map(({ line, rule, fault }) => `${line} ${rule}: ${fault}`)

/** The same of a schema.sql, without lines and rule. */
const faults = (text: string) => planted('services/reviews/schema.sql', text).map((one) => one.replace(/^\d+ schema: /, ''))
const table = (inside: string) => `create table reviews.review (\n  product_id bigint not null,\n  id bigint,\n  ${inside}\n);\n`

describe('the checker', () => {
  test('finds nothing in a house without a fault', () => {
    expect(violations(house)).toEqual([])
  })

  const imports: [path: string, specifier: string, target: string][] = [
    ['kit/new.ts', '../services/products/types.ts', 'services/products/types.ts'],
    ['kit/new.ts', '../host/server.ts', 'host/server.ts'],
    ['etl/new.ts', '../services/index.ts', 'services/index.ts'],
    ['etl/generate/new.ts', '../../host/server.ts', 'host/server.ts'],
    ['services/reviews/new.ts', '../products/queries.ts', 'services/products/queries.ts'],
    ['services/reviews/new.ts', '../../host/server.ts', 'host/server.ts'],
    ['services/reviews/new.ts', '../index.ts', 'services/index.ts'],
    ['host/new.ts', '../etl/import.ts', 'etl/import.ts'],
    ['host/new.ts', '../cli/main.ts', 'cli/main.ts'],
    ['host/new.ts', './testing.ts', 'host/testing.ts'],
    ['gateway/new.ts', '../services/reviews/queries.ts', 'services/reviews/queries.ts'],
    ['deploy/new.ts', '../host/server.ts', 'host/server.ts'],
    ['deploy/new.ts', '../services/index.ts', 'services/index.ts'],
    ['client/new.ts', '../kit/errors.ts', 'kit/errors.ts'],
    ['client/new.ts', '../services/reviews/queries.ts', 'services/reviews/queries.ts'],
    ['web/new.tsx', '../kit/db.ts', 'kit/db.ts'],
    ['lab/new.ts', '../host/server.ts', 'host/server.ts'],
    ['lab/bench-new.ts', '../cli/main.ts', 'cli/main.ts'],
  ]
  test.each(imports)('finds that %s imports %s, in whatever way', (path, specifier, target) => {
    const ways = [
      `import { x } from '${specifier}'\nexport const y = x\n`,
      `import type {\n  X,\n} from "${specifier}"\nexport type Y = X\n`,
      `import '${specifier}'\n`,
      `export const x = async () => (await import('${specifier}')).x\n`,
      `export const x = new URL('${specifier}', import.meta.url)\n`,
    ]
    for (const way of ways) expect(planted(path, way).map((one) => one.slice(2))).toEqual([`imports: imports ${target}`])
  })

  test('a neighbour is asked by its type alone', () => {
    expect(planted('services/reviews/new.ts', `import type { Api } from '../products/api.ts'\nexport type Mine = Api\n`)).toEqual([])
    expect(planted('services/reviews/new.ts', `import { api } from '../products/api.ts'\nexport const mine = api\n`)).toEqual([
      '1 imports: imports services/products/api.ts',
    ])
  })

  test('finds a package that is not installed for the server', () => {
    const fault = 'packages: imports fast-check, which is no dependency of the server'
    expect(planted('kit/new.ts', "import * as fc from 'fast-check'\nexport const x = fc\n")).toEqual([`1 ${fault}`])
  })

  test('finds SQL outside its files, and not in prose', () => {
    const statements = [
      "'select 1'",
      "'SELECT id FROM products'",
      '`\n  with k as (select 1) select * from k`',
      '`${x}; create schema ${y}`',
      '`analyze ${y}.z`',
      "'listen changes'",
    ]
    for (const statement of statements) {
      const found = planted('host/new.ts', `export const x = 1\nexport const run = (y: string) => ask(${statement}, y)\n`)
      expect(found).toHaveLength(1)
      expect(found[0]).toMatch(/^2 sql: holds SQL: /)
    }
    expect(planted('etl/import.ts', 'export const x = (sql: Sql) => sql<Row[]>`${y}`\n')).toEqual(['1 sql: holds SQL'])
    const prose = [
      'Select a product from the list',
      'create, or update',
      'with a size as small (or smaller)',
      'Drop table tennis here',
      "Robert'); DROP TABLE reviews;--",
      'set of from',
    ]
    for (const text of prose) expect([text, looksLikeSql(text)]).toEqual([text, false])
  })

  test("finds another service's tables, and the host's, wherever they are named", () => {
    expect(
      planted('services/reviews/queries.ts', 'export const x = `select from reviews.review join products.product using (id)`\n'),
    ).toEqual(['1 schema: names products.product'])
    expect(planted('services/reviews/import.ts', 'export const x = `\n  select from host.migration`\n')).toEqual([
      '2 schema: names host.migration',
    ])
    expect(planted('etl/queries.ts', "export const x = 'drop table products.product'\n")).toEqual(['1 schema: names products.product'])
    expect(planted('services/reviews/schema.sql', 'create view reviews.x as select from products.product;\n')).toEqual([
      '1 schema: names products.product',
    ])
  })

  test('finds keys that would not let a table be spread, foreign keys into other schemas, and triggers', () => {
    expect(faults(table('primary key (product_id, id)'))).toEqual([])
    expect(faults(table('x text'))).toEqual(['reviews.review has no primary key'])
    expect(faults(table('primary key (id, product_id)'))).toEqual([
      'reviews.review has a primary key that does not begin with the group key',
    ])
    expect(faults('create table reviews.review (id bigint primary key, x numeric(1, 2));\n')).toEqual([
      'reviews.review has a primary key that does not begin with the group key',
      'reviews.review has a primary key without the group key',
    ])
    expect(faults('create table reviews.review (product_id integer primary key);\n')).toEqual([
      'reviews.review has a product_id that is not bigint not null',
    ])
    expect(faults(table('x text unique, primary key (product_id)'))).toEqual(['reviews.review has a unique without the group key'])
    expect(faults(table('primary key (product_id), foreign key (product_id) references products.product (product_id)'))).toEqual(
      ['names products.product', 'has a foreign key into the schema products'].toReversed(),
    )
    expect(faults(table('primary key (product_id), foreign key (product_id) references product'))).toEqual([
      'does not say in which schema product is',
    ])
    expect(
      faults('create unique index x on reviews.review (id);\ncreate trigger t before insert on reviews.review execute function f();\n'),
    ).toEqual(['has a unique index without the group key', 'has a trigger'])
  })

  test('finds the environment read outside cli/', () => {
    for (const read of ['process.env', 'Bun.env', 'import.meta.env']) {
      expect(planted('host/new.ts', `export const x = () =>\n  ${read}['HOME']\n`)).toEqual([`2 environment: reads ${read}`])
      expect(planted('cli/new.ts', `export const x = () => ${read}\n`)).toEqual([])
    }
  })

  test('finds what starts at import, and not what starts when it is called', () => {
    const starts = ['await x()', 'export const x = await y()', 'const x = setInterval(y, 1)', 'const x = Bun.serve({ port: 1 })', 'y.on(1)']
    starts.push('const x = [\n  openSql(y),\n]', 'for (const x of y) x()', 'if (y) y()', 'process.on("exit", () => {})', 'void y()')
    for (const start of starts) {
      const found = planted('host/new.ts', `import y from './y.ts'\n${start}\n`)
      expect([start, found.length, found[0]?.slice(0, 8)]).toEqual([start, 1, '2 start:'])
      expect(planted('cli/new.mjs', `${start}\n`)).toEqual([])
    }
    const later = [
      'export const x = () => Bun.serve({ port: 1 })',
      'export const x = async () => {\n  await y()\n}',
      'export const x = new Map()',
    ]
    later.push(
      'export async function x() {\n  await y()\n}',
      'export class X {\n  async y() {\n    await z()\n  }\n}',
      'const x = `\n${y}\n`',
    )
    for (const start of later) expect([start, planted('host/new.ts', `${start}\n`)]).toEqual([start, []])
  })

  test('finds barrels, files of more than 300 lines, and files in no room', () => {
    expect(planted('kit/index.ts', 'export const x = 1\n')).toEqual(['1 barrel: is a barrel'])
    for (const way of ['*', '* as db', '{ openSql }', 'type { Sql }'])
      expect(planted('kit/new.ts', `export ${way} from './db.ts'\n`)).toEqual(['1 barrel: exports what another file makes'])
    expect(planted('kit/long.test.ts', 'x\n'.repeat(300))).toEqual([])
    expect(planted('kit/long.test.ts', 'x\n'.repeat(301))).toEqual(['301 length: has 301 lines, more than 300'])
    expect(planted('utils/new.ts', 'export const x = 1\n')).toEqual(['1 room: stands in no room of the house'])
    expect(planted('new.ts', 'export const x = 1\n')).toEqual(['1 room: stands in no room of the house'])
  })

  test('tells code from comments, strings, templates and regular expressions', () => {
    const source = readSource(
      "const a = 'x // y' /* from 'z' */ + `b ${c('d') + `e${1}`} f` // 'g'\nconst h = a / 2 + /['\"/]\\/[/]/.source / 'i'.length\n",
    )
    expect(source.literals.map(({ text }) => text).toSorted()).toEqual(['b ${} f', 'd', 'e${}', 'i', 'x // y'])
    expect(source.code.replaceAll(/ +/g, ' ')).toBe("const a = ' ' + ` c(' ') + ` 1 ` ` \nconst h = a / 2 + / /.source / ' '.length\n")
    expect(source.imports).toEqual([])
  })
})
