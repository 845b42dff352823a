import { resolve } from 'node:path'
import { familyNames, generate, type Family } from '../etl/generate/generate.ts'
import { openProgress, type Work } from '../etl/progress.ts'
import { command, integerFlag, textFlag, WrongUsage, type Flag } from './command.ts'
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
    families: familiesFlag,
    clean: { help: "leaves out the quirks of real files: unbalanced quotes, orphans, gaps, other rows' order", default: false },
    json: { help: 'the summary as JSON on standard output', default: false },
  },
  async run({ out, products, seed, families, clean, json }) {
    if (!out) throw new WrongUsage('generate needs --out DIR.')
    const progress = openProgress((text) => void process.stderr.write(text), environment.terminal)
    const works = new Map<string, Work>()
    const files = await generate({
      out: resolve(out),
      products,
      seed,
      families,
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
