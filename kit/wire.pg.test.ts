import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { openTestHost, until, type TestHost } from '../host/testing.ts'
import { parseDatabaseUrl, type Database } from './db.ts'
import { silentLog } from './log.ts'
import { WirePool } from './wire-pool.ts'
import { ask, open, openChopper, openFakeServer, statementOf, type FakeServer, type OpenWire } from './wire-testing.ts'
import { ConnectionLost, openWire } from './wire.ts'

let shop: TestHost
let database: Database
let shared: OpenWire
let silent: FakeServer
let unanswered: Promise<unknown>
beforeAll(async () => {
  shop = await openTestHost()
  database = parseDatabaseUrl(shop.databaseUrl)
  shared = await open(database)
  silent = await openFakeServer(() => {})
  unanswered = failureOf(open(silent.database)) // takes five seconds
})
afterAll(async () => {
  shared[Symbol.dispose]()
  await silent[Symbol.asyncDispose]()
  await shop[Symbol.asyncDispose]()
})

const echo = statementOf('echo', 'a::text')
const numbers = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i)
const places = (bodies: (string | undefined)[]) => new Map(bodies.map((body, i) => [i + 1, body]))
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )
const runs = async (pid: number) => (await shop.sql`select state from pg_stat_activity where pid = ${pid}`)[0]?.['state'] === 'active'
const pidOf = async ({ wire }: OpenWire) => Number((await ask(wire, statementOf('pid', 'pg_backend_pid()::text'), [1])).get(1))
const sleep = statementOf('sleep', 'pg_sleep(30)::text')

const readLive = (name: string) => statementOf(name, `(select body from live.document where id = a)`)
const buildSchema = (schema: string, type: string, word: string) =>
  shop.sql.unsafe(`
    create schema ${schema};
    create table ${schema}.document (id bigint primary key, body ${type} not null);
    insert into ${schema}.document select i, '${word}' from generate_series(1, 5) i`)
const replaceLive = () => shop.sql.begin((sql) => sql.unsafe('drop schema live cascade; alter schema next rename to live'))

describe('a statement', () => {
  test('is answered batch after batch, whatever their sizes', async () => {
    for (let batch = 0; batch < 300; batch++) {
      const keys = numbers((batch * 37) % 1_024 || 1, batch * 1_000)
      expect(await ask(shared.wire, echo, keys)).toEqual(places(keys.map(String)))
    }
  })

  test('may be of more keys than the socket takes at once', async () => {
    const keys = numbers(200_000)
    expect(await ask(shared.wire, echo, keys)).toEqual(places(keys.map(String)))
  })

  test('takes several columns', async () => {
    const three = statementOf('three', `concat_ws(' ', a, b, c)`, { columns: 3 })
    expect(await ask(shared.wire, three, [1, 2], [30, 40], [500, 600])).toEqual(places(['1 30 500', '2 40 600']))
  })

  test('takes texts after the integers, whatever is in them but NUL', async () => {
    const texts = ['', ' ', '{}', '{a,"b"}', 'null', "it's", '\\', '\n', 'Zoë', '東京 🍜', 'x'.repeat(100_000)]
    const statement = {
      name: 'texts',
      columns: 1,
      texts: 2,
      text: `select n, a || ':' || b || ':' || c from unnest($1::bigint[], $2::text[], $3::text[]) with ordinality as k(a, b, c, n)`,
    }
    const reversed = texts.toReversed()
    const bodies = new Map<number, string>()
    await new Promise<void>((resolve, reject) =>
      shared.wire.run(
        statement,
        [numbers(texts.length), texts, reversed],
        texts.length,
        (n, body) => void bodies.set(n, Buffer.from(body!).toString()),
        (error) => (error ? reject(error) : resolve()),
      ),
    )
    expect(bodies).toEqual(places(texts.map((text, i) => `${i + 1}:${text}:${reversed[i]}`)) as Map<number, string>)
  })

  test('takes and gives every integer that JavaScript holds exactly', async () => {
    const edges = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 52, 2 ** 53 - 2, 2 ** 53 - 1]
    const keys = [...edges, ...edges.map((edge) => -edge)].map((key) => key + 0)
    expect(await ask(shared.wire, echo, keys)).toEqual(places(keys.map((key) => String(BigInt(key)))))
    const back = { name: 'back', columns: 1, text: 'select a, null::text from unnest($1::bigint[]) as k(a)' }
    expect([...(await ask(shared.wire, back, keys)).keys()].map(BigInt)).toEqual([...new Set(keys.map(BigInt))])
  })

  test('has null, empty and missing bodies told apart', async () => {
    const some = statementOf('some', `case a when 1 then null when 2 then '' else 'x' end`, { where: 'a <> 4' })
    expect(await ask(shared.wire, some, [1, 2, 3, 4, 5])).toEqual(
      new Map([
        [1, undefined],
        [2, ''],
        [3, 'x'],
        [5, 'x'],
      ]),
    )
    expect(await ask(shared.wire, some, [4, 4])).toEqual(new Map())
  })

  test('may answer megabytes, among small bodies', async () => {
    const long = statementOf('long', `repeat('é', a::int)`)
    const lengths = [1, 1_500_000, 0, 70_000, 3]
    const bodies = await ask(shared.wire, long, lengths)
    expect([...bodies.values()].map((body) => body!.length)).toEqual(lengths)
    expect(bodies.get(2)).toBe('é'.repeat(1_500_000))
  })

  test('is answered the same in whatever pieces the answer comes', async () => {
    const uneven = statementOf('uneven', `case when a % 5 > 0 then repeat(a::text, (a % 40)::int) end`)
    const keys = numbers(40)
    const whole = await ask(shared.wire, uneven, keys)
    expect(whole.size).toBe(40)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }), async (sizes) => {
        let turn = 0
        await using chopper = await openChopper(database, () => sizes[turn++ % sizes.length]!)
        using opened = await open(chopper.database)
        expect(await ask(opened.wire, uneven, keys)).toEqual(whole)
      }),
      { numRuns: 15 },
    )
  })

  test('that comes while another runs is refused, and the other is answered', async () => {
    const first = ask(shared.wire, echo, [1])
    expect(await failureOf(ask(shared.wire, echo, [2]))).toMatchObject({ message: 'The database connection is busy.' })
    expect(await first).toEqual(places(['1']))
  })
})

