import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import type { LoadRequest, LoadWrite } from '../../kit/load.ts'
import { requestTemplate } from '../request.ts'
import type { Phase } from './arrivals.ts'
import type { DrivePart } from './driving.ts'
import { keysMax, type KeyDistribution } from './keys.ts'

const closed = { additionalProperties: false }
const Distribution = Type.Union([Type.Literal('uniform'), Type.Literal('zipf')])

const Part = Type.Object(
  {
    /** A name from a service's load.ts; with `path`, any name. */
    request: Type.String({ minLength: 1 }),
    /** Its share of the mix is its weight over the sum of all weights. */
    weight: Type.Number({ exclusiveMinimum: 0 }),
    keys: Type.Optional(Distribution),
    /** `{key}` stands for the key, here and, in quotes of its own, in the body; `{day+7}` for the date seven days on. */
    path: Type.Optional(Type.String({ pattern: '^/[!-~]*$' })),
    method: Type.Optional(Type.String({ pattern: '^[A-Z]+$' })),
    status: Type.Optional(Type.Integer({ minimum: 200, maximum: 599 })),
    body: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    /** Keys are 1 … this. */
    range: Type.Optional(Type.Integer({ minimum: 1, maximum: keysMax })),
  },
  closed,
)

/** What is asked, how often, of which keys; a file of JSON. */
const Scenario = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    about: Type.Optional(Type.String()),
    mix: Type.Array(Part, { minItems: 1, maxItems: 100 }),
    keys: Type.Optional(Distribution),
    /** One phase after the other: a steady rate, or from `rate` to `to`. */
    arrivals: Type.Array(
      Type.Object(
        {
          rate: Type.Number({ minimum: 0, maximum: 1_000_000 }),
          to: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000 })),
          seconds: Type.Number({ exclusiveMinimum: 0, maximum: 7_200 }),
        },
        closed,
      ),
      { minItems: 1, maxItems: 1_000 },
    ),
    /** Arrivals as chance brings them. */
    poisson: Type.Optional(Type.Boolean()),
  },
  closed,
)
export type Scenario = Static<typeof Scenario>
type Part = Static<typeof Part>

/** Throws one sentence that says what is wrong where. */
export const parseScenario = (text: string, source: string): Scenario => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`${source} is no JSON: ${error instanceof Error ? error.message : String(error)}.`, { cause: error })
  }
  if (!Value.Check(Scenario, value)) {
    const [first] = Value.Errors(Scenario, value)
    throw new Error(`${source} is no scenario: ${first?.instancePath || 'it'} ${first?.message ?? 'is wrong'}.`)
  }
  if (value.arrivals.every(({ rate, to = rate }) => rate === 0 && to === 0)) throw new Error(`${source} is no scenario: nothing arrives.`)
  return value
}

/** Every read the services declare, as often as any other. */
export const scenarioOfAll = (reads: readonly LoadRequest[]): Scenario => ({
  name: 'all',
  mix: reads.map(({ name }) => ({ request: name, weight: 1 })),
  arrivals: [{ rate: 1_000, seconds: 10 }],
})

/** Reads whose statement says what an answer must be: a part with a path of its own may ask something else by the same name. */
export const comparableReads = ({ mix }: Scenario, reads: readonly LoadRequest[]): LoadRequest[] =>
  reads.filter(({ name }) => !mix.some(({ request, path }) => request === name && path !== undefined))

/** What names mean: the services' declarations, the range of keys, where the keys of writes are. */
export type ScenarioMeaning = {
  reads: readonly LoadRequest[]
  writes: readonly LoadWrite[]
  /** Keys are those of so many products and restaurants. */
  products: number
  restaurants: number
  /** Days of paths are counted from here; milliseconds since 1970. */
  fromMs: number
  /** Instead of what the scenario says. */
  keys?: KeyDistribution
  rowsOf(write: LoadWrite): Promise<{ file: string; columns: number; rows: number }>
}

/** The mix as the driver takes it. Throws when a name means nothing, or nothing has a key. */
export const mixOf = ({ mix, keys }: Scenario, meaning: ScenarioMeaning): Promise<DrivePart[]> =>
  Promise.all(
    mix.map(async (part) => ({
      name: part.request,
      weight: part.weight,
      ...(await requestOf(part, meaning.keys ?? part.keys ?? keys ?? 'uniform', meaning)),
    })),
  )

const dated = (path: string, fromMs: number) =>
  path.replaceAll(/\{day\+(\d{1,3})\}/g, (_, days: string) => new Date(fromMs + Number(days) * 86_400_000).toISOString().slice(0, 10))

export const phasesOf = ({ arrivals }: Scenario): readonly Phase[] => arrivals

type Request = Omit<DrivePart, 'name' | 'weight'>

const requestOf = async (part: Part, distribution: KeyDistribution, meaning: ScenarioMeaning): Promise<Request> => {
  const { products, restaurants, fromMs, reads, writes } = meaning
  const { request, path, method = 'GET', status = 200, body, range = products } = part
  if (path !== undefined) {
    const form = {
      method,
      columns: 1,
      path: (key = 0) => dated(path, fromMs).replaceAll('{key}', String(key)),
      ...(body && { body: (key = 0) => JSON.parse(JSON.stringify(body).replaceAll('"{key}"', String(key))) as object }),
    }
    return { request: requestTemplate(form), status, keys: { distribution, max: range } }
  }
  const read = reads.find(({ name }) => name === request)
  if (read) {
    const template = requestTemplate({ method: 'GET', columns: 1, path: (key = 0) => read.path(key) })
    const max = read.keys(products, restaurants)
    if (max < 1) throw new Error(`${request} has no keys: pass ${read.keys(products, 1) < 1 ? '--products with more' : '--restaurants N'}.`)
    return { request: template, status: 200, keys: { distribution, max } }
  }
  const write = writes.find(({ name }) => name === request)
  if (!write)
    throw new Error(`No service declares the request "${request}"; there are: ${[...reads, ...writes].map(({ name }) => name).join(', ')}.`)
  const { file, columns, rows } = await meaning.rowsOf(write)
  const { path: pathOf, body: bodyOf } = write
  return {
    request: requestTemplate({ method: write.method, columns, path: pathOf, ...(bodyOf && { body: bodyOf }) }),
    status: write.status,
    keys: { distribution, max: rows, rows: { file, columns } },
  }
}
