/** What can go wrong, as the caller sees it. Anything else that is thrown is a bug and answered as `internal`. */
export type ErrorCode = 'invalid' | 'not found' | 'conflict' | 'unauthorised' | 'too busy' | 'internal'

/** The one error class of the house; `message` is the text on the wire, so it never holds internals. */
export class AtelierError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string) {
    super(message)
    this.name = 'AtelierError'
    this.code = code
  }
}

export const statusOf: Record<ErrorCode, number> = {
  invalid: 422,
  'not found': 404,
  conflict: 409,
  unauthorised: 401,
  'too busy': 503,
  internal: 500,
}

export const invalid = (message: string) => new AtelierError('invalid', message)
export const notFound = () => new AtelierError('not found', 'Not Found')
export const conflict = (message: string) => new AtelierError('conflict', message)
export const unauthorised = () => new AtelierError('unauthorised', 'Unauthorized')
export const tooBusy = (message: string) => new AtelierError('too busy', message)

/** A bug or a fault outside: the client learns nothing of it but that it happened. */
export const internal = () => new AtelierError('internal', 'An error occurred.')
