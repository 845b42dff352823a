import { resolve } from 'node:path'
import { familyNames, generate, type Family } from '../etl/generate/generate.ts'
import { RESTAURANTS_MAX } from '../etl/generate/restaurant-plan.ts'
import { openProgress, type Work } from '../etl/progress.ts'
import { command, integerFlag, textFlag, WrongUsage, type Flag } from './command.ts'
import { dayFlag } from './day-flag.ts'
import { environment } from './environment.ts'

const familiesFlag: Flag<readonly Family[]> = {
  value: 'NAME,…',
  help: `which files, of ${familyNames.join(', ')}`,
  default: ['product'],
  parse(text) {
    const names = text.split(',').filter((name, i, all) => all.indexOf(name) === i)
    const known = names.filter((name): name is Family => familyNames.some((family) => family === name))
    if (known.length < names.length) throw new WrongUsage(`--families takes names of ${familyNames.join(', ')}, not "${text}".`)
    return known
  },
}

const restaurantsFlag: Flag<number | undefined> = {
  value: 'N',
  help: 'how many restaurants, their families with them; as families named without it, 1 for 100 products',
  default: undefined,
  parse: integerFlag(0, RESTAURANTS_MAX),
}

const outFlag: Flag<string | undefined> = {
  value: 'DIR',
  help: 'where the files go; made when absent',
  default: undefined,
  parse: textFlag,
}

export const generateCommand = command({
  name: 'generate',
  summary: 'Writes a catalogue as CSV files: the same bytes for the same seed on every machine.',
  usage: 'atelier generate --out DIR [flags]',
  flags: {
    out: outFlag,
    products: { value: 'N', help: 'how many products', default: 1_000, parse: integerFlag(1, 100_000_000) },
    seed: { value: 'S', help: 'another seed, another catalogue', default: 1, parse: integerFlag(0, 4_294_967_295) },
    restaurants: restaurantsFlag,
    from: dayFlag('the first day of the month of reservations (default 2027-01-01)'),
    families: familiesFlag,
    clean: { help: "leaves out the quirks of real files: unbalanced quotes, orphans, gaps, other rows' order", default: false },
    json: { help: 'the summary as JSON on standard output', default: false },
  },
  async run({ out, products, seed, restaurants, from, families, clean, json }) {
    if (!out) throw new WrongUsage('generate needs --out DIR.')
    const progress = openProgress((text) => void process.stderr.write(text), environment.terminal)
    const works = new Map<string, Work>()
    const files = await generate({
      out: resolve(out),
      products,
      seed,
      ...(from !== undefined && { from }),
      ...served(families, restaurants, products),
      clean,
      progress(file, rows, total) {
        const work = works.get(file) ?? progress.start(file)
        works.set(file, work)
        if (rows < total) work.at(rows, rows / total)
        else work.done(rows)
      },
    })
    console.log(
      json
        ? JSON.stringify(files, null, 2)
        : `${files.reduce((sum, { rows }) => sum + rows, 0).toLocaleString('en')} rows in ${resolve(out)}`,
    )
    return 0
  },
})

const isServed = (family: Family) => family === 'restaurant' || family === 'reservation'

/** Restaurants asked for by their number alone bring their families; none take them away. */
const served = (families: readonly Family[], asked: number | undefined, products: number) => {
  const restaurants = asked ?? Math.min(Math.max(1, Math.round(products / 100)), RESTAURANTS_MAX)
  const others = families.filter((family) => !isServed(family))
  if (restaurants === 0) return { families: others }
  if (asked !== undefined && others.length === families.length)
    return { restaurants, families: [...families, 'restaurant', 'reservation'] as const }
  return { restaurants, families }
}
