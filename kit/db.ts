import postgres from 'postgres'
import { openSocket } from './db-socket.ts'
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
  /** False where no statement takes or returns an array: the driver then asks nothing of its own when it connects. */ arrays?: boolean
}

/** For everything but the read path: migrations, imports, notifications, readiness. Close with `sql.end()`. */
export const openSql = (database: Database, { connections = limits.sqlConnections, settings = {}, arrays = true }: SqlOptions = {}): Sql =>
  postgres({
    host: database.host,
    port: database.port,
    user: database.user,
    password: database.password,
    database: database.database,
    ssl: database.tls === 'off' ? false : { rejectUnauthorized: database.tls === 'verified' },
    ...(database.tls === 'off' && { socket: () => openSocket(database) }),
    max: connections,
    fetch_types: arrays,
    connect_timeout: limits.connectSecondsMax,
    // Every attempt of every connection counts: by itself the driver would be waiting some 20 s after an outage of one.
    backoff: (attempts) => Math.min(2 ** attempts * firstWaitMs, limits.reconnectWaitMsMax) / 1_000,
    connection: { application_name: 'atelier', options: flushedAtOnce, ...settings },
    onnotice: () => {},
  })

/**
 * A connection of the driver that is closed while bytes wait to be sent keeps them, and sends nothing any more that is shorter than
 * 1,024 bytes: each of its next attempts would wait for its whole time, with whoever waits for it. A beginning that is longer goes
 * out at once, with the old bytes before it; the server hangs up, and the attempt after that is whole. Blanks set no option.
 * Not with TLS, which begins with a short question. https://github.com/porsager/postgres/pull/1209 and 1215
 */
const flushedAtOnce = ' '.repeat(1_024)
const firstWaitMs = 10
