import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Value } from 'typebox/value'
import { openTestHost, until, type TestHost } from './testing.ts'

let shop: TestHost
beforeAll(async () => {
  shop = await openTestHost({
    patient: false,
    files: {
      product: 'id,name,slogan,description,category,default_price\n1,Camo Onesie,s,d,Jackets,140\n2,Bright Future,s,d,Accessories,69\n',
      features: 'id,product_id,feature,value\n1,1,Fabric,Canvas\n2,1,Cut,null\n',
      styles: 'id,productId,name,sale_price,original_price,default_style\n1,1,Green,null,140,1\n2,1,Blue,35,140,0\n',
      skus: 'id,styleId,size,quantity\n1,1,S,8\n2,1,null,null\n',
      photos: 'id,styleId,url,thumbnail_url\n1,1,https://photos.example/1,null\n',
      related: 'id,current_product_id,related_product_id\n1,1,2\n',
    },
  })
})
afterAll(() => shop[Symbol.asyncDispose]())

type Operation = {
  summary: string
  parameters: { name: string; in: string; required: boolean }[]
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}
const description = async () =>
  (await (await shop.get('/openapi.json')).json()) as { openapi: string; paths: Record<string, Record<string, Operation>> }

test('the description has every route, with its parameters and refusals', async () => {
  const { openapi, paths } = await description()
  expect(openapi).toBe('3.1.1')
  const products = ['/products', '/products/{product_id}', '/products/{product_id}/styles', '/products/{product_id}/related']
  for (const path of [...products, '/healthz', '/readyz', '/metrics']) expect(paths[path]?.['get']?.summary).toBeString()
  const listed = paths['/products']!['get']!
  expect(listed.parameters.map(({ name, in: where, required }) => [name, where, required])).toEqual([
    ['page', 'query', false],
    ['count', 'query', false],
  ])
  expect(Object.keys(listed.responses)).toEqual(['200', '500', '503'])
  for (const path of products.slice(1)) {
    const { parameters, responses } = paths[path]!['get']!
    expect(parameters.map(({ name, in: where, required }) => [name, where, required])).toEqual([['product_id', 'path', true]])
    expect(Object.keys(responses)).toEqual(['200', '404', '422', '500', '503'])
    expect(responses['422']!.description).toBe('Error: invalid product_id provided')
  }
})

test('what is answered is what the description says', async () => {
  const { paths } = await description()
  for (const [path, { get }] of Object.entries(paths).filter(([path]) => path.startsWith('/products'))) {
    const { schema } = get!.responses['200']!.content!['application/json']!
    for (const id of ['1', '2']) {
      const answer = await shop.get(path.replace('{product_id}', id))
      expect([path, answer.status]).toEqual([path, 200])
      const value: unknown = await answer.json()
      expect([path, ...Value.Errors(schema, value)]).toEqual([path])
      expect(Value.Check(schema, { nothing: 'of the kind' })).toBe(false)
    }
  }
})

