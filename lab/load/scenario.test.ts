import { expect, test } from 'bun:test'
import { join } from 'node:path'
import type { LoadWrite } from '../../kit/load.ts'
import { services } from '../../services/index.ts'
import { requestText } from '../request.ts'
import { highestRate } from './arrivals.ts'
import { comparableReads, mixOf, parseScenario, phasesOf, scenarioOfAll } from './scenario.ts'

const reads = services.flatMap(({ load = [] }) => load)
const writes = services.flatMap(({ writeLoad = [] }) => writeLoad)
const meaning = {
  fromMs: Date.parse('2026-12-31'),
  reads,
  writes,
  products: 1_000,
  restaurants: 0,
  rowsOf: async ({ keys }: LoadWrite) => ({ file: 'keys', columns: keys.columns.length, rows: 9 }),
}
const shipped = (name: string) => Bun.file(join(import.meta.dir, `../scenarios/${name}.json`)).text()

test.each([
  ['shop', 18_900],
  ['questions', 10_000],
] as const)('the shipped scenario %s asks for what the services declare, %p times a second', async (name, rate) => {
  const scenario = parseScenario(await shipped(name), name)
  const mix = await mixOf(scenario, meaning)
  expect(highestRate(phasesOf(scenario))).toBe(rate)
  const weights = mix.reduce((sum, { weight }) => sum + weight, 0)
  if (name === 'shop') expect(weights).toBe(rate)
  const share = (of: RegExp) => mix.reduce((sum, { name, weight }) => sum + (of.test(name) ? weight : 0), 0) / weights
  expect(share(/^GET \/qa/) * rate).toBeCloseTo(10_000)
  for (const { keys } of mix) expect(keys.distribution).toBe(name === 'shop' ? 'uniform' : 'zipf')
})

test('the days of a path are counted from a given one', async () => {
  const [part] = await mixOf(parseScenario(await shipped('city'), 'city'), meaning)
  expect(requestText(part!.request, [7])).toStartWith('GET /restaurants?city=7&party=2&date=2027-01-01&time=12:30 HTTP/1.1\r\n')
})

test('a request, a write and one of its own become what goes on the wire', async () => {
  const own = {
    request: 'own',
    weight: 1,
    method: 'POST',
    path: '/a/{key}?b={key}',
    body: { id: '{key}' },
    status: 201,
    range: 5,
    keys: 'zipf' as const,
  }
  const write = writes.find(({ body }) => body)!
  const mix = [{ request: 'GET /reviews', weight: 2 }, { request: write.name, weight: 1 }, own]
  const [read, written, made] = await mixOf({ name: 'x', mix, arrivals: [{ rate: 1, seconds: 1 }] }, meaning)
  expect(requestText(read!.request, [7])).toBe('GET /reviews?product_id=7 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
  expect(read).toMatchObject({ name: 'GET /reviews', weight: 2, status: 200, keys: { distribution: 'uniform', max: 1_000 } })
  expect(requestText(written!.request, [7, 8])).toStartWith(`${write.method} ${write.path(7, 8)} HTTP/1.1\r\n`)
  expect(written).toMatchObject({ status: write.status, keys: { max: 9, rows: { file: 'keys' } } })
  expect(requestText(made!.request, [4])).toMatch(/^POST \/a\/4\?b=4 [^]*\r\n\r\n\{"id":4\}$/)
  expect(made).toMatchObject({ status: 201, keys: { distribution: 'zipf', max: 5 } })
})

test('what a scenario says of keys gives way to what the caller says', async () => {
  const scenario = { ...scenarioOfAll(reads), keys: 'zipf' as const }
  const distributions = async (keys?: 'uniform') => [
    ...new Set((await mixOf(scenario, { ...meaning, restaurants: 100, ...(keys && { keys }) })).map((part) => part.keys.distribution)),
  ]
  expect([await distributions(), await distributions('uniform')]).toEqual([['zipf'], ['uniform']])
})

const wrong: [text: string, sentence: RegExp][] = [
  ['{', /^x is no JSON: .*\.$/],
  ['{"name":"x","mix":[],"arrivals":[{"rate":1,"seconds":1}]}', /^x is no scenario: \/mix .*\.$/],
  ['{"name":"x","mix":[{"request":"a","weight":0}],"arrivals":[{"rate":1,"seconds":1}]}', /^x is no scenario: \/mix\/0\/weight .*\.$/],
  ['{"name":"x","mix":[{"request":"a","weight":1}],"arrivals":[{"rate":0,"seconds":1}]}', /^x is no scenario: nothing arrives\.$/],
  [
    '{"name":"x","mix":[{"request":"a","weight":1}],"arrivals":[{"rate":1,"seconds":9999}]}',
    /^x is no scenario: \/arrivals\/0\/seconds .*\.$/,
  ],
  ['{"name":"x","mix":[{"request":"a","weight":1}],"arrivals":[{"rate":1,"seconds":1}],"url":"http://a"}', /^x is no scenario: .*\.$/],
]
test.each(wrong)('%s is refused with a sentence', (text, sentence) => {
  expect(() => parseScenario(text, 'x')).toThrow(sentence)
})

const of = (request: string) => ({ name: 'x', mix: [{ request, weight: 1 }], arrivals: [{ rate: 1, seconds: 1 }] })

test('a name no service declares is refused', () => {
  expect(mixOf(of('GET /prices'), meaning)).rejects.toThrow(/^No service declares the request "GET \/prices"; there are: GET /)
})

test('a request that nothing has a key of is refused, with the flag that gives it some', () => {
  expect(mixOf(of('GET /restaurants/:id'), meaning)).rejects.toThrow('GET /restaurants/:id has no keys: pass --restaurants N.')
  const few = { ...meaning, reads: [{ ...reads[0]!, name: 'GET /few', keys: (products: number) => products - 2_000 }] }
  expect(mixOf(of('GET /few'), few)).rejects.toThrow('GET /few has no keys: pass --products with more.')
})

test('the name of a read with another path is not compared with what the read declares', () => {
  const mix = [
    { request: 'GET /reviews', path: '/reviews?product_id={key}&count=20', weight: 1 },
    { request: 'GET /qa/questions', weight: 1 },
  ]
  const names = comparableReads({ name: 'x', mix, arrivals: [] }, reads).map(({ name }) => name)
  expect(names).not.toContain('GET /reviews')
  expect(names).toContain('GET /qa/questions')
})
