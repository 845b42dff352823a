import { loopbacks, type Loopback } from '../lab/load/driving.ts'
import { keyDistributions, keysMax, type KeyDistribution } from '../lab/load/keys.ts'
import { integerFlag, textFlag, WrongUsage, type Flag } from './command.ts'
import { dayFlag } from './day-flag.ts'
import { databaseFlags } from './environment.ts'

const number = (value: string, help: string, min: number, max: number): Flag<number | undefined> => ({
  value,
  help,
  default: undefined,
  parse: integerFlag(min, max),
})

/** Where the load goes: this machine and no other. */
export const targetOf = (text: string, name = '--url'): { host: Loopback; port: number } => {
  const url = URL.parse(text)
  if (!url || url.protocol !== 'http:' || url.pathname !== '/' || url.search || url.username)
    throw new WrongUsage(`${name} must look like http://127.0.0.1:3000, not "${text}".`)
  const hostname = url.hostname === 'localhost' ? '127.0.0.1' : url.hostname.replaceAll(/[[\]]/g, '')
  const host = loopbacks.find((one) => one === hostname)
  if (!host)
    throw new WrongUsage(`${name} must be of this machine, 127.0.0.1 or [::1]; load is offered to no other, so not to ${url.hostname}.`)
  return { host, port: Number(url.port || 80) }
}

const urlFlag: Flag<string> = {
  value: 'URL',
  help: 'the server, on this machine',
  default: 'http://127.0.0.1:3000',
  parse(text, name) {
    targetOf(text, name)
    return text
  },
}

const keysFlag: Flag<KeyDistribution | undefined> = {
  value: keyDistributions.join('|'),
  help: "instead of the scenario's",
  default: undefined,
  parse(text, name) {
    const found = keyDistributions.find((one) => one === text)
    if (!found) throw new WrongUsage(`${name} must be one of ${keyDistributions.join(', ')}, not "${text}".`)
    return found
  },
}

const p99Flag: Flag<number | undefined> = {
  value: 'N',
  help: 'service level: 99 % are answered within so many milliseconds',
  default: undefined,
  parse(text, name) {
    if (!/^\d{1,6}(\.\d{1,3})?$/.test(text) || Number(text) === 0) throw new WrongUsage(`${name} must be milliseconds, not "${text}".`)
    return Number(text)
  },
}

const errorsFlag: Flag<number | undefined> = {
  value: 'N%',
  help: 'service level: no more than this part fails',
  default: undefined,
  parse(text, name) {
    if (!/^\d{1,3}(\.\d{1,6})?%$/.test(text) || Number.parseFloat(text) > 100)
      throw new WrongUsage(`${name} must look like 0.1%, not "${text}".`)
    return Number.parseFloat(text) / 100
  },
}

export const loadFlags = {
  url: urlFlag,
  rate: number('N', 'requests a second at its highest, in the shape of the scenario; where a search begins (there 1000)', 1, 1_000_000),
  seconds: number('N', 'how long, in the shape of the scenario; of each step of a search 5, of a spike 10', 1, 7_200),
  warmup: { value: 'N', help: 'seconds before it that do not count', default: 3, parse: integerFlag(0, 600) },
  connections: number('N', 'kept connections, one request at a time on each (default 64; of a search 256, of a spike 1024)', 1, 10_000),
  keys: keysFlag,
  products: { value: 'N', help: 'keys are those of the first N products', default: 2_000, parse: integerFlag(1, keysMax / 10) },
  restaurants: { value: 'N', help: 'the same of restaurants; 0: none is asked for', default: 0, parse: integerFlag(0, keysMax / 10) },
  from: dayFlag('the day that a scenario counts its days from (default: today)'),
  'p99-ms': p99Flag,
  errors: errorsFlag,
  'find-knee': { help: 'the highest rate that keeps the service level (unless told p99 50 ms, errors 0.1%)', default: false },
  soak: { value: 'N', help: 'seconds that confirm what a search found', default: 30, parse: integerFlag(1, 7_200) },
  compare: { help: 'two servers, commits or configurations in turn: A B A B … A', default: false },
  rounds: number('N', 'of a comparison (default 5); so many spikes, one after the other (default 1)', 1, 100),
  spike: { help: 'the same as the word spike: many times the knee, and back', default: false },
  knee: number('N', 'the knee, so that a spike need not search for it', 1, 1_000_000),
  times: { value: 'N', help: 'of a spike: so many times the knee', default: 10, parse: integerFlag(2, 100) },
  seed: { value: 'S', help: 'another seed, other keys', default: 1, parse: integerFlag(0, 4_294_967_295) },
  'no-calibrate': { help: 'goes without the proof that the generator reaches twice the rate', default: false },
  ...databaseFlags,
  json: { help: 'the whole result as JSON on standard output', default: false },
  out: { value: 'FILE', help: 'the same JSON into a file', default: undefined as string | undefined, parse: textFlag },
  report: { value: 'FILE', help: 'a page with charts that needs nothing else', default: undefined as string | undefined, parse: textFlag },
}
