import { expect, test } from 'bun:test'
import { echo } from './echo.ts'
import { json, sealed, stale, text, type Reply } from './reply.ts'

const body = '{"product":"7","page":0,"results":[{"product":"7"}]}'
const known = json(Buffer.from(body))
const said = async (reply: Reply | Promise<Reply>) => (await reply).body.toString()

test('the plain number is answered with the reply itself, so that nothing is copied', () => {
  for (const reply of [known, sealed(known), Promise.resolve(known)]) expect(echo(reply, 'product', 7, '7')).toBe(reply)
})

test('another spelling of it is put in once, where it stands first, and the answer has a tag of its own', async () => {
  for (const asked of ['07', '0000000007', '7777777']) {
    for (const reply of [known, sealed(known), Promise.resolve(known), Promise.resolve(sealed(known))]) {
      const echoed = await echo(reply, 'product', 7, asked)
      expect(Buffer.from(echoed.body).toString()).toBe(`{"product":"${asked}","page":0,"results":[{"product":"7"}]}`)
      expect(echoed.etag).not.toBe(known.etag)
      expect([echoed.status, echoed.sealed]).toEqual([200, undefined])
    }
  }
  expect(Buffer.from(known.body).toString()).toBe(body)
})

test('an id beyond all ids is answered as it was asked', async () => {
  const most = Number.MAX_SAFE_INTEGER
  const reply = json(Buffer.from(`{"product_id":"${most}","ratings":{}}`))
  expect(Buffer.from((await echo(reply, 'product_id', most, '9'.repeat(300))).body).toString()).toBe(
    `{"product_id":"${'9'.repeat(300)}","ratings":{}}`,
  )
})

test('an old answer stays marked as one, and what is no answer stays as it is', async () => {
  const old = await echo(stale(known), 'product', 7, '007')
  expect(old.headers).toContain('cache-status: atelier; hit; detail=stale\r\n')
  expect(await said(old)).toStartWith('{"product":"007"')
  const absent = text(404, 'Not Found')
  expect(echo(absent, 'product', 7, '007')).toBe(absent)
  await expect(echo(Promise.reject<Reply>(new Error('busy')), 'product', 7, '007') as Promise<Reply>).rejects.toThrow('busy')
})
