import { resolve } from 'node:path'
import { generate } from '../etl/generate/generate.ts'
import { openProgress, type Work } from '../etl/progress.ts'
import { command, integerFlag, textFlag, WrongUsage, type Flag } from './command.ts'
import { environment } from './environment.ts'

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
    clean: { help: "leaves out the quirks of real files: unbalanced quotes, orphans, gaps, other rows' order", default: false },
    json: { help: 'the summary as JSON on standard output', default: false },
  },
  async run({ out, products, seed, clean, json }) {
    if (!out) throw new WrongUsage('generate needs --out DIR.')
    const progress = openProgress((text) => void process.stderr.write(text), environment.terminal)
    const works = new Map<string, Work>()
    const files = await generate({
      out: resolve(out),
      products,
      seed,
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
