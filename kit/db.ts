import postgres from 'postgres'
import { limits } from './limits.ts'

export type Sql = postgres.Sql
/** Where a PostgreSQL is, taken apart. `host` is a folder when it starts with a slash: a unix socket. */
export type Database = { host: string; port: number; user: string; password: string; database: string; tls: 'off' | 'on' | 'verified' }

/**
 * `postgres://user:password@host:port/name?sslmode=…`, or with `?host=/folder` for a unix socket, as libpq takes them.
 * https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export const parseDatabaseUrl = (text: string): Database => {
  const match = /^postgres(?:ql)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^:/?]*)(?::(\d+))?(?:\/([^?]*))?(?:\?(.*))?$/.exec(text)
  if (!match) throw new Error('The database URL must look like postgres://user:password@host:5432/name.')
  const [, user = '', password = '', host = '', port, name = '', query = ''] = match
  const options = new URLSearchParams(query)
  const sslmode = options.get('sslmode') ?? 'disable'
  const decodedUser = decodeURIComponent(user) || (options.get('user') ?? 'postgres')
  return {
    host: options.get('host') ?? (decodeURIComponent(host) || '127.0.0.1'),
    port: Number(port ?? options.get('port') ?? 5432),
    user: decodedUser,
    password: decodeURIComponent(password),
    database: decodeURIComponent(name) || decodedUser,
    tls: sslmode.startsWith('verify') ? 'verified' : sslmode === 'require' ? 'on' : 'off',
  }
}

export type SqlOptions = {
  connections?: number
  /** Settings of every session, by their PostgreSQL names. */ settings?: Record<string, string>
}

/** For everything but the read path: migrations, imports, notifications, readiness. Close with `sql.end()`. */
export const openSql = (database: Database, { connections = limits.sqlConnections, settings = {} }: SqlOptions = {}): Sql =>
  postgres({
    host: database.host,
    port: database.port,
    user: database.user,
    password: database.password,
    database: database.database,
    ssl: database.tls === 'off' ? false : { rejectUnauthorized: database.tls === 'verified' },
    max: connections,
    connect_timeout: limits.connectSecondsMax,
    connection: { application_name: 'atelier', ...settings },
    onnotice: () => {},
  })
