import type { DatabaseUse } from '../load/database-use.ts'
import type { LoadFigures } from '../load/result.ts'
import type { ServerUse } from '../load/server-use.ts'
import { barChart, type Bar } from './bar-chart.ts'
import { tableHtml } from './figure.ts'
import { bytes, ms, percent, rate, short, whole } from './format.ts'
import { html, type Markup } from './markup.ts'

type Fact = readonly [name: string, value: string, note: string]

/** What the servers and their database told of themselves: batches, memory, queues, sessions. Nothing when they told nothing. */
export const insideSection = ({ server, database }: Pick<LoadFigures, 'server' | 'database'>): Markup | undefined => {
  if (!server && !database) return undefined
  return html`<section id="inside">
      <h2>Inside</h2>
      <p class="says">What the servers and the database told of themselves while the load lasted.</p>
      ${server && factsHtml('Batches', batchFacts(server))} ${server && factsHtml('Server', serverFacts(server))}
      ${database && factsHtml('Database', databaseFacts(database))}
    </section>
    ${database && database.active > 0 && sessionBars(database)}`
}

/** How much is done at once; without statements or commits there are no batches. */
const batchFacts = ({
  keysPerStatement,
  statementsPerSecond,
  itemsPerCommit,
  commitsPerSecond,
  hitShare,
  missesPerSecond,
}: ServerUse): Fact[] => [
  ...(statementsPerSecond > 0
    ? [['Batch of reads', short(keysPerStatement), `keys a statement, ${rate(statementsPerSecond)}`] as Fact]
    : []),
  ...(commitsPerSecond > 0 ? [['Batch of writes', short(itemsPerCommit), `items a commit, ${rate(commitsPerSecond)}`] as Fact] : []),
  ['From memory', percent(hitShare), `of the reads; ${rate(missesPerSecond)} were not`],
]

const serverFacts = ({ requestMs, loopDelayMs, keysWaiting, writesWaiting, residentBytes }: ServerUse): Fact[] => [
  ['In the server', ms(requestMs), 'mean, from request read to answer'],
  ['Event loop', ms(loopDelayMs.p99), 'late at p99'],
  ['Keys waiting', short(keysWaiting.mean), `mean, ${whole(keysWaiting.max)} at most`],
  ...(writesWaiting.max > 0 ? [['Writes waiting', short(writesWaiting.mean), `mean, ${whole(writesWaiting.max)} at most`] as Fact] : []),
  ['Memory', bytes(residentBytes.last), `${residentBytes.perMinute < 0 ? '−' : '+'}${bytes(Math.abs(residentBytes.perMinute))} a minute`],
]

const databaseFacts = ({ active, commitsPerSecond, logBytesPerSecond, flushesPerSecond, flushing, connections }: DatabaseUse): Fact[] => [
  ['Sessions at work', short(active), 'mean'],
  ['Connections', whole(connections.used), `of ${whole(connections.max)}`],
  ...(commitsPerSecond > 0
    ? [
        [
          'Commits',
          rate(commitsPerSecond),
          flushesPerSecond === undefined ? 'that wrote' : `the disk flushes ${rate(flushesPerSecond)} one by one`,
        ] as Fact,
        ['Log', `${bytes(logBytesPerSecond)}/s`, `flushed ${percent(flushing)} of the time`] as Fact,
      ]
    : []),
]

const factsHtml = (title: string, facts: readonly Fact[]) =>
  html`<div class="inside">
    <h3>${title}</h3>
    <dl class="tiles small">
      ${facts.map(
        ([name, value, note]) =>
          html`<div>
            <dt>${name}</dt>
            <dd><b>${value}</b><small>${note}</small></dd>
          </div>`,
      )}
    </dl>
  </div> `

/** Mean number of sessions that computed, and of those that waited, by what they waited for. */
const sessionBars = ({ computing, waits, samples }: DatabaseUse): Markup => {
  const waiting = Object.entries(waits).toSorted(([, a], [, b]) => b - a)
  const bars: Bar[] = [
    { name: 'computed', tone: 'orange', value: computing, text: short(computing) },
    ...waiting.slice(0, waitsMax).map(([name, value]): Bar => ({ name, tone: 'grey', value, text: short(value) })),
  ]
  return barChart({
    id: 'sessions',
    title: 'What the database’s sessions did',
    says: `Mean number of sessions with a statement under way that computed or waited, by PostgreSQL’s name of what they waited for, in ${whole(samples)} looks at them.`,
    unit: 'sessions',
    bars,
    table: tableHtml(
      'Sessions of the database by what they did',
      [{ name: 'What', text: true }, { name: 'Sessions' }],
      [['computed', short(computing)], ...waiting.map(([name, value]) => [html`<bdi>${name}</bdi>`, short(value)])],
    ),
  })
}

const waitsMax = 8
