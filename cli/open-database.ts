import { resolve } from 'node:path'
import { openEmbedded } from '../host/embedded.ts'
import { acquireLock, readLock } from '../host/lock.ts'
import { environment } from './environment.ts'

export type OpenDatabase = AsyncDisposable & { readonly url: string; readonly embedded: boolean }

/**
 * The database a command works on: the one named, or that of the Atelier running on the data directory, or the embedded one,
 * started for the command and stopped after it.
 */
export const openDatabase = async (flags: { data: string; 'database-url': string | undefined }): Promise<OpenDatabase> => {
  const named = flags['database-url'] ?? environment.databaseUrl
  if (named) return { url: named, embedded: false, async [Symbol.asyncDispose]() {} }
  const dataDir = resolve(flags.data)
  const running = (await readLock(dataDir))?.info['databaseUrl']
  if (typeof running === 'string') return { url: running, embedded: true, async [Symbol.asyncDispose]() {} }

  await using opened = new AsyncDisposableStack()
  const lock = opened.use(await acquireLock(dataDir))
  const embedded = opened.use(await openEmbedded({ dataDir, lock, log: (line) => console.error(line) }))
  await lock.describe({ databaseUrl: embedded.url })
  const kept = opened.move()
  return { url: embedded.url, embedded: true, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
