import type { DatabaseUse } from './database-use.ts'
import { percent, refusalBounds } from './judge.ts'
import { ownProcessors } from './verdict-processors.ts'
import type { RequestTime } from './verdict-time.ts'
import type { Finding, VerdictFigures } from './verdict.ts'

/** The evidence for and against every tier that can be looked at. */
export const findingsOf = (figures: VerdictFigures, time: RequestTime | undefined): Finding[] => {
  const held = heldBy(figures, time)
  return [generator(figures), gateway(figures, held), service(figures, held), ...database(figures, held), connections(figures, held)]
    .filter((finding) => finding !== undefined)
    .concat(memory(figures, held) ?? [])
}

type Held = { gateway: number; service: number; connections: number } & Record<keyof RequestTime['database'], number>

/** Parts of a request's time by tier. A line before a connection that is always busy is due to what the connection is busy with. */
const heldBy = ({ database, processes, server }: VerdictFigures, time: RequestTime | undefined): Held => {
  const none = { gateway: 0, service: 0, connections: 0, computing: 0, flushing: 0, reading: 0, waiting: 0 }
  if (!time || time.whole <= 0) return none
  const { whole, outside, pool } = time
  const loopIsLate = !processes['gateway'] || (server?.loopDelayMs.mean ?? 0) >= outside / 3
  const busiest = database?.busiest
  const blamed = (doing: keyof RequestTime['database']) => (busiest && busiest.active >= busyShare ? pool * busiest[doing] : 0)
  // What goes by while the process at one end of the connection, ready to run, is kept from its core is not the connection's.
  const starved = (tier: string) => pool * Math.min(1, processes[tier]?.busiest.waited ?? 0)
  const part = (doing: keyof RequestTime['database']) =>
    // One connection that computes can use one core: it is the want of a second one that makes the others wait.
    (time.database[doing] + (doing === 'computing' ? starved('database') : blamed(doing))) / whole
  const parts = { computing: part('computing'), flushing: part('flushing'), reading: part('reading'), waiting: part('waiting') }
  return {
    gateway: loopIsLate ? 0 : outside / whole,
    service: ((loopIsLate ? outside : 0) + starved('server')) / whole,
    connections:
      Math.max(0, pool - blamed('flushing') - blamed('reading') - blamed('waiting') - starved('server') - starved('database')) / whole,
    ...parts,
  }
}

const generator = ({ tiers, lateness, latency, waitedMs, connectionsMax, answered, seconds }: VerdictFigures): Finding => {
  const cores = tiers['generator']?.cores ?? 0
  const isLate = lateness.p99 > refusalBounds.latenessP99Ms
  const answerMs = Math.max(0, latency.mean - waitedMs)
  const carried = ((answered / seconds) * answerMs) / 1000 / connectionsMax
  // Connections that are all busy because each answer takes long are the server's doing.
  const tooFew = carried >= fullShare && waitedMs > lateness.mean + 1 && answerMs < slowMs
  return {
    tier: 'generator',
    used: Math.max(cores, isLate || tooFew ? 1 : 0),
    // Counts only where no tier of the service is full: one of those would answer no more on more connections.
    held: tooFew ? 1 : 0,
    full: cores >= refusalBounds.generatorCores || isLate,
    says: [
      ...(tooFew
        ? [`its ${connectionsMax} connections carried requests ${percent(Math.min(1, carried))} of the time, and the server was quick`]
        : []),
      `it used ${percent(cores)} of a core and took up requests ${ms(lateness.p99)} late at p99`,
      `${percent(Math.min(1, carried))} of its ${connectionsMax} connections carried a request`,
    ],
  }
}

const gateway = (figures: VerdictFigures, held: Held): Finding | undefined => {
  const use = figures.processes['gateway']
  const own = ownProcessors(figures, 'gateway')
  if (!use || !own) return undefined
  const used = Math.max(use.busiest.ran, own.used)
  return {
    tier: 'gateway',
    used,
    held: held.gateway,
    full: used >= fullShare,
    says: [`the busiest of ${use.processes} processes ran ${percent(use.busiest.ran)} of the time`, own.says],
  }
}

