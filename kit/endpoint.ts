import { Type, type TSchema } from 'typebox'
import { invalid } from './errors.ts'
import type { Body } from './body.ts'
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
  readonly body?: Body<unknown>
  /** The JSON of a 200; absent when the answer is not JSON. */
  readonly answer?: TSchema
  /** The status when all is well; 200 unless told. */
  readonly success?: 200 | 201 | 204
  /**
   * Throws unless the request is from who may ask, before anything else of it is looked at. Such an endpoint is at its own path alone,
   * not under a campus, where no rule of a proxy expects it, and no page of another origin may read its answers.
   */
  readonly guard?: (request: HttpRequest) => void
  /** Statuses other than that, 405 and 500, each with what it means. */
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

type WriteDeclaration<P extends Fields> = { summary: string; tag: string; params?: P; refusals?: Record<number, string> }

/** Something new: 201 with the text `Created`, unless the handler says otherwise. `body` is part of the input. */
export const post = <P extends Fields = None, B = unknown>(
  path: string,
  { summary, tag, params, body, refusals = {} }: WriteDeclaration<P> & { body: Body<B> },
  handle: (input: Values<P> & { body: B }, context: Context) => Reply | Promise<Reply>,
): Endpoint => ({
  method: 'POST',
  path,
  summary,
  tag,
  params: params ?? {},
  query: {},
  body,
  success: 201,
  refusals,
  handle: (input: Values<P>, context: Context) => handle({ ...input, body: body.parse(context.request.body) }, context),
})

/** Something is done to what is there: 204 without a body. What the request's body holds does not matter. */
export const put = <P extends Fields>(
  path: string,
  { summary, tag, params, refusals = {} }: WriteDeclaration<P> & { params: P },
  handle: (input: Values<P>, context: Context) => Reply | Promise<Reply>,
): Endpoint => ({ method: 'PUT', path, summary, tag, params, query: {}, success: 204, refusals, handle })

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

/** The same with its text as it was sent, for answers that repeat it. */
export const echoedIdField = (name: string): Field<{ id: number; text: string }> => {
  const { schema, required, parse } = idField(name)
  return { schema, required, parse: (text) => ({ id: parse(text), text: text ?? '' }) }
}

/** One-based. Never an error: what is not a positive integer is page 1. */
export const pageField: Field<number> = {
  schema: Type.Integer({ minimum: 1, default: 1, description: 'One-based; anything but a positive integer is 1' }),
  required: false,
  parse: (text) => positive(text, 1),
}

/** Never an error: what is none of the names is the first of them. */
export const choiceField = <T extends string>(names: readonly [T, ...T[]]): Field<T> => ({
  schema: Type.Union(
    names.map((name) => Type.Literal(name)),
    { default: names[0], description: `Anything else is ${names[0]}` },
  ),
  required: false,
  parse: (text) => names.find((name) => name === text) ?? names[0],
})

/** Rows of a page, as asked for; the statement gives at most `pageRowsMax`. Never an error: what is not a positive integer is 5. */
export const askedCountField: Field<number> = {
  schema: Type.Integer({
    minimum: 1,
    default: 5,
    description: `Rows; anything but a positive integer is 5, at most ${limits.pageRowsMax} are given`,
  }),
  required: false,
  parse: (text) => positive(text, 5),
}

/** The same, already cut to what is given. */
export const countField: Field<number> = {
  ...askedCountField,
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
