import { resolve } from 'node:path'
import { secondsOf } from '../lab/load/arrivals.ts'
import { missedBy } from '../lab/load/judge.ts'
import type { LoadReport } from '../lab/load/result.ts'
import { runLoad } from '../lab/load/run.ts'
import { summaryText } from '../lab/load/show.ts'
import { writeLoadReport } from '../lab/report/load-report.ts'
import { command } from './command.ts'
import { openInterrupt } from './interrupt.ts'
import { loadCompare } from './load-compare.ts'
import { loadFlags } from './load-flags.ts'
import { loadKnee } from './load-knee.ts'
import { openLive } from './load-live.ts'
import { loadMode } from './load-mode.ts'
import { levelOf, loadManifest, refusedCode, type LoadFlagValues } from './load-runs.ts'
import { loadSpike } from './load-spike.ts'
import { openLoadSetup } from './load-setup.ts'

export const loadCommand = command({
  name: 'load',
  summary: 'Offers load to a server on this machine, on a schedule, and says what it held.',
  usage: `atelier load [SCENARIO] [flags]
       atelier load [SCENARIO] --find-knee [flags]
       atelier load [SCENARIO] --compare A B [flags]
       atelier load spike [SCENARIO] [--knee N] [flags]

SCENARIO is shop, questions, lists, a file, or nothing: every read of every service. Every run says which tier limits: the generator, the
gateway, a service process, the database's CPU, its commits or its waits, connections, memory, or none.
--find-knee doubles the rate until the service level is missed, halves the distance, and confirms what it found by a soak.
--compare offers the same load to two servers in turn; what is no greater than A against itself is no difference. A and B are each
[NAME=]URL, or '[NAME=]REF [serve|fleet] [flags]' in one word, REF being a commit, or . for the work tree as it is: HEAD~1 . or . '. --memory-mb 0'.
Those are started on free ports, on the database of --data, --database-url or DATABASE_URL, and ended afterwards.
spike offers ten times the knee for 10 s, then 0.7 of it: what is answered, what is refused and at which cost, how soon all is normal.
Exit codes: 0 the service level was kept (a knee was found, a spike was recovered from), 1 it was not, 2 wrong usage,
3 refused: the generator or the machine was the limit, so there is no figure.`,
  operands: { min: 0, max: 3 },
  flags: loadFlags,
  async run(flags, operands) {
    const mode = loadMode(flags, operands)
    using signal = openInterrupt()
    // Awaited here: what is opened in this function is closed when it returns.
    if (mode.kind === 'knee') return await loadKnee(flags, mode.scenario, signal)
    if (mode.kind === 'spike') return await loadSpike(flags, mode.scenario, signal)
    if (mode.kind === 'compare') return await loadCompare(flags, mode, signal)
    return await runOnce(flags, mode.scenario, signal)
  },
})

const runOnce = async (flags: LoadFlagValues, name: string | undefined, signal: AbortSignal): Promise<number> => {
  await using setup = await openLoadSetup(flags, name)
  const { scenario, phases, options } = setup
  const result = await runLoad({ ...options, live: openLive(scenario.name, secondsOf(phases)), signal })
  const level = levelOf(flags)
  const figures = result.refusals.length > 0 ? undefined : result.figures
  const report: LoadReport = {
    manifest: loadManifest(flags, setup, { phases }),
    level: { ...level, missed: figures ? missedBy(figures, level) : [] },
    result: { ...result, figures },
  }
  const json = `${JSON.stringify(report, null, 2)}\n`
  if (flags.out) await Bun.write(resolve(flags.out), json)
  if (flags.report) await writeLoadReport(resolve(flags.report), report)
  if (flags.json) process.stdout.write(json)
  if (!figures) return (console.error(summaryText(report)), refusedCode)
  if (!flags.json) console.log(summaryText(report))
  return report.level.missed.length > 0 ? 1 : 0
}
