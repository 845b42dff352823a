import { Type } from 'typebox'
import type { Field } from './endpoint.ts'
import { invalidField } from './errors.ts'

/** An integer in decimal digits, `otherwise` when it is absent; anything else is refused. Without `otherwise` it has to be there. */
export const integerField = (name: string, min: number, max: number, otherwise?: number): Field<number> => ({
  schema: Type.Integer({ minimum: min, maximum: max, ...(otherwise !== undefined && { default: otherwise }) }),
  required: otherwise === undefined,
  parse(text) {
    const value = text === undefined && otherwise !== undefined ? otherwise : /^\d{1,15}$/.test(text ?? '') ? Number(text) : min - 1
    if (value < min || value > max) throw invalidField(name)
    return value
  },
})

/** One of the names, the first when it is absent; anything else is refused. */
export const oneOfField = <T extends string>(name: string, names: readonly [T, ...T[]]): Field<T> => ({
  schema: Type.Union(
    names.map((one) => Type.Literal(one)),
    { default: names[0] },
  ),
  required: false,
  parse(text) {
    const found = text === undefined ? names[0] : names.find((one) => one === text)
    if (found === undefined) throw invalidField(name)
    return found
  },
})

/** The same field where it may be absent: undefined then. */
export const optional = <T>({ schema, parse }: Field<T>): Field<T | undefined> => ({
  schema,
  required: false,
  parse: (text) => (text === undefined ? undefined : parse(text)),
})

/** Text of at most so many characters (UTF-16), which PostgreSQL can store. */
export const wordsField = (name: string, charactersMax: number): Field<string> => ({
  schema: Type.String({ minLength: 1, maxLength: charactersMax }),
  required: true,
  parse(text) {
    if (text === undefined || text === '' || text.length > charactersMax || text.includes('\0') || !text.isWellFormed())
      throw invalidField(name)
    return text
  },
})
