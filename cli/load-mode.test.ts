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

const wrong: [args: string[], sentence: string][] = [
  [['shop', 'more'], 'Unexpected "more".'],
  [['--compare', 'http://127.0.0.1:1'], '--compare needs two addresses, such as http://127.0.0.1:3000 http://127.0.0.1:4000.'],
  [
    ['--compare', 'http://127.0.0.1:1', 'b=http://example.com'],
    'b must be of this machine, 127.0.0.1 or [::1]; load is offered to no other, so not to example.com.',
  ],
  [['spike', '--find-knee'], '--find-knee and spike are two questions; ask one at a time.'],
  [['--compare', '--report', 'x.html', 'http://127.0.0.1:1', 'http://127.0.0.1:2'], '--report shows one run, and --compare makes many.'],
]
test.each(wrong)('%j is wrong usage', (args, sentence) => {
  expect(() => mode(...args)).toThrow(new WrongUsage(sentence))
})
