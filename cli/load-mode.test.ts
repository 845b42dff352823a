import { expect, test } from 'bun:test'
import { parseCommand, WrongUsage } from './command.ts'
import { loadMode } from './load-mode.ts'
import { loadCommand } from './load.ts'

const mode = (...args: string[]) => {
  const { flags, operands } = parseCommand(loadCommand, args)
  return loadMode(flags, operands)
}

test('without a word more it is a run, of everything or of a scenario', () => {
  expect(mode()).toEqual({ kind: 'run', scenario: undefined })
  expect(mode('shop')).toEqual({ kind: 'run', scenario: 'shop' })
})

test('a knee and a spike are of a scenario, too', () => {
  expect(mode('shop', '--find-knee')).toEqual({ kind: 'knee', scenario: 'shop' })
  expect(mode('spike', 'shop', '--knee', '900')).toEqual({ kind: 'spike', scenario: 'shop' })
  expect(mode('--spike')).toEqual({ kind: 'spike', scenario: undefined })
})

test('two servers are compared by their names, if they have any', () => {
  const [a, b] = ['http://127.0.0.1:1', 'http://[::1]:2']
  expect(mode('--compare', a, b)).toEqual({ kind: 'compare', scenario: undefined, a: { name: 'A', url: a }, b: { name: 'B', url: b } })
  expect(mode('shop', `one=${a}`, '--compare', `four=${b}`)).toEqual({
    kind: 'compare',
    scenario: 'shop',
    a: { name: 'one', url: a },
    b: { name: 'four', url: b },
  })
  expect(mode('--compare', `x=${a}`, `x=${b}`)).toMatchObject({ a: { name: 'x' }, b: { name: 'x2' } })
})

test('a commit and the work tree are sides, too: what each runs, with which flags', () => {
  expect(mode('--compare', 'before=HEAD~1', '.')).toEqual({
    kind: 'compare',
    scenario: undefined,
    a: { name: 'before', ref: 'HEAD~1', command: 'serve', flags: [] },
    b: { name: 'B', ref: '.', command: 'serve', flags: [] },
  })
  expect(mode('shop', '--compare', '. serve --memory-mb=0', 'fleet= . fleet  --servers 4 --cache ')).toMatchObject({
    scenario: 'shop',
    a: { name: 'A', ref: '.', command: 'serve', flags: ['--memory-mb=0'] },
    b: { name: 'fleet', ref: '.', command: 'fleet', flags: ['--servers', '4', '--cache'] },
  })
  // What an older commit took is not ours to judge.
  expect(mode('--compare', 'old=v0.1 --threads 2', 'http://127.0.0.1:1')).toMatchObject({ a: { ref: 'v0.1', flags: ['--threads', '2'] } })
})

const wrong: [args: string[], sentence: string][] = [
  [['shop', 'more'], 'Unexpected "more".'],
  [['--compare', 'HEAD'], '--compare needs two sides, such as HEAD~1 . or http://127.0.0.1:3000 http://127.0.0.1:4000.'],
  [['--compare', '.', 'b='], 'b must be an address, a commit or "." for the work tree.'],
  [['--compare', '.', '. start'], 'B runs serve or fleet, not "start".'],
  [['--compare', '.', '. --memory-mb all'], 'B: --memory-mb must be an integer from 0 to 65536, not "all".'],
  [['--compare', '. --servers 2', '.'], "A: Unknown option '--servers'."],
  [['--compare', 'http://127.0.0.1:1 --memory-mb 0', '.'], 'A runs already, so it takes no "--memory-mb 0".'],
  [
    ['--compare', '.', 'HEAD --database-url=postgres://u:p@here/x'],
    'B takes no --database-url: --host, --port, --data, --database-url, --products, --restart and --print are set by the comparison.',
  ],
  [
    ['--compare', 'http://127.0.0.1:1', 'b=http://example.com'],
    'b must be of this machine, 127.0.0.1 or [::1]; load is offered to no other, so not to example.com.',
  ],
  [['spike', '--find-knee'], '--find-knee and spike are two questions; ask one at a time.'],
  [['spike', '--knee', '900', '--p99-ms', '20'], 'A spike with --knee searches for no knee, so it takes neither --p99-ms nor --errors.'],
  [['--spike', '--knee', '900', '--errors', '1%'], 'A spike with --knee searches for no knee, so it takes neither --p99-ms nor --errors.'],
  [['--compare', '--report', 'x.html', 'http://127.0.0.1:1', 'http://127.0.0.1:2'], '--report shows one run, and --compare makes many.'],
]
test.each(wrong)('%j is wrong usage', (args, sentence) => {
  expect(() => mode(...args)).toThrow(new WrongUsage(sentence))
})
