import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { Type } from 'typebox'
import { jsonBody } from './body.ts'
import { AtelierError } from './errors.ts'

const Letter = Type.Object({
  to: Type.String({ maxLength: 10 }),
  lines: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 3 }),
  stamps: Type.Record(Type.String({ pattern: '^[a-z]+$' }), Type.Integer({ minimum: 1 }), { additionalProperties: false }),
  note: Type.Optional(Type.String()),
})
const body = jsonBody(Letter, 'Error: no letter')
const letter = { to: 'anna', lines: ['hello'], stamps: { red: 1 } }
const sent = (value: unknown) =>
  Buffer.from(value instanceof Uint8Array ? value : typeof value === 'string' ? Buffer.from(value) : Buffer.from(JSON.stringify(value)))
const parse = (value: unknown): unknown => body.parse(sent(value))
const refusal = (value: unknown) => {
  try {
    return parse(value)
  } catch (error) {
    return error instanceof AtelierError ? `${error.code}: ${error.message}` : `a bug: ${String(error)}`
  }
}
const refused = 'invalid: Error: no letter'

test('what the schema names comes through as it was sent, and nothing else does', () => {
  expect(parse(letter)).toEqual(letter)
  expect(parse({ ...letter, note: '' })).toEqual({ ...letter, note: '' })
  expect(parse({ n: 1, ...letter, id: 7, constructor: 5, toString: null })).toEqual(letter)
  expect(parse(`{"__proto__":{"note":"x"},${JSON.stringify(letter).slice(1)}`)).toEqual(letter)
})

test('what is not of the schema is refused, and what is no JSON, with the whole of the message', () => {
  const wrong = [{}, [], null, 'text', 5, { ...letter, to: null }, { ...letter, note: null }, { ...letter, lines: ['', '', '', ''] }]
  for (const value of [...wrong.map((one) => JSON.stringify(one)), '', ' ', '{', '{"to":"anna",}', "{'to':1}", 'to=anna', 'NaN', '\0'])
    expect([value, refusal(value)]).toEqual([value, refused])
  for (const stamps of [{ RED: 1 }, { red: 0 }, { red: 1.5 }, [], [1], null])
    expect([stamps, refusal({ ...letter, stamps })]).toEqual([stamps, refused])
  expect(refusal(JSON.stringify(letter).replace('"red"', '"__proto__"'))).toBe(refused)
})

test('a text that PostgreSQL cannot store is refused where the schema names it, and of no account where it does not', () => {
  for (const bad of [String.raw`\u0000`, String.raw`\ud83e`, String.raw`\udd96`, String.raw`\udd96\ud83e`]) {
    const text = JSON.stringify(letter)
    for (const place of ['anna', 'hello']) expect(refusal(text.replace(place, bad))).toBe(refused)
    expect(parse(text.replace('{', `{"other":"${bad}","${bad}":1,`))).toEqual(letter)
  }
  expect(parse(JSON.stringify(letter).replace('anna', String.raw`\ud83e\udd96`))).toEqual({ ...letter, to: '🦖' })
})

test('bytes that are not UTF-8 are refused, and leave nothing behind for the next', () => {
  for (const bytes of [[0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
    const whole = sent(letter)
    const at = whole.indexOf('anna')
    expect(refusal(Buffer.concat([whole.subarray(0, at), Buffer.from(bytes), whole.subarray(at)]))).toBe(refused)
    expect(refusal(Buffer.concat([whole, Buffer.from(bytes)]))).toBe(refused)
    expect(parse(letter)).toEqual(letter)
  }
  expect(parse(Buffer.concat([Buffer.from('\uFEFF'), sent(letter)]))).toEqual(letter)
})

test('lengths are counted in characters', () => {
  expect(parse({ ...letter, to: '🦖'.repeat(10) })).toEqual({ ...letter, to: '🦖'.repeat(10) })
  expect(refusal({ ...letter, to: '🦖'.repeat(11) })).toBe(refused)
  // An accent is one too: else a text of few letters could be as long as it likes.
  expect(refusal({ ...letter, to: `e${'\u0301'.repeat(10)}` })).toBe(refused)
})

test('nothing that fits into a request makes it throw anything else, or take long', () => {
  const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`
  const open = '{"to":'.repeat(150_000)
  for (const text of [deep, open, '['.repeat(1_000_000), `"${'\\u0041'.repeat(150_000)}"`, '-'.repeat(1_000_000), '1'.repeat(1_000_000)])
    expect(refusal(text)).toBe(refused)
  const wide = `[${'"",'.repeat(300_000)}""]`
  const startedMs = performance.now()
  for (const ignored of [deep, wide, `{${'"a":1,'.repeat(100_000)}"a":1}`])
    expect(parse(JSON.stringify(letter).replace('{', `{"other":${ignored},`))).toEqual(letter)
  expect(refusal(JSON.stringify(letter).replace('["hello"]', wide))).toBe(refused)
  const stamps = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`x${i}`, i]))
  expect(refusal({ ...letter, stamps })).toBe(refused)
  expect(performance.now() - startedMs).toBeLessThan(2_000)
})

test('any JSON at all is either a letter or refused', () => {
  const property = fc.property(fc.json(), fc.uint8Array(), (text, bytes) => {
    for (const value of [text, Buffer.from(bytes)]) {
      const outcome = refusal(value)
      if (outcome !== refused) expect(Object.keys(outcome as object)).toEqual(expect.arrayContaining(['to', 'lines', 'stamps']))
    }
  })
  fc.assert(property, { numRuns: 500 })
})
