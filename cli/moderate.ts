import { Changes } from '../kit/changes.ts'
import { parseDatabaseUrl } from '../kit/db.ts'
import { AtelierError } from '../kit/errors.ts'
import { limits } from '../kit/limits.ts'
import { openLog } from '../kit/log.ts'
import { openMetrics } from '../kit/metrics.ts'
import { openModerator, type Moderator } from '../kit/moderator.ts'
import { Writes } from '../kit/writes.ts'
import { services } from '../services/index.ts'
import { command, integerFlag, textFlag, WrongUsage, type Flag } from './command.ts'
import { databaseFlags, environment } from './environment.ts'
import { checkMigrated } from './migrated.ts'
import { decisionText, receiptText, reportedText } from './moderate-text.ts'
import { openDatabase } from './open-database.ts'

const moderations = services.flatMap(({ moderation = [] }) => moderation)
const kinds = moderations.flatMap((moderation) => Object.keys(moderation.kinds))
const actions = ['list', 'restore', 'reject', 'respond', 'erase', 'ledger'] as const
type Action = (typeof actions)[number]

const kindFlag: Flag<string> = {
  value: 'KIND',
  help: `of what: ${kinds.join(', ')}`,
  default: 'review',
  parse(text, name) {
    if (!kinds.includes(text)) throw new WrongUsage(`${name} must be one of ${kinds.join(', ')}, not "${text}".`)
    return text
  },
}
const text = (value: string, help: string): Flag<string | undefined> => ({ value, help, default: undefined, parse: (given) => given })

export const moderateCommand = command({
  name: 'moderate',
  summary: 'Lists what was reported, decides on it, and erases all of a person; running servers follow at once.',
  usage: `atelier moderate ${actions.join('|')} [flags]`,
  operands: { min: 1, max: 1 },
  flags: {
    kind: kindFlag,
    id: {
      value: 'ID',
      help: 'of the thing to restore, to reject or to respond to',
      default: undefined as number | undefined,
      parse: integerFlag(1, Number.MAX_SAFE_INTEGER - 1),
    },
    reason: text('TEXT', 'why, for the ledger; needed to reject; without @, for the ledger cannot be changed'),
    response: text('TEXT', "the seller's, to respond; empty takes away the one there is"),
    email: {
      ...text('ADDRESS', 'whose things to erase; - reads it from standard input, where no list of processes shows it'),
      parse: textFlag,
    },
    after: { value: 'ID', help: 'list, ledger: what comes after this one', default: 0, parse: integerFlag(0, Number.MAX_SAFE_INTEGER) },
    count: { value: 'N', help: 'list, ledger: how many at most', default: 50, parse: integerFlag(1, limits.moderationRowsMax) },
    json: { help: 'as JSON', default: false },
    ...databaseFlags,
  },
  async run(flags, [action = '']) {
    const act = await openAction(flags, action)
    let done: Done
    {
      await using found = await openDatabase(flags)
      const database = parseDatabaseUrl(found.url)
      await checkMigrated(database)
      await using opened = new AsyncDisposableStack()
      const log = openLog(environment.logLevel)
      const changes = opened.use(new Changes({ database, drop: () => {}, log }))
      const changed = changes.tell.bind(changes)
      const writes = opened.use(new Writes({ database, metrics: openMetrics(), log, changed, lost: () => changes.tellAll() }))
      done = await act(opened.use(openModerator({ moderations, database, writes, changed, log }))).catch(inWords(flags))
      // What is closed here tells the servers first.
    }
    console.log(flags.json ? JSON.stringify(done.value, null, 2) : done.text)
    return 0
  },
})

type Asked = {
  kind: string
  id: number | undefined
  reason: string | undefined
  response: string | undefined
  email: string | undefined
  after: number
  count: number
}
/** What is printed: as JSON, or as text. */
type Done = { value: unknown; text: string }

/** Throws what is wrong with the flags, before a database is opened. */
const openAction = async (asked: Asked, action: string): Promise<(moderator: Moderator) => Promise<Done>> => {
  const { kind, id, reason = '', response, email, after, count } = asked
  const known = actions.find((name) => name === action)
  if (!known) throw new WrongUsage(`moderate takes one of ${actions.join(', ')}, not "${action}".`)
  needs(known, asked)
  if (known === 'list')
    return async (moderator) => listed(await moderator.reported(kind, after, count), asked, ({ id }) => id, reportedText(kind))
  if (known === 'ledger')
    return async (moderator) => listed(await moderator.ledger(kind, after, count), asked, (row) => row.decision_id, decisionText)
  if (known === 'erase') {
    const address = email === '-' ? await Bun.stdin.text() : email!
    if (address.trim() === '') throw new WrongUsage('There is no e-mail address on standard input.')
    return async (moderator) => {
      const receipt = await moderator.erase(address)
      return { value: receipt, text: receiptText(receipt) }
    }
  }
  return async (moderator) => {
    const row = await moderator.decide(kind, { id: id!, decision: known, reason, ...(response !== undefined && { response }) })
    return { value: row, text: decisionText(row) }
  }
}

const needs = (action: Action, asked: Asked) => {
  const needed = { list: [], ledger: [], erase: ['email'], restore: ['id'], reject: ['id', 'reason'], respond: ['id', 'response'] } as const
  for (const name of needed[action]) if (asked[name] === undefined) throw new WrongUsage(`moderate ${action} needs --${name}.`)
}

/** What the wire says in short, or in words for a client. */
const inWords =
  ({ kind, id }: Asked) =>
  (error: unknown): never => {
    if (!(error instanceof AtelierError)) throw error
    if (error.code === 'not found') throw new Error(`There is no ${kind} ${id}.`)
    const sentence = `${error.message.replace(/^Error: (.)/, (_, first: string) => first.toUpperCase()).replace(/\.$/, '')}.`
    throw error.code === 'invalid' ? new WrongUsage(sentence) : new Error(sentence)
  }

const listed = <Row>(rows: readonly Row[], { count }: Asked, idOf: (row: Row) => number, textOf: (row: Row) => string): Done => {
  const next = rows.length === count ? idOf(rows.at(-1)!) : null
  const lines = rows.length === 0 ? ['There is nothing.'] : rows.map(textOf)
  return { value: { results: rows, next }, text: [...lines, ...(next === null ? [] : [`More: --after ${next}`])].join('\n') }
}
