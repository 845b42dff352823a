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
  if (process.env.ATELIER_INSTALLING) return 'The installation did not bring every dependency; run `npm install` and read what it says.'

  // `--omit=dev` deletes development dependencies that are there, which a developer would not expect of `npm start`.
  const keepDev = dev || missing(root, devDependencies).length < Object.keys(devDependencies).length
  const flags = ['--no-audit', '--no-fund', keepDev ? '--include=dev' : '--omit=dev']
  console.error('Installing dependencies with npm …')

  // `npm ci` deletes node_modules before it knows whether the registry can be reached, so it is for a tree that has none. It refuses
  // a lock file that lacks another platform's optional package; `npm install` passes over what does not exist, so it is asked next.
  const fresh = existsSync(join(root, 'package-lock.json')) && !existsSync(join(root, 'node_modules'))
  const quietly = fresh ? npm(root, ['ci', ...flags], 'ignore') : undefined
  const { status, error } = quietly?.status === 0 ? quietly : npm(root, ['install', '--no-save', ...flags], process.stderr)
  if (error?.code === 'ENOENT') return 'npm was not found; install Node.js with npm, then start again.'
  if (error) return `npm could not install the dependencies: ${error.message}.`
  if (status !== 0) return `npm could not install the dependencies (exit code ${status}); its reasons are above.`

  const still = missing(root, wanted)
  return still.length === 0 ? undefined : `npm finished without installing ${still.join(', ')}; run \`npm install\` and read what it says.`
}

/** Names whose package is absent, or present in another version than the one pinned (after a `git pull`). */
const missing = (root, wanted) =>
  Object.entries(wanted)
    .filter(([name, version]) => {
      const manifest = nodeModules(root)
        .map((folder) => join(folder, name, 'package.json'))
        .find(existsSync)
      if (!manifest) return true
      return /^\d+\.\d+\.\d+$/.test(version) && readJson(manifest).version !== version
    })
    .map(([name]) => name)

/** Where Node looks for packages from `root`, nearest first: above it when Atelier is itself an installed package. */
export const nodeModules = (root) => {
  const above = dirname(root)
  return [join(root, 'node_modules'), ...(above === root ? [] : nodeModules(above))]
}

/** Runs the npm that started us when one did: it is the one the user chose. Standard output belongs to the user's own command. */
const npm = (root, args, output) => {
  const started = process.env.npm_execpath
  const given = started && /^npm\b/.test(basename(started)) && existsSync(started)
  const script = given && /\.[cm]?js$/.test(started)
  const windows = process.platform === 'win32'
  const program = script ? (process.env.npm_node_execpath ?? 'node') : given ? started : windows ? 'npm.cmd' : 'npm'
  return spawnSync(program, script ? [started, ...args] : args, {
    cwd: root,
    stdio: ['ignore', output, output],
    env: { ...process.env, ATELIER_INSTALLING: '1' },
    shell: program.endsWith('.cmd'), // Windows starts .cmd files through a shell only
    timeout: installMsMax,
  })
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))