describe('a statement that fails', () => {
  test('says why and leaves the connection and the other statements as they were', async () => {
    using opened = await open(database)
    const quotient = statementOf('quotient', '(10 / a)::text')
    const nonsense = { name: 'nonsense', columns: 1, text: 'select nonsense' }
    for (let round = 0; round < 3; round++) {
      expect(await ask(opened.wire, echo, [1])).toEqual(places(['1']))
      const failure = await failureOf(ask(opened.wire, quotient, [1, 0]))
      expect(failure).toMatchObject({ message: 'PostgreSQL 22012: division by zero' })
      expect(failure).not.toBeInstanceOf(ConnectionLost)
      expect(await ask(opened.wire, quotient, [5])).toEqual(places(['2']))
      expect(await failureOf(ask(opened.wire, nonsense, [1]))).toMatchObject({
        message: 'PostgreSQL 42703: column "nonsense" does not exist',
      })
    }
    expect(opened.closes).toBe(0)
  })

  test('after some of its rows have come is a failure all the same', async () => {
    const late = statementOf('late', `repeat('x', 10000) || (10 / (500 - a))::text`)
    expect(await failureOf(ask(shared.wire, late, numbers(600)))).toMatchObject({ message: 'PostgreSQL 22012: division by zero' })
    expect(await ask(shared.wire, echo, [1])).toEqual(places(['1']))
  })

  test('cannot write', async () => {
    const write = {
      name: 'write',
      columns: 1,
      text: 'with added as (insert into written select unnest($1::bigint[]) returning 1) select 1::bigint, null',
    }
    await shop.sql`create table written (id bigint)`
    expect(String(await failureOf(ask(shared.wire, write, [1])))).toContain('in a read-only transaction')
  })
})

