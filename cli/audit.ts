import { openProgress } from '../etl/progress.ts'
import { openAuditor, type AuditCheck, type Audited } from '../kit/audit.ts'
import { Changes } from '../kit/changes.ts'
import { parseDatabaseUrl, type Database } from '../kit/db.ts'
import { openLog } from '../kit/log.ts'
import { services } from '../services/index.ts'
import { command, WrongUsage, type Flag } from './command.ts'
import { databaseFlags, environment } from './environment.ts'
import { openInterrupt } from './interrupt.ts'
import { checkMigrated } from './migrated.ts'
import { openDatabase } from './open-database.ts'

type NamedCheck = { readonly check: string; readonly of: AuditCheck }
const checks: readonly NamedCheck[] = services.flatMap(({ name, audit = [] }) => audit.map((of) => ({ check: `${name}.${of.name}`, of })))

const onlyFlag: Flag<string | undefined> = {
  value: 'NAME',
  help: 'one check, such as reviews.summary, or those of one service, such as reviews',
  default: undefined,
  parse(text) {
    if (chosenBy(text).length > 0) return text
    throw new WrongUsage(`There is no check "${text}"; there are: ${checks.map(({ check }) => check).join(', ')}.`)
  },
}

export const auditCommand = command({
  name: 'audit',
  summary: 'Proves that what is kept beside the rows (counters, ready documents, votes) agrees with them, and mends what does not.',
  usage: 'atelier audit [flags]',
  flags: {
    mend: { help: 'mends what does not agree, while the shop goes on; without it nothing is changed', default: false },
    only: onlyFlag,
    counters: { help: 'leaves out the ready documents, the slow part', default: false },
    json: { help: 'as JSON', default: false },
    ...databaseFlags,
  },
  async run({ mend, only, counters, json, ...flags }) {
    const chosen = chosenBy(only).filter(({ of }) => !(counters && of.document))
    if (chosen.length === 0) throw new WrongUsage(`Without the ready documents nothing is left of ${only}.`)
    using signal = openInterrupt()
    await using found = await openDatabase(flags)
    const database = parseDatabaseUrl(found.url)
    await checkMigrated(database)
    const lines = await auditAll(chosen, { database, mend, signal })
    console.log(json ? JSON.stringify(lines, null, 2) : text(lines, mend))
    return lines.every(({ left }) => left === 0) ? 0 : 1
  },
})

type Line = { check: string; says: string } & Audited

const chosenBy = (only: string | undefined) =>
  checks.filter(({ check }) => only === undefined || check === only || check.startsWith(`${only}.`))

const auditAll = async (
  chosen: readonly NamedCheck[],
  { database, mend, signal }: { database: Database; mend: boolean; signal: AbortSignal },
) => {
  const progress = openProgress((line) => void process.stderr.write(line), environment.terminal)
  // Closed last, it has told the servers all.
  await using changes = new Changes({ database, drop: () => {}, log: openLog(environment.logLevel) })
  await using auditor = openAuditor({ database, changed: (some) => changes.tell(some), signal })
  const lines: Line[] = []
  for (const { check, of } of chosen) {
    const work = progress.start(check)
    const audited = await auditor.audit(of, { mend, at: (rows) => work.at(rows) })
    work.done()
    lines.push({ check, says: of.says, ...audited })
  }
  return lines
}

const text = (lines: readonly Line[], mend: boolean) => {
  const width = Math.max(...lines.map(({ check }) => check.length))
  const row = (name: string, ...cells: readonly (string | number)[]) => name.padEnd(width) + cells.map(cell).join('')
  const drifted = lines.filter(({ drift }) => drift > 0)
  const left = lines.some((line) => line.left > 0)
  return [
    row('', 'rows', 'drift', 'mended', 'seconds'),
    ...lines.map(({ check, rows, drift, mended, seconds }) => row(check, rows, drift, mended, seconds.toFixed(1))),
    ...drifted.flatMap((line) => ['', `${line.check}: ${line.says}`, notOf(line)]),
    '',
    drifted.length === 0 ? 'All agrees.' : left ? `Not all agrees${mend ? '' : '; --mend mends it'}.` : 'All is mended.',
  ].join('\n')
}

const notOf = ({ drift, products }: Line) =>
  `  Not so of product${drift === 1 ? '' : 's'} ${products.join(', ')}${drift > products.length ? `, and ${(drift - products.length).toLocaleString('en')} more` : ''}.`

const cell = (value: string | number) => (typeof value === 'number' ? value.toLocaleString('en') : value).padStart(13)
