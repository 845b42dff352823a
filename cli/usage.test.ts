import { expect, setDefaultTimeout, test } from 'bun:test'
import manifest from '../package.json' with { type: 'json' }
import { services } from '../services/index.ts'
import { atelier, ran } from './testing.ts'

setDefaultTimeout(30_000)

const commands = ['start', 'fleet', 'serve', 'migrate', 'generate', 'import', 'audit', 'moderate', 'status', 'load', 'worker']

test('--help and --version are answered on standard output', async () => {
  const overview = await ran(['--help'])
  expect(overview).toMatchObject({ code: 0, err: '' })
  for (const name of commands.filter((name) => name !== 'worker')) expect(overview.out).toMatch(new RegExp(`^  ${name} +[A-Z].*[.]$`, 'm'))
  expect(overview.out).not.toContain('worker')
  expect(await ran(['--version'])).toEqual({ code: 0, out: `${manifest.version}\n`, err: '' })
})

test('through Node it is the same', async () => {
  const run = atelier(['--version'])
  expect([await run.exited, run.output]).toEqual([0, { out: `${manifest.version}\n`, err: '' }])
  const wrong = atelier(['strat'])
  expect(await wrong.exited).toBe(2)
})

test('without a command the overview is shown, and the exit code is 2', async () => {
  const { code, out } = await ran([])
  expect(code).toBe(2)
  expect(out).toContain('Usage: atelier COMMAND [flags]')
})

test.each(commands)('%s --help tells its flags and does nothing', async (name) => {
  const { code, out, err } = await ran([name, '--help'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('\n\nUsage: ')
  expect(out).toMatch(/\n  --help +this text\n$/m)
  expect(out).not.toContain('(default )')
})

const wrong: [args: string[], sentence: string][] = [
  [['strat'], 'There is no command "strat".'],
  [['start', '--prot', '3000'], "Unknown option '--prot'."],
  [['start', '--port', '65536'], '--port must be an integer from 0 to 65535, not "65536".'],
  [['start', '--port', 'http'], '--port must be an integer from 0 to 65535, not "http".'],
  [['start', '--port='], '--port must be an integer from 0 to 65535, not "".'],
  [['start', '--processes', '0'], '--processes must be an integer from 1 to 256, not "0".'],
  [['start', '--products', '1.5'], '--products must be an integer from 0 to 1000011, not "1.5".'],
  [['start', '--data', ''], '--data must not be empty.'],
  [['start', 'now'], 'Unexpected "now".'],
  [['serve'], 'serve needs --database-url URL, or DATABASE_URL in the environment.'],
  [['serve', '--services', 'products,prices'], `There is no service "prices"; there are: ${services.map(({ name }) => name).join(', ')}.`],
  [['generate'], 'generate needs --out DIR.'],
  [['generate', '--restaurants', '1000001'], '--restaurants must be an integer from 0 to 1000000, not "1000001".'],
  [['generate', '--from', '2027-02-30'], '--from takes a day such as 2027-01-01, not "2027-02-30".'],
  [
    ['generate', '--families', 'restaurants'],
    '--families takes names of product, review, question, restaurant, reservation, not "restaurants".',
  ],
  [['import'], 'import needs 1 operand.'],
  [['import', 'one', 'two'], 'Unexpected "two".'],
]
test.each(wrong)('%j is wrong usage: one sentence, then how it goes, and exit code 2', async (args, sentence) => {
  const { code, out, err } = await ran(args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toStartWith(`${sentence}\n\n`)
  expect(err).toContain('\nUsage: ')
})

const failing: [args: string[], sentence: RegExp][] = [
  [['migrate', '--database-url', 'mysql://here'], /^The database URL must look like postgres:\/\/user:password@host:5432\/name\.\n$/],
  [['migrate', '--database-url', 'postgres://nobody@127.0.0.1:1/nothing'], /^[^\n]*ECONNREFUSED[^\n]*\n$/],
  [
    ['start', '--data', '/proc/nowhere'],
    /^The data directory \/proc\/nowhere cannot be written to; pass --data with a directory of yours\.\n$/,
  ],
  [['worker'], /^worker is started by `atelier start`[^\n]*\.\n$/],
]
test.each(failing)('%j fails with one sentence and exit code 1', async (args, sentence) => {
  const { code, out, err } = await ran(args)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(sentence)
})