describe('a table replaced under a prepared statement', () => {
  test('is read from the next statement on', async () => {
    await buildSchema('live', 'text', 'old')
    expect(await ask(shared.wire, readLive('replaced'), [1, 9])).toEqual(places(['old', undefined]))
    for (const word of ['new', 'newer', 'newest']) {
      await buildSchema('next', 'text', word)
      expect((await ask(shared.wire, readLive('replaced'), [1])).get(1)).not.toBe(word)
      await replaceLive()
      expect(await ask(shared.wire, readLive('replaced'), [1, 9])).toEqual(places([word, undefined]))
    }
  })

  test('by one of another type fails once and is then read', async () => {
    expect((await ask(shared.wire, readLive('retyped'), [1])).get(1)).toBe('newest')
    await buildSchema('next', 'varchar', 'other')
    await replaceLive()
    expect(await failureOf(ask(shared.wire, readLive('retyped'), [1]))).toMatchObject({
      message: 'PostgreSQL 0A000: cached plan must not change result type',
    })
    expect((await ask(shared.wire, readLive('retyped'), [1])).get(1)).toBe('other')
  })
})

describe('a connection that ends', () => {
  test('while a statement runs says so to the owner first, then to the statement, once each', async () => {
    for (const end of ['killed', 'closed']) {
      const told: string[] = []
      const wire = await openWire(database, () => told.push('owner'))
      const pid = await pidOf({ wire, closes: 0, [Symbol.dispose]() {} })
      const answer = failureOf(ask(wire, sleep, [1])).then((error) => (told.push('statement'), error))
      await until(() => runs(pid))
      if (end === 'killed') await shop.sql`select pg_terminate_backend(${pid})`
      else wire.close()
      expect(await answer).toBeInstanceOf(ConnectionLost)
      wire.close()
      expect(await failureOf(ask(wire, echo, [1]))).toBeInstanceOf(ConnectionLost)
      await Bun.sleep(20)
      expect(told).toEqual(['owner', 'statement'])
    }
  })

  test('while it is idle says so', async () => {
    const opened = await open(database)
    await shop.sql`select pg_terminate_backend(${await pidOf(opened)})`
    await until(() => opened.closes > 0)
    expect(await failureOf(ask(opened.wire, echo, [1]))).toBeInstanceOf(ConnectionLost)
    expect(opened.closes).toBe(1)
  })
})

describe('a database that cannot be reached', () => {
  test('is an error at once where nothing listens', async () => {
    const nowhere = { ...database, host: '/nowhere' }
    expect(await failureOf(open(nowhere))).toBeInstanceOf(ConnectionLost)
    const gone = await openFakeServer(() => {})
    await gone[Symbol.asyncDispose]()
    expect(await failureOf(open(gone.database))).toBeInstanceOf(ConnectionLost)
  })

  const meetings: [string, string, string, string?][] = [
    ['hangs up at once', '', 'The database closed the connection.'],
    ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', "What answers does not speak PostgreSQL's protocol."],
    ['gives a length that is none', 'R\0\0\0\x03\0\0\0\0', "What answers does not speak PostgreSQL's protocol."],
    ['wants a password in a way we do not speak', 'R\0\0\0\x08\0\0\0\x07', 'The database asks for authentication method 7'],
    ['has no TLS when it is asked for', 'N', 'The database does not offer TLS.', 'require'],
    ['says more than yes when TLS is asked for', 'SR\0\0\0\x08\0\0\0\0', 'unencrypted after it had agreed to TLS', 'require'],
    ['agrees to TLS and cannot', 'S', 'The database closed the connection.', 'require'],
  ]
  for (const [what, says, message, sslmode] of meetings)
    test(`is an error when what listens ${what}`, async () => {
      await using fake = await openFakeServer((client) => client.once('data', () => client.end(says, 'latin1')), sslmode)
      const failure = await failureOf(open(fake.database))
      expect(failure).toBeInstanceOf(ConnectionLost)
      expect(String(failure)).toContain(message)
    })

  test('is given up in time when what listens says nothing', async () => {
    expect(await unanswered).toMatchObject({ message: 'The database did not accept a connection in time.' })
  }, 20_000)

  test('is tried again by the pool, also when it hangs up right after it was ready', async () => {
    const ready = 'R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I'
    let connections = 0
    await using fake = await openFakeServer((client) => {
      connections++
      client.once('data', () => {
        client.write(ready, 'latin1')
        client.once('data', () => client.end('Z\0\0\0\x05I', 'latin1'))
      })
    })
    using pool = new WirePool(fake.database, 1, silentLog())
    await until(() => connections >= 4)
    expect(pool.connected).toBeLessThan(2)
  })
})
