/** https://www.postgresql.org/docs/18/errcodes-appendix.html */
export const isPostgres = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code

/** However it ended: told by PostgreSQL, noticed by the driver, or by the kernel in the middle of a read or a write. */
export const isLostConnection = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && /^(57P0[123]|CONNECTION_\w+|ECONNRESET|EPIPE)$/.test(String(error.code))
