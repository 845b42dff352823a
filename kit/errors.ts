/** What can go wrong, as the caller sees it. Anything else that is thrown is a bug and answered as `internal`. */
export type ErrorCode = 'invalid' | 'not found' | 'conflict' | 'changed' | 'unmet' | 'unauthorised' | 'too busy' | 'internal'

/** The one error class of the house; `message` is the text on the wire, so it never holds internals. */
export class AtelierError extends Error {
  readonly code: ErrorCode
  /** Members of the problem that it becomes where an endpoint answers with problems (kit/problems.ts); nothing elsewhere. */
  readonly more: Readonly<Record<string, unknown>> | undefined

  constructor(code: ErrorCode, message: string, more?: Readonly<Record<string, unknown>>) {
    super(message)
    this.name = 'AtelierError'
    this.code = code
    this.more = more
  }
}

export const statusOf: Record<ErrorCode, number> = {
  invalid: 422,
  'not found': 404,
  conflict: 409,
  changed: 412,
  unmet: 428,
  unauthorised: 401,
  'too busy': 503,
  internal: 500,
}

export const invalid = (message: string) => new AtelierError('invalid', message)
/** Of one value of a request, which is named. */
export const invalidField = (field: string, detail = `Error: invalid ${field} provided`) =>
  new AtelierError('invalid', detail, { errors: [{ field, detail: detail.replace(/^Error: /, '') }] })
export const notFound = () => new AtelierError('not found', 'Not Found')
export const conflict = (message: string) => new AtelierError('conflict', message)
/** What the request was made for is no longer as its sender saw it. */
export const changed = (message: string) => new AtelierError('changed', message)
/** The request does not say what its sender saw. */
export const unmet = (message: string) => new AtelierError('unmet', message)
export const unauthorised = () => new AtelierError('unauthorised', 'Unauthorized')
export const tooBusy = (message: string) => new AtelierError('too busy', message)

/** A bug or a fault outside: the client learns nothing of it but that it happened. */
export const internal = () => new AtelierError('internal', 'An error occurred.')
