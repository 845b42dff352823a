import type { LoadReport } from '../load/result.ts'
import { bytes, moment, ms, percent, rate, whole } from './format.ts'
import { tableHtml } from './figure.ts'
import { html, type Markup } from './markup.ts'
import { figuresOf } from './shown.ts'

/** What is needed to believe the run, and to get it again. */
export const manifestSection = (report: LoadReport): Markup => {
  const { manifest, result } = report
  const { commit, at, machine, command, configuration, dataset } = manifest
  const figures = figuresOf(report)
  const entries = Object.entries(configuration).filter(([, value]) => value !== undefined)
  const plain = entries.filter(([, value]) => typeof value !== 'object' || value === null)
  const deep = entries.filter(([, value]) => typeof value === 'object' && value !== null)
  return html`<section id="manifest">
    <h2>How to get it again</h2>
    <pre class="command"><code>${command}</code></pre>
    <dl class="facts">
      ${fact('Commit', commit ?? 'unknown')} ${fact('At', moment(at))} ${fact('Machine', machine)}
      ${figures && conditions(figures).map(([name, value]) => fact(name, value))}
      ${result.calibration && fact('Generator', `reaches ${rate(result.calibration.reachedPerSecond)} here against a server that only answers; ${rate(result.calibration.demandedPerSecond)}, twice the highest rate, are demanded`)}
      ${figures && fact('Schedule', `requests taken up ${ms(figures.lateness.p99)} late at p99; ${whole(figures.connections.opened)} connections opened, ${whole(figures.connections.closed)} closed by the server`)}
      ${fact('Data set', dataset ? html`${whole(sum(dataset.tables, 'rows'))} rows, ${bytes(sum(dataset.tables, 'bytes'))}, fingerprint <code>${dataset.fingerprint}</code>` : 'not known: there was no database to ask')}
    </dl>
    <details>
      <summary>Configuration</summary>
      <dl class="facts">${plain.map(([name, value]) => fact(name, String(value)))}</dl>
      ${deep.map(
        ([name, value]) =>
          html`<h4>${name}</h4>
            <pre><code>${JSON.stringify(value, null, 1)}</code></pre>`,
      )}
    </details>
    ${
      dataset &&
      html`<details>
        <summary>Tables</summary>
        <div class="canvas">
          ${tableHtml(
            'Rows and size of each table before the run',
            [{ name: 'Table', text: true }, { name: 'Rows' }, { name: 'Size' }],
            dataset.tables.map(({ table, rows, bytes: size }) => [html`<bdi>${table}</bdi>`, whole(rows), bytes(size)]),
          )}
        </div>
      </details>`
    }
  </section>`
}

/** Whether bodies were what they should be: a fast wrong answer is none. */
export const bodiesSection = (report: LoadReport): Markup | undefined => {
  const figures = figuresOf(report)
  if (!figures) return undefined
  const { checked } = figures
  if (!checked || checked.compared === 0)
    return html`<section id="bodies">
      <h2>Bodies</h2>
      <p>
        ${checked ? 'None was compared: no declared read answers these requests.' : 'Not compared: there was no database to compare with, or the mix writes.'}
      </p>
    </section>`
  const { compared, different } = checked
  return html`<section id="bodies">
    <h2>Bodies</h2>
    <p>
      ${whole(compared)} bodies, spread over the run, were compared with the database:
      ${different.length === 0 ? 'all are the same, byte for byte.' : html`<strong>${whole(different.length)} differ.</strong>`}
    </p>
    ${
      different.length > 0 &&
      html`<div class="canvas">
        ${tableHtml(
          'Bodies that are not what the database says',
          [{ name: 'Request', text: true }, { name: 'Key' }, { name: 'Body', text: true }],
          different
            .slice(0, shownMax)
            .map(({ part, key, body }) => [
              html`<bdi>${part}</bdi>`,
              String(key),
              html`<code>${body.slice(0, bodyCharsMax)}${body.length > bodyCharsMax && '…'}</code>`,
            ]),
        )}
      </div>`
    }
  </section>`
}

const fact = (name: string, value: Markup | string) =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div> `

const conditions = ({
  othersCores,
  stolenShare,
  diskBytesRead,
  nice,
}: NonNullable<LoadReport['result']['figures']>): [string, string][] => [
  ...(othersCores === undefined ? [] : [['Neighbours', `used ${othersCores.toFixed(2)} cores`] as [string, string]]),
  ...(stolenShare === undefined ? [] : [['Stolen', `${percent(stolenShare)} of the machine’s time`] as [string, string]]),
  ...(diskBytesRead === undefined ? [] : [['Read from disk', bytes(diskBytesRead)] as [string, string]]),
  ['Niceness', `${nice} of the generator`],
]

const sum = (tables: readonly { rows: number; bytes: number }[], of: 'rows' | 'bytes') =>
  tables.reduce((total, table) => total + table[of], 0)

const shownMax = 20
const bodyCharsMax = 200
