import { resolve } from 'node:path'
import { html } from './report/markup.ts'
import { historySection } from './report/history-chart.ts'
import { historyFile, readHistory } from './report/history.ts'
import { pageHtml } from './report/page.ts'

const [file] = process.argv.slice(2)
if (file === undefined) {
  console.error('Usage: node cli/bun.mjs lab/history.ts FILE.html')
  process.exit(2)
}
const section = historySection(await readHistory())
if (!section) {
  console.error(`There is nothing in ${historyFile}: npm run bench -- --record adds to it.`)
  process.exit(1)
}
await Bun.write(
  resolve(file),
  pageHtml(
    'Atelier capacity',
    html`<header>
        <p class="kicker">Atelier benchmark</p>
        <h1>What each commit is capable of</h1>
      </header>
      <main>${section}</main>`,
  ),
)
