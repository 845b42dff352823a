import type { Static, TObject, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { AtelierError, invalid } from './errors.ts'

/** A request's body, declared once: `schema` documents it, `parse` validates and types it. */
export type Body<T> = { readonly schema: TSchema; /** Throws `invalid`. */ parse(bytes: Uint8Array): T }

/**
 * JSON of the schema, whatever the request calls its type; `message` is the whole of the 422. Properties the schema does not
 * name mean nothing, whatever is in them, and are left out. Texts that PostgreSQL cannot store, with NUL or half a surrogate pair,
 * are refused.
 */
export const jsonBody = <S extends TObject>(schema: S, message: string): Body<Static<S>> => {
  const valid = Compile(schema)
  const names = Object.keys(schema.properties)
  return {
    schema,
    parse(bytes) {
      const value = parsed(bytes, message)
      if (!valid.Check(value)) throw invalid(message)
      const named = Object.fromEntries(names.filter((name) => Object.hasOwn(value, name)).map((name) => [name, value[name]]))
      if (!isStorable(named)) throw invalid(message)
      return named as Static<S>
    },
  }
}

/** The same for endpoints that answer with problems: each field that is wrong is named, at most \`errorsMax\`. */
export const problemBody = <S extends TObject>(schema: S): Body<Static<S>> => {
  const valid = Compile(schema)
  const body = jsonBody(schema, badBody)
  return {
    schema,
    parse(bytes) {
      try {
        return body.parse(bytes)
      } catch {
        const value = parsed(bytes, 'Error: the body is no JSON')
        const errors = [...valid.Errors(value)].slice(0, errorsMax).map(({ keyword, instancePath, params, message }) => ({
          field: fieldOf(instancePath, keyword === 'required' ? params.requiredProperties[0] : undefined),
          detail: message,
        }))
        throw new AtelierError('invalid', badBody, { errors })
      }
    },
  }
}

const badBody = 'Error: the body contains invalid entries'
const errorsMax = 20
/** `/hours/3/opens` is `hours.3.opens`. */
const fieldOf = (path: string, missing: string | undefined) =>
  [...path.split('/').slice(1), ...(missing === undefined ? [] : [missing])].join('.')

const parsed = (bytes: Uint8Array, message: string): unknown => {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch {
    throw invalid(message)
  }
}

/** Of a value no deeper than its schema. */
const isStorable = (value: unknown): boolean => {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, inner]) => isStorable(name) && isStorable(inner))
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
