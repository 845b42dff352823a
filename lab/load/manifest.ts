import { machineName } from '../machine.ts'
import type { Dataset, Manifest } from './result.ts'

/** What a result carries so that it can be got again. */
export const manifestOf = (args: readonly string[], configuration: Record<string, unknown>, dataset: Dataset | undefined): Manifest => {
  const commit = git('rev-parse', '--short', 'HEAD')
  return {
    commit: commit ? commit + (git('status', '--porcelain') ? ' and uncommitted changes' : '') : undefined,
    at: new Date().toISOString(),
    machine: machineName(),
    // Passwords stay out of results.
    command: ['atelier', ...args.map(quoted)].join(' ').replaceAll(/(\/\/[^\s:/@]*):[^\s@]*@/g, '$1:***@'),
    configuration,
    dataset,
  }
}

/** As a shell takes it. */
const quoted = (arg: string) => (/^[\w./:=%@,+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`)

const git = (...args: string[]) =>
  Bun.spawnSync(['git', ...args], { cwd: import.meta.dir, stderr: 'ignore' })
    .stdout.toString()
    .trim()
