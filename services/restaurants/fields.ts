import { Type } from 'typebox'
import type { Field } from '../../kit/endpoint.ts'
import { invalidField } from '../../kit/errors.ts'
import { wordsField } from '../../kit/fields.ts'

const clock = '^([01]\\d|2[0-3]):([0-5]\\d)$'
const clockPattern = new RegExp(clock)

/** `2027-01-05`, a day that there is. */
export const dayField: Field<string> = {
  schema: Type.String({ format: 'date', examples: ['2027-01-05'] }),
  required: true,
  parse(text) {
    if (text === undefined || !isDay(text)) throw invalidField('date')
    return text
  },
}

/** `19:30` as the minute of the day. */
export const timeField: Field<number> = {
  schema: Type.String({ pattern: clock, description: "By the restaurants' own clocks", examples: ['19:30'] }),
  required: true,
  parse(text) {
    const [, hour, minute] = clockPattern.exec(text ?? '') ?? []
    if (hour === undefined) throw invalidField('time')
    return Number(hour) * 60 + Number(minute)
  },
}

/** Some of the prices 1 to 4, such as `2` or `1,2`, as a set of bits: bit p is price p. */
export const pricesField: Field<number> = {
  schema: Type.String({ pattern: '^[1-4](,[1-4])*$', description: 'One or some of 1 to 4', examples: ['1,2'] }),
  required: false,
  parse(text) {
    if (text === undefined) return anyPrice
    if (!/^[1-4](?:,[1-4]){0,3}$/.test(text)) throw invalidField('price')
    return text.split(',').reduce((bits, price) => bits | (1 << Number(price)), 0)
  },
}
export const anyPrice = 0b11110

/** Words to look for; blank, as a form sends what was not filled in, is '' as when absent. */
export const soughtField = (name: string, charactersMax: number): Field<string> => {
  const { schema, parse } = wordsField(name, charactersMax)
  return { schema, required: false, parse: (text) => (text === undefined || text.trim() === '' ? '' : parse(text)) }
}

export const isDay = (text: string): boolean => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}
