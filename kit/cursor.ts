import { Type } from 'typebox'
import type { Field } from './endpoint.ts'
import { invalidField } from './errors.ts'

/** Where a page of a list ended: the sort key of its last row. What is in it is nobody's business but the list's. */
export const cursorOf = (version: string, key: readonly number[]): string =>
  Buffer.from(`${version}:${key.join(',')}`).toString('base64url')

/** Of a list with `numbers` integers in its sort key; one of another version, or of another list, is invalid, never misread. */
export const cursorField = (version: string, numbers: number): Field<readonly number[] | undefined> => ({
  schema: Type.String({ description: 'The `next_cursor` of the page before, as it was given' }),
  required: false,
  parse(text) {
    if (text === undefined) return undefined
    const [given, list = ''] = Buffer.from(text, 'base64url').toString('latin1').split(':', 2)
    const key = list.split(',').map(Number)
    const good =
      given === version && key.length === numbers && key.every((n) => Number.isSafeInteger(n) && n >= 0) && cursorOf(version, key) === text
    if (!good) throw invalidField('cursor')
    return key
  },
})
