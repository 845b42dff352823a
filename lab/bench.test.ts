import { expect, test } from 'bun:test'
import { join } from 'node:path'

const wrong: [args: string[], sentence: string][] = [
  [['--record', '--rounds', '4'], '--record and --against need 5 rounds at least: of fewer the spread says nothing.\n'],
  [['--against', 'HEAD', '--rounds', '1'], '--record and --against need 5 rounds at least: of fewer the spread says nothing.\n'],
  [['--against', 'no-such-commit'], 'There is no commit "no-such-commit".\n'],
  [['--rounds', 'x'], '--rounds must be an integer from 1 to 1000000000.\n\nMeasures, in interleaved rounds'],
  [['--restaurants', '-1'], "Option '--restaurants' argument is ambiguous.\n\nMeasures, "],
  [['--seconds', '0'], '--seconds must be an integer from 1 to 1000000000.\n\nMeasures, '],
  [['--json'], "Unknown option '--json'.\n\nMeasures, "],
  [['--against', '--all'], "Option '--against' argument is ambiguous."],
]

test.each(wrong)('bench %j is refused before anything is measured', (args, sentence) => {
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, join(import.meta.dir, 'bench.ts'), ...args])
  expect([exitCode, stderr.toString()]).toEqual([2, expect.stringContaining(sentence)])
})
