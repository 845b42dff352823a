import { Type, type TSchema } from 'typebox'
import { invalidField } from './errors.ts'
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
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Segments; one that starts with a colon is a parameter. */
  readonly path: string
  readonly summary: string
  readonly tag: string
  readonly params: Fields
  readonly query: Fields
  /** Headers that mean something to it, by the name they have in the input: `if_match` is If-Match. */
  readonly headers?: Fields
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
  /** Refusals are `application/problem+json` (RFC 9457), also of unknown paths and wrong methods below the first segment of its path. */
  readonly problems?: true
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
  problems?: true
  refusals?: Record<number, string>
}

type None = Record<never, never>

export const get = <P extends Fields = None, Q extends Fields = None>(
  path: string,
  { summary, tag, params, query, answer, problems, refusals = {} }: Declaration<P, Q>,
  handle: (input: Values<P> & Values<Q>, context: Context) => Reply | Promise<Reply>,
): Endpoint => ({
  method: 'GET',
  path,
  summary,
  tag,
  params: params ?? {},
  query: query ?? {},
  ...(answer && { answer }),
  ...(problems && { problems }),
  refusals,
  handle,
})

type WriteDeclaration<P extends Fields, H extends Fields = None> = {
  summary: string
  tag: string
  params?: P
  headers?: H
  answer?: TSchema
  success?: Endpoint['success']
  problems?: true
  guard?: Endpoint['guard']
  refusals?: Record<number, string>
}
type Handler<P extends Fields, H extends Fields, B> = (input: Values<P> & Values<H> & B, context: Context) => Reply | Promise<Reply>

/** What the helpers below have in common: headers and body are read last, and are part of the input. */
const write =
  (method: Endpoint['method'], success: NonNullable<Endpoint['success']>) =>
  <P extends Fields, H extends Fields, B>(
    path: string,
    { params, headers, body, refusals = {}, ...declared }: WriteDeclaration<P, H> & { body?: Body<B> },
    handle: Handler<P, H, never>,
  ): Endpoint => ({
    success,
    ...declared,
    method,
    path,
    params: params ?? {},
    query: {},
    ...(headers && { headers }),
    ...(body && { body }),
    refusals,
    handle:
      headers || body
        ? (input: Values<P>, context: Context) =>
            handle(
              {
                ...input,
                ...(headers && headersOf(headers, context.request)),
                ...(body && { body: body.parse(context.request.body) }),
              } as never,
              context,
            )
        : handle,
  })

const headersOf = (fields: Fields, request: HttpRequest): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.parse(request.header(headerName(name)))]))
/** The header that a field of `headers` is about. */
export const headerName = (name: string) => name.replaceAll('_', '-')

/** Something new: 201 with the text `Created`, unless the handler says otherwise. `body` is part of the input. */
export const post: <P extends Fields = None, B = unknown, H extends Fields = None>(
  path: string,
  declaration: WriteDeclaration<P, H> & { body: Body<B> },
  handle: Handler<P, H, { body: B }>,
) => Endpoint = write('POST', 201)

/** Something is done to what is there: 204 without a body. Without a `body` in the declaration that of the request does not matter. */
export const put: <P extends Fields = None, B = unknown, H extends Fields = None>(
  path: string,
  declaration: WriteDeclaration<P, H> & { body?: Body<B> },
  handle: Handler<P, H, { body: B }>,
) => Endpoint = write('PUT', 204)

/** Some of what is there is changed: 200 with how it is now. */
export const patch: <P extends Fields = None, B = unknown, H extends Fields = None>(
  path: string,
  declaration: WriteDeclaration<P, H> & { body: Body<B> },
  handle: Handler<P, H, { body: B }>,
) => Endpoint = write('PATCH', 200)

/** What is there ends: 204 without a body. */
export const del: <P extends Fields = None, H extends Fields = None>(
  path: string,
  declaration: WriteDeclaration<P, H>,
  handle: Handler<P, H, unknown>,
) => Endpoint = write('DELETE', 204)

/**
 * A positive integer, in decimal digits. One too large to be an id of ours is valid and unknown: it becomes
 * `Number.MAX_SAFE_INTEGER`, which no import accepts as an id.
 */
export const idField = (name: string): Field<number> => ({
  schema: Type.Integer({ minimum: 1, description: `A positive integer, else 422 \`Error: invalid ${name} provided\`` }),
  required: true,
  parse(text) {
    const value = text !== undefined && digits.test(text) ? Number(text) : 0
    if (value === 0) throw invalidField(name)
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
