import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cloneTestDatabase } from '../host/testing-cluster.ts'
import { importFiles } from '../host/testing.ts'
import { RawClient } from '../kit/http-testing.ts'
import { migrated } from './migrated.ts'
import { atelier, childrenOf, type Run } from './testing.ts'

/** `atelier fleet` as a user runs it, on a database of its own with these files in it. */
export type TestFleet = AsyncDisposable & {
  readonly run: Run
  readonly port: number
  /** Of the server processes. */
  readonly ports: number[]
  readonly dataDir: string
  readonly databaseUrl: string
  /** The server processes that live. */
  workers(): number[]
}

export const openTestFleet = async (args: string[], files: Record<string, string>): Promise<TestFleet> => {
  await using opened = new AsyncDisposableStack()
  const databaseUrl = await cloneTestDatabase(migrated)
  await importFiles(databaseUrl, files)
  const folder = await mkdtemp(join(tmpdir(), 'atelier-fleet-test-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const dataDir = join(folder, 'data')
  const all = ['fleet', '--data', dataDir, '--database-url', databaseUrl, '--port', '0', '--products', '0', ...args]
  const run = opened.use(atelier(all, { LOG_LEVEL: 'info' }, [process.execPath, join(import.meta.dir, 'main.ts')]))
  const port = await run.port()
  const ports = () =>
    [...run.output.out.matchAll(/^ {2}http:\/\/127\.0\.0\.1:(\d+)\/metrics \(pid \d+\)$/gm)].map(([, port]) => Number(port))
  while (ports().length < Number(args[args.indexOf('--servers') + 1])) await Bun.sleep(1)
  const running = opened.move()
  return {
    run,
    port,
    ports: ports(),
    dataDir,
    databaseUrl,
    workers: () => childrenOf(run.pid).flatMap(({ pid, command }) => (/main\.ts worker/.test(command) ? [pid] : [])),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Says it on a connection of its own that ends with the answer, and gives the answer: what NGINX puts of its own is left out. */
export const answerOf = async (
  port: number,
  request: string,
): Promise<{ status: string; headers: Record<string, string>; body: string }> => {
  using client = await RawClient.connect(port)
  await client.send(Buffer.from(request))
  await client.ended
  const [head = '', ...body] = client.received.split('\r\n\r\n')
  const [status = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)])
  const own = new Set(['date', 'server', 'connection', 'x-request-id', 'x-cache'])
  return { status, headers: Object.fromEntries(headers.filter(([name]) => !own.has(name)).sort()), body: body.join('\r\n\r\n') }
}

/** A catalogue of two products, with reviews and questions. */
export const shopFiles = {
  product: 'id,name,slogan,description,category,default_price\n1,Camo Onesie,s,"d – é",Jackets,140\n2,Joggers,s,d,Pants,40\n',
  reviews:
    'id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness\n' +
    Array.from({ length: 40 }, (_, i) => `${i + 1},${(i % 2) + 1},5,2019-04-14,s,b,true,false,n,null,null,${i}\n`).join(''),
  questions: 'id,product_id,body,date_written,asker_name,asker_email,reported,helpful\n1,1,Why?,2018-10-18,n,first.last@gmail.com,0,1\n',
}
