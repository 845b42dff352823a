import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { isRunning } from '../host/processes.ts'
import { nginxProgram } from '../host/testing-nginx.ts'
import { until } from '../host/testing.ts'
import { answerOf, openTestFleet, shopFiles, type TestFleet } from './fleet-fixture.ts'
import { childrenOf, ran } from './testing.ts'

setDefaultTimeout(60_000)
const withNginx = test.skipIf(!nginxProgram || process.platform !== 'linux')

let fleet: TestFleet
beforeAll(async () => {
  if (nginxProgram) fleet = await openTestFleet(['--servers', '2'], shopFiles)
})
afterAll(() => fleet?.[Symbol.asyncDispose]())

const request = (line: string, headers: string[] = [], body?: string) =>
  `${[`${line} HTTP/1.1`, 'host: shop', 'connection: close', ...headers, ...(body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`])].join('\r\n')}\r\n\r\n${body ?? ''}`

const accountOf = (pid: number) =>
  Bun.spawnSync(['ps', '-o', 'user=', '-p', String(pid)])
    .stdout.toString()
    .trim()

withNginx('every answer is the one the server gives', async () => {
  const requests = [
    request('GET /products?count=9007199254740991'),
    request('GET /products/1'),
    request('GET /products/1/'),
    request('GET /products/1/styles', ['authorization: anything at all']),
    request('GET /api/fec2/hr%2Fx/products/1?y'),
    request('GET //products/1'),
    request('GET /products//1'),
    request('GET /products/%31'),
    request('GET /products/%2F1'),
    request('GET /products/hello'),
    request('GET /products/999'),
    request('GET /nowhere'),
    request('HEAD /products/1'),
    request('HEAD /products/999'),
    request('GET /products/1', ['accept-encoding: gzip, br']),
    request('GET /products/1', ['if-none-match: *']),
    request('GET /products/1', ['range: bytes=0-3']),
    request('GET /reviews?product_id=1&sort=newest&count=200'),
    request('GET /reviews?product_id=5.55'),
    request('GET /reviews/meta?product_id=2'),
    request('GET /qa/questions/?product_id=1'),
    request('GET /qa/questions/1/answers'),
    request('GET /'),
    request('GET /docs/nothing'),
    request('GET /healthz'),
    request('OPTIONS /reviews', ['origin: http://elsewhere', 'access-control-request-method: POST']),
    request('DELETE /reviews', [], ''),
    request('POST /products/1', [], ''),
    request('POST /reviews', ['content-type: application/json'], '{"product_id":1,"rating":9}'),
    request('POST /reviews', [], 'no json'),
    request('POST /qa/questions', [], '{"product_id":2,"body":"é?","name":"n","email":"a@b.cd"}'),
    request('POST /interactions', ['cookie: atelier_session=AAAAAAAAAAAAAAAAAAAAAA'], '{"element":"a","widget":"b","time":"now"}'),
    request('GET /cart', ['authorization: me']),
    request('PUT /reviews/1/helpful', ['content-type: application/json'], 'null'),
    request('PUT /reviews/1/helpful', [], '{}'),
    request('PUT /reviews/1/helpful', ['transfer-encoding: chunked'], undefined) + '4\r\nnull\r\n0\r\n\r\n',
    request('PUT /reviews/999/helpful', [], 'null'),
    request('PUT /reviews/0/report'),
  ]
  const seen = new Set<string>()
  for (const text of requests) {
    const [through, straight] = [await answerOf(fleet.port, text), await answerOf(fleet.ports[0]!, text)]
    expect({ text, ...through }).toEqual({ text, ...straight })
    seen.add(through.status.slice(9, 12))
  }
  expect([...seen].toSorted()).toEqual(['200', '201', '204', '302', '304', '404', '405', '422'])
})

withNginx('an answer that has not changed is not sent again, whichever server is asked', async () => {
  const { headers } = await answerOf(fleet.port, request('GET /products/1'))
  for (let i = 0; i < 6; i++) {
    const again = await answerOf(fleet.port, request('GET /products/1', [`if-none-match: ${headers['etag']}`]))
    expect([again.status, again.body]).toEqual(['HTTP/1.1 304 Not Modified', ''])
  }
})

withNginx('a cart is the same on every server, and requests are shared out', async () => {
  const lines = ['authorization: somebody']
  await answerOf(fleet.port, request('POST /cart', lines, '{"sku_id":7,"count":2}'))
  const carts = await Promise.all(
    [fleet.port, ...fleet.ports].map(async (port) => (await answerOf(port, request('GET /cart', lines))).body),
  )
  expect(carts).toEqual(Array(3).fill('[{"sku_id":7,"count":"2"}]'))
  await Promise.all(Array.from({ length: 40 }, () => answerOf(fleet.port, request('GET /healthz'))))
  for (const port of fleet.ports) {
    const { body } = await answerOf(port, request('GET /metrics'))
    expect(Number(/atelier_http_requests_total\{.*route="\/healthz".*\} (\d+)/.exec(body)?.[1])).toBeGreaterThan(3)
  }
  expect((await answerOf(fleet.port, request('GET /metrics'))).status).toBe('HTTP/1.1 404 Not Found')
})

withNginx('a second one on the data directory is refused, Ctrl-C leaves neither process nor port nor file', async () => {
  expect(await ran(['fleet', '--data', fleet.dataDir, '--port', '0'])).toEqual({
    code: 1,
    out: '',
    err: `Another Atelier (pid ${fleet.run.pid}) is running on ${fleet.dataDir}; stop it or pass --data with another directory.\n`,
  })
  const nginx = Number(await Bun.file(`${fleet.dataDir}/nginx/nginx.pid`).text())
  const all = [nginx, ...childrenOf(nginx).map(({ pid }) => pid), ...childrenOf(fleet.run.pid).map(({ pid }) => pid)]
  expect(all.length).toBeGreaterThanOrEqual(5)
  if (process.geteuid?.() === 0) expect(accountOf(nginx)).not.toBe('root')
  fleet.run.kill('SIGINT')
  expect(await fleet.run.exited).toBe(0)
  await until(() => !all.some(isRunning))
  for (const port of [fleet.port, ...fleet.ports]) expect(answerOf(port, request('GET /healthz'))).rejects.toThrow()
  expect([existsSync(`${fleet.dataDir}/nginx`), existsSync(`${fleet.dataDir}/atelier.lock`)]).toEqual([false, false])
})

test('no fleet, nothing to restart', async () => {
  expect(await ran(['fleet', '--restart', '--data', '/tmp/no-such-folder'])).toEqual({
    code: 1,
    out: '',
    err: 'No fleet runs on /tmp/no-such-folder.\n',
  })
})
