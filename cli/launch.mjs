import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install, nodeModules } from './install.mjs'

/** The folder of package.json, wherever the command was started. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const probeMsMax = 10_000
const orphanCheckMs = 500

/** Runs Bun with `args` in the user's current directory and ends as it ends. `dev`: the command needs development dependencies. */
export const launch = (args, { dev }) => {
  const refusal = install(root, { dev })
  if (refusal) return giveUp(refusal)
  const bun = findBun(root)
  if (!bun) return giveUp(`npm brought no Bun that runs on ${process.platform}-${process.arch}; see https://bun.com/docs/installation.`)

  const child = spawn(bun, args, { stdio: 'inherit' })
  child.on('error', (error) => giveUp(`Bun could not be started: ${error.message}.`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))

  // In a terminal Ctrl-C reaches the whole process group, Bun included, and npm passes it on once more. Sending it again
  // would look like the impatient second Ctrl-C, so there we only stay alive until Bun has decided.
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on('SIGINT', () => terminal || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))

  // `kill -9` of npm leaves us without anybody to pass a signal on: stop then, or servers would stay behind unseen.
  if (process.env.npm_lifecycle_event) {
    const family = parents()
    const timer = setInterval(() => {
      if (parents() === family) return
      clearInterval(timer)
      child.kill('SIGTERM')
    }, orphanCheckMs)
  }
}

/**
 * Bun's program, or undefined. node_modules/bun holds only a placeholder until its install script has run, and install scripts are
 * often switched off, so the platform packages come first. One that does not execute (wrong libc, missing CPU features) is passed over.
 */
export const findBun = (root) => {
  const arch = process.arch === 'arm64' ? 'aarch64' : process.arch
  const os = process.platform === 'win32' ? 'windows' : process.platform
  const exe = process.platform === 'win32' ? 'bun.exe' : 'bun'
  const candidates = nodeModules(root).flatMap((folder) => [
    ...list(join(folder, '@oven'))
      .filter((name) => name.startsWith(`bun-${os}-${arch}`))
      .sort() // the plain build before -baseline and -musl
      .map((name) => join(folder, '@oven', name, 'bin', exe)),
    join(folder, 'bun', 'bin', 'bun.exe'),
  ])
  return candidates.find(
    (path) => existsSync(path) && spawnSync(path, ['--version'], { stdio: 'ignore', timeout: probeMsMax }).status === 0,
  )
}

/** Our parent, and when that is the shell npm put between, the shell's parent as well: only npm is killed, not its shell. */
const parents = () => {
  const parent = process.ppid
  if (process.platform !== 'linux') return `${parent}`
  try {
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${parent}/stat`, 'utf8'))
    return /^(sh|dash|bash|ash|busybox)$/.test(name) ? `${parent} ${rest.split(' ')[1]}` : `${parent}`
  } catch {
    return `${parent}`
  }
}

const list = (folder) => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

const giveUp = (sentence) => {
  console.error(sentence)
  process.exit(1)
}
