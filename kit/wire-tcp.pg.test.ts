import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { openTcpPostgres, type TcpPostgres } from '../host/testing-tcp.ts'
import { openSql, parseDatabaseUrl } from './db.ts'
import { ask, open, openFakeServer, statementOf } from './wire-testing.ts'
import { ConnectionLost } from './wire.ts'

const startMsMax = 60_000
const password = 'p %:@/?#\\\'"'
let server: TcpPostgres
beforeAll(async () => {
  server = await openTcpPostgres('keeper', password)
  if (server.withoutTls !== undefined) console.warn(`The tests of TLS are skipped: ${server.withoutTls}.`)
  const sql = openSql(database(), { connections: 1 })
  await sql.unsafe(`
    create role letters login password 'pä½';
    create role in_clear login password 'plain words';
    set password_encryption = 'md5';
    create role old login password 'old'`)
  await sql.end()
}, startMsMax)
afterAll(() => server[Symbol.asyncDispose](), startMsMax)

const database = ({ user = 'keeper', secret = password, sslmode = 'disable', host = '127.0.0.1' } = {}) =>
  parseDatabaseUrl(`postgres://${user}:${encodeURIComponent(secret)}@${host}:${server.port}/postgres?sslmode=${sslmode}`)
const reasonOf = (promise: Promise<unknown>) => promise.then(() => 'none', String)
const security = statementOf('security', `(select concat_ws(' ', ssl, version) from pg_stat_ssl where pid = pg_backend_pid())`)
const authentication = (kind: number, text: string) => {
  const body = Buffer.concat([Buffer.from([0, 0, 0, kind]), Buffer.from(text, 'latin1')])
  const head = Buffer.from([82, 0, 0, 0, body.length + 4])
  return Buffer.concat([head, body])
}
test('a password is proved by scram-sha-256, whatever its letters', async () => {
  for (const { wire } of [await open(database()), await open(database({ user: 'letters', secret: 'pä½' }))]) {
    expect(await ask(wire, security, [1])).toEqual(new Map([[1, 'f']]))
    wire.close()
  }
})

test('a wrong password is refused in words that say so', async () => {
  const failure = await open(database({ secret: 'wrong' })).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ConnectionLost)
  expect(failure).toMatchObject({ message: 'PostgreSQL 28P01: password authentication failed for user "keeper"' })
})

test('a database that is not there is named', async () => {
  expect(await reasonOf(open({ ...database(), database: 'elsewhere' }))).toContain('3D000: database "elsewhere" does not exist')
})

test('a server may ask for the password itself', async () => {
  using opened = await open(database({ user: 'in_clear', secret: 'plain words' }))
  expect((await ask(opened.wire, security, [1])).size).toBe(1)
})

test('md5 is not spoken, and the error says what to do', async () => {
  expect(await reasonOf(open(database({ user: 'old', secret: 'old' })))).toContain(
    'asks for authentication method 5, which the read path does not speak; use scram-sha-256',
  )
})

test.each([
  ['proves nothing', 'R\0\0\0\x36\0\0\0\x0cv=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\0', 'could not prove that it knows the password'],
  ['has a nonce of its own', undefined, 'a nonce that is not ours'],
])('who asks for a proof and %s is not taken for the database', async (_, final, reason) => {
  await using impostor = await openFakeServer((client) => {
    const answers = [
      () => authentication(10, 'SCRAM-SHA-256\0\0'),
      (said: string) => authentication(11, `r=${final ? /r=(.*)$/.exec(said)![1] : ''}more,s=c2FsdA==,i=4096`),
      () => authentication(12, `v=${'A'.repeat(43)}=`),
    ]
    client.setEncoding('latin1').on('data', (said: string) => void client.write(answers.shift()!(said)))
  })
  expect(await reasonOf(open(impostor.database))).toContain(reason)
})

test('sslmode=require speaks TLS, small answers and big ones', async () => {
  if (server.withoutTls !== undefined) return
  using opened = await open(database({ sslmode: 'require' }))
  expect((await ask(opened.wire, security, [1])).get(1)).toMatch(/^t TLSv1\.[23]$/)
  const long = statementOf('long', `repeat('x', a::int)`)
  const lengths = [3_000_000, 0, 20_000, 1]
  expect([...(await ask(opened.wire, long, lengths)).values()].map((body) => body!.length)).toEqual(lengths)
  const keys = Array.from({ length: 200_000 }, (_, i) => i % 7)
  for (let batch = 0; batch < 2; batch++)
    expect([...(await ask(opened.wire, long, keys)).values()].map((body) => body!.length)).toEqual(keys)
})

test('a wrong password under TLS is refused in the same words', async () => {
  if (server.withoutTls !== undefined) return
  expect(await reasonOf(open(database({ sslmode: 'require', secret: 'wrong' })))).toContain('28P01: password authentication failed')
})

test('sslmode=verify-full takes only a certificate of a known authority, for the name that was called', async () => {
  if (server.withoutTls !== undefined) return
  expect(await reasonOf(open(database({ sslmode: 'verify-full', host: 'localhost' })))).toContain('certificate')
  const attempt = async (host: string) => {
    const code = `
      const { openWire } = await import(${JSON.stringify(join(import.meta.dir, 'wire.ts'))})
      const wire = await openWire(${JSON.stringify(database({ sslmode: 'verify-full', host }))}, () => {}).catch((error) => console.log(error.message))
      if (wire) console.log('open')
      wire?.close()`
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: server.authority }
    await using child = Bun.spawn([process.execPath, '-e', code], { env, stdout: 'pipe', stderr: 'inherit' })
    return (await new Response(child.stdout).text()).trim()
  }
  expect(await attempt('localhost')).toBe('open')
  expect(await attempt('127.0.0.1')).toContain("does not match certificate's altnames")
})
