import { expect, setDefaultTimeout, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestHost } from '../host/testing.ts'
import { atelier, ran } from './testing.ts'

setDefaultTimeout(60_000)

const token = '0123456789abcd=='
const headers = { authorization: `Bearer ${token}` }
const path = '/admin/reported?kind=review'

test('serve and start moderate for who holds the token of the environment, and never show it', async () => {
  await using shop = await openTestHost()
  const data = await mkdtemp(join(tmpdir(), 'atelier-token-test-'))
  try {
    const start = ['start', '--products', '0', '--processes', '1', '--port', '0', '--data', data, '--database-url', shop.databaseUrl]
    for (const args of [['serve', '--host', '127.0.0.1', '--port', '0', '--database-url', shop.databaseUrl], start]) {
      for (const [given, statuses] of [
        [token, [401, 200]],
        ['', [404, 404]],
      ] as const) {
        await using run = atelier(args, { ATELIER_ADMIN_TOKEN: given, LOG_LEVEL: 'trace' })
        const origin = `http://127.0.0.1:${await run.port()}`
        const asked = [await fetch(`${origin}${path}`), await fetch(`${origin}${path}`, { headers })]
        expect([args[0], given, ...asked.map(({ status }) => status)]).toEqual([args[0], given, ...statuses])
        run.kill('SIGTERM')
        await run.exited
        expect(`${run.output.out}${run.output.err}`).not.toContain(token)
      }
    }
  } finally {
    await rm(data, { recursive: true, force: true })
  }
})

const bad = ['short', '0123456789abcde', 'with spaces in it, and long', 'ümläuts-in-a-long-token', '================']
test.each(bad)('the token %j is wrong usage: one sentence, exit code 2, and nothing has begun', async (given) => {
  for (const args of [
    ['serve', '--database-url', 'postgres://nobody@127.0.0.1:1/nothing'],
    ['start', '--data', '/proc/nowhere'],
  ]) {
    const { code, out, err } = await ran(args, { ATELIER_ADMIN_TOKEN: given })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toStartWith('ATELIER_ADMIN_TOKEN must be at least 16 characters, all of them letters, digits or one of -._~+/=.\n\n')
    if (given.length > 6) expect(err).not.toContain(given)
  }
})
