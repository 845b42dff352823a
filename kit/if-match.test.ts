import { expect, test } from 'bun:test'
import { AtelierError } from './errors.ts'
import { anyIfMatchField, ifMatchField } from './if-match.ts'

const codeOf = (text: string | undefined) => {
  try {
    return ifMatchField.parse(text)
  } catch (error) {
    return error instanceof AtelierError ? error.code : error
  }
}

test('If-Match names the revisions its sender saw', () => {
  expect(codeOf('"7"')).toEqual([7])
  expect(codeOf('"7", "8" ,"9"')).toEqual([7, 8, 9])
  expect(codeOf('7')).toEqual([7])
  expect(codeOf('*')).toBeUndefined()
})

test('a weak tag, and one that is no revision, never match', () => {
  expect(codeOf('W/"7"')).toEqual([])
  expect(codeOf('"seven"')).toEqual([])
  expect(codeOf('"12345678901"')).toEqual([])
})

test('without it nothing is known of what was seen; what is no tag is invalid', () => {
  expect(codeOf(undefined)).toBe('unmet')
  expect(codeOf('')).toBe('unmet')
  for (const bad of ['seven', '7"', '"7', '"7" "8"', ',', '"a"b"']) expect([bad, codeOf(bad)]).toEqual([bad, 'invalid'])
})

test('where it need not be there, nothing is whatever it is by now', () => {
  expect(anyIfMatchField.parse(undefined)).toBeUndefined()
  expect(anyIfMatchField.parse('"7"')).toEqual([7])
  expect(() => anyIfMatchField.parse('')).toThrow()
})