test('the page that shows the description loads only from here', async () => {
  for (const path of ['/docs', '/docs/', '/api/fec2/elsewhere/docs']) {
    const page = await shop.get(path)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
    )
    const html = await page.text()
    expect(html).not.toContain('//')
    const loaded = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url!)
    expect(loaded).toEqual(['/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js', '/docs/start.js'])
    for (const url of loaded) {
      const asset = await shop.get(url)
      expect([url, asset.status, asset.headers.get('x-content-type-options')]).toEqual([url, 200, 'nosniff'])
      expect(asset.headers.get('content-type')).toBe(url.endsWith('css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8')
      const etag = asset.headers.get('etag')!
      expect((await shop.get(url, { headers: { 'if-none-match': etag } })).status).toBe(304)
    }
  }
  expect(await (await shop.get('/docs/swagger-ui.css')).text()).not.toMatch(/@import|url\(\s*["']?(https?:)?\/\//)
  expect(await (await shop.get('/docs/start.js')).text()).toContain("url: '/openapi.json'")
})

test('the address alone leads to that page', async () => {
  const answer = await shop.get('/', { redirect: 'manual' })
  expect(answer.status).toBe(302)
  expect(answer.headers.get('location')).toBe('/docs')
})

test('nothing else of the package is served', async () => {
  for (const file of ['package.json', 'index.html', 'swagger-ui.css.map', '%2e%2e%2fpackage.json', '__proto__', 'constructor'])
    expect([file, (await shop.get(`/docs/${file}`)).status]).toEqual([file, 404])
})

const answer = async (path: string) => {
  const reply = await shop.get(path)
  return [reply.status, reply.headers.get('content-type'), await reply.text()]
}

test('the process is alive and ready', async () => {
  expect(await answer('/healthz')).toEqual([200, 'text/plain; charset=utf-8', 'alive\n'])
  expect(await answer('/readyz')).toEqual([200, 'text/plain; charset=utf-8', 'ready\n'])
})

test('it is not ready while a migration is pending or was changed, and says so', async () => {
  const [record] = await shop.sql`delete from host.migration where service = 'interactions' returning service, number, checksum`
  expect(await answer('/readyz')).toEqual([503, 'text/plain; charset=utf-8', 'not ready: 1 migrations are pending\n'])
  await shop.sql`insert into host.migration (service, number, checksum) values ('interactions', 1, 'another')`
  expect(await answer('/readyz')).toEqual([503, 'text/plain; charset=utf-8', 'not ready: the database is not reachable or not migrated\n'])
  await shop.sql`update host.migration set checksum = ${record!['checksum']} where service = 'interactions'`
  expect(await answer('/readyz')).toEqual([200, 'text/plain; charset=utf-8', 'ready\n'])
})

const blocked = async () =>
  (await shop.sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).count

test('however many ask, a database that does not answer is asked once', async () => {
  await shop.sql.begin(async (sql) => {
    await sql`lock table host.migration`
    const asked = Array.from({ length: 12 }, () => answer('/readyz'))
    await until(async () => (await blocked()) > 0)
    await Bun.sleep(300)
    expect(await blocked()).toBe(1)
    for (const refused of await Promise.all(asked))
      expect(refused).toEqual([503, 'text/plain; charset=utf-8', 'not ready: the database does not answer\n'])
  })
  expect(await answer('/readyz')).toEqual([200, 'text/plain; charset=utf-8', 'ready\n'])
})

/** Families of the text format 0.0.4, each line checked: https://prometheus.io/docs/instrumenting/exposition_formats/ */
const families = (text: string) => {
  expect(text).toEndWith('\n')
  const found = new Map<string, { type: string; samples: [name: string, labels: string, value: number][] }>()
  let name = ''
  for (const line of text.slice(0, -1).split('\n')) {
    const [, word, subject = '', type = ''] = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line) ?? []
    if (word === 'HELP') {
      name = subject
      expect(found.has(name)).toBe(false)
    } else if (word === 'TYPE') {
      expect(subject).toBe(name)
      found.set(name, { type, samples: [] })
    } else {
      const sample = /^([a-z_]+)(?:\{((?:[a-z_]+="[^"\\\n]*",?)*)\})? (\S+)$/.exec(line)
      if (!sample) throw new Error(`not a sample: ${line}`)
      expect(sample[1]!.replace(found.get(name)!.type === 'histogram' ? /_(bucket|sum|count)$/ : '', '')).toBe(name)
      expect(Number(sample[3])).toBeGreaterThanOrEqual(0)
      found.get(name)!.samples.push([sample[1]!, sample[2] ?? '', Number(sample[3])])
    }
  }
  return found
}

test('the figures are in the text format of Prometheus', async () => {
  await shop.get('/products/1')
  const reply = await shop.get('/metrics')
  expect(reply.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const found = families(await reply.text())
  expect(Object.fromEntries([...found].map(([name, { type }]) => [name, type]))).toMatchObject({
    atelier_http_requests_total: 'counter',
    atelier_http_request_seconds: 'histogram',
    atelier_http_connections: 'gauge',
    atelier_memory_bytes: 'gauge',
    atelier_memory_hits_total: 'counter',
    atelier_statements_total: 'counter',
    atelier_batch_keys: 'histogram',
    process_resident_memory_bytes: 'gauge',
    atelier_event_loop_delay_seconds: 'histogram',
  })
  const series = [...found.values()].flatMap(({ samples }) => samples.map(([name, labels]) => `${name}{${labels}}`))
  expect(new Set(series).size).toBe(series.length)
})

test('of a histogram the buckets grow and the last one is the count', async () => {
  await Promise.all([1, 2, 3].map(() => shop.get('/products/2')))
  const found = families(await (await shop.get('/metrics')).text())
  const { samples } = found.get('atelier_http_request_seconds')!
  const mine = samples.filter(([, labels]) => labels.includes('route="/products/:product_id"'))
  const buckets = mine.filter(([name]) => name.endsWith('_bucket'))
  const bounds = buckets.map(([, labels]) => Number(/le="([^"]*)"/.exec(labels)![1]!.replace('+Inf', 'Infinity')))
  expect(bounds).toEqual(bounds.toSorted((a, b) => a - b))
  const counts = buckets.map(([, , value]) => value)
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  expect(mine.find(([name]) => name.endsWith('_count'))![2]).toBe(counts.at(-1)!)
  expect(counts.at(-1)).toBeGreaterThanOrEqual(3)
})

const counted = (label: string) => shop.figure('atelier_http_requests_total', label)
const series = async () => (await (await shop.get('/metrics')).text()).split('\n').length

const ask = async (i: number) => {
  for (const path of [`/made-up/${i}`, `/products/${1_000 + i}/styles`, `/products/x${i}/styles`, `/api/fec2/campus${i}/products/1`])
    await shop.get(path)
}

test('requests are counted by route and status, and what a client makes up adds no series', async () => {
  await ask(0)
  const [before, unknown] = [await series(), await counted('route="unknown",status="404"')]
  for (let i = 1; i <= 20; i++) await ask(i)
  expect(await series()).toBe(before)
  expect(await counted('route="unknown",status="404"')).toBe(unknown + 20)
  expect(await counted('method="GET",route="/products/:product_id/styles",status="404"')).toBe(21)
  expect(await counted('method="GET",route="/products/:product_id/styles",status="422"')).toBe(21)
})

test('a request that is refused before its route is known is counted too', async () => {
  const before = await counted('route="unknown",status="414"')
  expect((await shop.get(`/${'a'.repeat(100_000)}`)).status).toBe(414)
  expect(await counted('route="unknown",status="414"')).toBe(before + 1)
})
