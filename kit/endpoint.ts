import { Type, type TSchema } from 'typebox'
import { invalid } from './errors.ts'
import { limits } from './limits.ts'
import type { HttpRequest } from './http-connection.ts'
import type { Reply } from './reply.ts'

/** One value of a request, declared once: `schema` documents it, `parse` validates and types it. */
export type Field<T> = { readonly schema: TSchema; readonly required: boolean; parse(text: string | undefined): T }
export type Fields = Record<string, Field<unknown>>
export type Values<F extends Fields> = { [Name in keyof F]: F[Name] extends Field<infer T> ? T : never }

/** What is in every request: the campus of `/api/fec2/:campus/…`, else `hr-rfp`, and the request itself. */
export type Context = { readonly campus: string; readonly request: HttpRequest }

export type Endpoint = {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Segments; one that starts with a colon is a parameter. */
  readonly path: string
  readonly summary: string
  readonly tag: string
  readonly params: Fields
  readonly query: Fields
  /** The JSON of a 200; absent when the answer is not JSON. */
  readonly answer?: TSchema
  /** Statuses other than 200, 405 and 500, each with what it means. */
  readonly refusals: Readonly<Record<number, string>>
  /** `input` holds every param and query field by its name. */
  readonly handle: (input: never, context: Context) => Reply | Promise<Reply>
}

type Declaration<P extends Fields, Q extends Fields> = {
  summary: string
  tag: string
  params?: P
  query?: Q
  answer?: TSchema
  refusals?: Record<number, string>
}

type None = Record<never, never>

export const get = <P extends Fields = None, Q extends Fields = None>(
  path: string,
  { summary, tag, params, query, answer, refusals = {} }: Declaration<P, Q>,
  handle: (input: Values<P> & Values<Q>, context: Context) => Reply | Promise<Reply>,
): Endpoint => ({
  method: 'GET',
  path,
  summary,
  tag,
  params: params ?? {},
  query: query ?? {},
  ...(answer && { answer }),
  refusals,
  handle,
})

/**
 * A positive integer, in decimal digits. One too large to be an id of ours is valid and unknown: it becomes
 * `Number.MAX_SAFE_INTEGER`, which no import accepts as an id.
 */
export const idField = (name: string): Field<number> => ({
  schema: Type.Integer({ minimum: 1, description: `A positive integer, else 422 \`Error: invalid ${name} provided\`` }),
  required: true,
  parse(text) {
    const value = text !== undefined && digits.test(text) ? Number(text) : 0
    if (value === 0) throw invalid(`Error: invalid ${name} provided`)
    return Math.min(value, Number.MAX_SAFE_INTEGER)
  },
})

/** One-based. Never an error: what is not a positive integer is page 1. */
export const pageField: Field<number> = {
  schema: Type.Integer({ minimum: 1, default: 1, description: 'One-based; anything but a positive integer is 1' }),
  required: false,
  parse: (text) => positive(text, 1),
}

/** Rows of a page. Never an error: what is not a positive integer is 5, what is above the limit is the limit. */
export const countField: Field<number> = {
  schema: Type.Integer({
    minimum: 1,
    default: 5,
    description: `Rows; anything but a positive integer is 5, at most ${limits.pageRowsMax} are given`,
  }),
  required: false,
  parse: (text) => Math.min(positive(text, 5), limits.pageRowsMax),
}

/** Any text, as it is in the path. */
export const textField = (description: string): Field<string> => ({
  schema: Type.String({ description }),
  required: true,
  parse: (text) => text ?? '',
})

const digits = /^\d+$/
const positive = (text: string | undefined, otherwise: number) => {
  const value = text !== undefined && digits.test(text) ? Number(text) : 0
  return value > 0 ? Math.min(value, Number.MAX_SAFE_INTEGER) : otherwise
}
