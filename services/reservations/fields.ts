import { Type } from 'typebox'
import type { Field } from '../../kit/endpoint.ts'
import { invalidField, notFound } from '../../kit/errors.ts'
import { parseCode, type Code } from './code.ts'

const codePattern = '^[0-9a-z]{1,11}-[0-9A-HJKMNP-TV-Z]{20}$'

/** What cannot be a code is one that nobody has. */
export const codeField: Field<{ code: string } & Code> = {
  schema: Type.String({ pattern: codePattern, description: 'As it was given' }),
  required: true,
  parse(text) {
    const code = parseCode(text ?? '')
    if (!code) throw notFound()
    return { code: text ?? '', ...code }
  },
}

export const dateField: Field<string> = {
  schema: Type.String({ format: 'date', examples: ['2027-01-08'] }),
  required: true,
  parse: (text) => realDate('date', text ?? ''),
}

/** A minute of the local day, from `19:30`. */
export const minuteField: Field<number | undefined> = {
  schema: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', examples: ['19:30'] }),
  required: false,
  parse(text) {
    if (text === undefined) return undefined
    const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
    if (minutes === undefined) throw invalidField('time')
    return Number(hours) * 60 + Number(minutes)
  },
}

/** A day of the calendar, which the thirtieth of February is not. */
export const realDate = (name: string, text: string): string => {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
  if (!at || !isOurs(at) || at.toISOString().slice(0, 10) !== text) throw invalidField(name)
  return text
}

/** A moment, as PostgreSQL takes it from anywhere. */
export const momentOf = (name: string, text: string): string => {
  const at = new Date(text)
  if (!isOurs(at)) throw invalidField(name)
  return at.toISOString()
}

/** Nobody books before or after, and what JavaScript writes as a sixth digit of the year PostgreSQL does not read. */
const isOurs = (at: Date) => at.getTime() >= firstMs && at.getTime() < endMs
const firstMs = Date.UTC(2000, 0, 1)
const endMs = Date.UTC(9999, 0, 1)
