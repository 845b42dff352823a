import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const installMsMax = 900_000

/**
 * Installs with npm what is missing under `root`, so that a fresh clone runs with one command.
 * `dev` asks for the development dependencies too. Returns undefined when all is there, otherwise one sentence why not.
 */
export const install = (root, { dev }) => {
  const { dependencies = {}, devDependencies = {} } = readJson(join(root, 'package.json'))
  const wanted = { ...dependencies, ...(dev ? devDependencies : {}) }
  if (missing(root, wanted).length === 0) return undefined

  // Without this mark a lifecycle script that calls back here would install for ever.
  if (process.env.ATELIER_INSTALLING) return 'The installation did not bring every dependency; run `npm ci` and read what it says.'

  // `--omit=dev` deletes development dependencies that are there, which a developer would not expect of `npm start`.
  const keepDev = dev || missing(root, devDependencies).length < Object.keys(devDependencies).length
  const locked = existsSync(join(root, 'package-lock.json'))
  const args = [locked ? 'ci' : 'install', '--no-audit', '--no-fund', keepDev ? '--include=dev' : '--omit=dev']
  console.error(`Installing dependencies (npm ${args.join(' ')}) …`)

  const [program, ...before] = npm()
  const { status, error } = spawnSync(program, [...before, ...args], {
    cwd: root,
    // Standard output belongs to the command the user asked for.
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...process.env, ATELIER_INSTALLING: '1' },
    shell: program.endsWith('.cmd'), // Windows starts .cmd files through a shell only
    timeout: installMsMax,
  })
  if (error?.code === 'ENOENT') return 'npm was not found; install Node.js with npm, then run `npm ci`.'
  if (error) return `npm could not install the dependencies: ${error.message}.`
  if (status !== 0) return `npm could not install the dependencies (exit code ${status}); its reasons are above.`

  const still = missing(root, wanted)
  return still.length === 0 ? undefined : `npm finished without installing ${still.join(', ')}; run \`npm ci\` and read what it says.`
}

/** Names whose package is absent, or present in another version than the one pinned (after a `git pull`). */
const missing = (root, wanted) =>
  Object.entries(wanted)
    .filter(([name, version]) => {
      const manifest = nodeModules(root).map((folder) => join(folder, name, 'package.json')).find(existsSync)
      if (!manifest) return true
      return /^\d+\.\d+\.\d+$/.test(version) && readJson(manifest).version !== version
    })
    .map(([name]) => name)

/** Where Node looks for packages from `root`, nearest first: above it when Atelier is itself an installed package. */
export const nodeModules = (root) => {
  const above = dirname(root)
  return [join(root, 'node_modules'), ...(above === root ? [] : nodeModules(above))]
}

/** The npm that started us when one did: it is the one the user chose. */
const npm = () => {
  const started = process.env.npm_execpath
  if (started && /^npm\b/.test(basename(started)) && existsSync(started)) {
    return /\.[cm]?js$/.test(started) ? [process.env.npm_node_execpath ?? 'node', started] : [started]
  }
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm']
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))
