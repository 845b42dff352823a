import { expect, test } from 'bun:test'
import { openIdempotent, type Keyed } from './idempotency.ts'

const body = Buffer.from('{}')

test('while a key is under way its next request is a conflict; afterwards, and in another scope, it is not', async () => {
  const once = openIdempotent()
  const { promise, resolve } = Promise.withResolvers<string>()
  const first = once('a', 'key', body, () => promise)
  expect(once('a', 'key', body, async () => 'second')).rejects.toThrow('still under way')
  expect(await once('b', 'key', body, async () => 'other')).toBe('other')
  expect(await once('a', undefined, body, async () => 'none')).toBe('none')
  resolve('first')
  expect(await first).toBe('first')
  expect(await once('a', 'key', body, async () => 'third')).toBe('third')
})

test('a key whose request failed can be sent again', async () => {
  const once = openIdempotent()
  expect(
    once('a', 'key', body, async () => {
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  await Bun.sleep(1)
  expect(await once('a', 'key', body, async () => 'again')).toBe('again')
})

test('equal keys of a scope are equal numbers, other keys, scopes and bodies are others', async () => {
  const once = openIdempotent()
  const keyed = (scope: string, key: string, text: string) => once(scope, key, Buffer.from(text), async (known) => known as Keyed)
  const one = await keyed('a', 'k', 'x')
  expect(await keyed('a', 'k', 'x')).toEqual(one)
  expect((await keyed('b', 'k', 'x')).key_id).not.toBe(one.key_id)
  expect((await keyed('a', 'l', 'x')).key_id).not.toBe(one.key_id)
  const other = await keyed('a', 'k', 'y')
  expect([other.key_id === one.key_id, other.key_body === one.key_body]).toEqual([true, false])
})