const service = (figures: VerdictFigures, held: Held): Finding | undefined => {
  const { server } = figures
  const use = figures.processes['server']
  const own = ownProcessors(figures, 'server')
  if (!use || !own) return undefined
  const { ran, waited } = use.busiest
  const used = Math.max(ran, own.used)
  const loop = server
    ? [
        `its event loop was ${ms(server.loopDelayMs.mean)} late on average and ${ms(server.loopDelayMs.p99)} at p99`,
        `${whole(server.missesPerSecond)} keys a second were read and ${percent(server.hitShare)} answered from memory`,
      ]
    : []
  const cpu = [`the busiest of ${use.processes} ran ${percent(ran)} of the time and was kept from it for ${percent(waited)}`, own.says]
  // A process that stands still uses no processor: the event loop tells.
  return {
    tier: 'service process',
    used,
    held: held.service,
    full: used >= fullShare,
    says:
      used >= fullShare || held.service < mostOfIt
        ? [...cpu, ...loop]
        : [...loop.slice(0, 1), `${percent(held.service)} of a request’s time went by before it saw it or could go on with it`, ...cpu],
  }
}

const database = (figures: VerdictFigures, held: Held): Finding[] => {
  const { database: use, server } = figures
  const own = ownProcessors(figures, 'database')
  if (!own && !use) return []
  const used = own?.used ?? 0
  const cpu: Finding = {
    tier: 'database CPU',
    used,
    held: held.computing,
    full: used >= fullShare,
    says: [own?.says ?? 'its processes are out of sight', ...sessions(use)],
  }
  if (!use) return [cpu]
  const rate = use.flushesPerSecond
  const others = Object.entries(use.waits)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 3)
  return [
    cpu,
    {
      tier: 'database commits',
      used: use.flushing,
      held: held.flushing,
      full: false,
      says: [
        `the log was being flushed ${percent(use.flushing)} of the time, ${whole(use.commitsPerSecond)} commits/s${rate ? `, and this disk does ${whole(rate)} flushes/s` : ''}`,
        ...(server && server.commitsPerSecond > 0 ? [`a commit was of ${server.itemsPerCommit.toFixed(1)} items`] : []),
      ],
    },
    {
      tier: 'database waits',
      used: use.busiest.waiting,
      held: held.waiting,
      full: false,
      says: [
        `its busiest session waited inside the database ${percent(use.busiest.waiting)} of the time`,
        ...(others.length > 0 ? [`sessions waited for ${others.map(([name, count]) => `${name} (${count.toFixed(2)})`).join(', ')}`] : []),
      ],
    },
  ]
}

const connections = ({ server, database: use }: VerdictFigures, held: Held): Finding | undefined => {
  if (!server && !use) return undefined
  const taken = use ? use.connections.used / use.connections.max : 0
  return {
    tier: 'connections',
    used: Math.max(use?.busiest.active ?? 0, taken),
    held: held.connections,
    full: taken >= 1,
    says: [
      ...(server
        ? [
            `${percent(held.connections)} of a request’s time was a wait for one of ${whole(server.readConnections)} read connections, or on the way to the database`,
            `${whole(server.keysWaiting.mean)} keys waited on average, ${whole(server.keysWaiting.max)} at most, of ${whole(server.keysAdmittedMax.mean)} admitted; ${server.keysPerStatement.toFixed(1)} keys a statement`,
          ]
        : []),
      ...(use
        ? [
            `the busiest session was busy ${percent(use.busiest.active)} of the time; ${whole(use.connections.used)} of ${whole(use.connections.max)} connections are taken`,
          ]
        : ['the database was not asked']),
    ],
  }
}

const memory = ({ database: use, memoryFreeShare, diskBytesRead, seconds }: VerdictFigures, held: Held): Finding | undefined => {
  if (!use && memoryFreeShare === undefined) return undefined
  const short = memoryFreeShare !== undefined && memoryFreeShare < memoryFreeShareMin
  return {
    tier: 'memory',
    used: Math.max(use?.busiest.reading ?? 0, short ? 1 : 0),
    held: held.reading,
    full: short,
    says: [
      ...(use ? [`its busiest session read data files ${percent(use.busiest.reading)} of the time`] : []),
      ...(diskBytesRead === undefined ? [] : [`${(diskBytesRead / 1e6 / seconds).toFixed(1)} MB/s came from disk`]),
      ...(memoryFreeShare === undefined ? [] : [`${percent(memoryFreeShare)} of the machine’s memory was free`]),
    ],
  }
}

const sessions = (all: DatabaseUse | undefined) =>
  all ? [`${all.active.toFixed(2)} statements were under way, ${all.computing.toFixed(2)} of them computing`] : []
const ms = (value: number) => `${value < 10 ? value.toFixed(1) : whole(value)} ms`
const whole = (value: number) => Math.round(value).toLocaleString('en')

const fullShare = 0.9
/** Above it a session is never free for long. */
const busyShare = 0.7
const mostOfIt = 0.5
const slowMs = 10
const memoryFreeShareMin = 0.02
