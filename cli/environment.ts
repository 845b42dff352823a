import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import manifest from '../package.json' with { type: 'json' }
import { textFlag, WrongUsage, type Flag } from './command.ts'

/** The only place that reads the environment and the machine for defaults. */
export const environment = {
  version: manifest.version,
  /** Never shown: it may hold a password. */
  databaseUrl: process.env['DATABASE_URL'] || undefined,
  /** Never shown. A short one could be guessed, and some characters do not survive the way into a header. */
  get adminToken() {
    const token = process.env['ATELIER_ADMIN_TOKEN'] || undefined
    if (token !== undefined && !/^(?=.{16})[\w.~+/-]+=*$/.test(token))
      throw new WrongUsage('ATELIER_ADMIN_TOKEN must be at least 16 characters, all of them letters, digits or one of -._~+/=.')
    return token
  },
  logLevel: process.env['LOG_LEVEL'] ?? 'info',
  cores: availableParallelism(),
  /** Where programs are looked for. */
  path: process.env['PATH'] ?? '',
  terminal: process.stderr.isTTY === true && process.env['TERM'] !== 'dumb',
}

export const dataFlag: Flag<string> = {
  value: 'DIR',
  help: 'where the embedded PostgreSQL keeps its data',
  default: '.atelier',
  parse: (text, name) => resolve(textFlag(text, name)),
}
export const databaseUrlFlag: Flag<string | undefined> = {
  value: 'URL',
  help: 'an existing PostgreSQL, 15 or later, instead of the embedded one; also DATABASE_URL in the environment',
  default: undefined,
  parse: textFlag,
}
export const databaseFlags = { data: dataFlag, 'database-url': databaseUrlFlag }
