import { resolve } from 'node:path'
import { importFamily, type FileSummary } from '../etl/import.ts'
import { openProgress } from '../etl/progress.ts'
import { migrate } from '../host/migrate.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { services } from '../services/index.ts'
import { command, textFlag, type Flag } from './command.ts'
import { databaseFlags, environment } from './environment.ts'
import { openInterrupt } from './interrupt.ts'
import { migrated } from './migrated.ts'
import { openDatabase } from './open-database.ts'

const rejectsFlag: Flag<string> = {
  value: 'DIR',
  help: 'where FILE.csv lists what was refused, by line, with the reason',
  default: 'rejects',
  parse: textFlag,
}

export const importCommand = command({
  name: 'import',
  summary: 'Replaces the catalogue by the CSV files of a folder, at once and only when all of them are in.',
  usage: 'atelier import DIR [flags]',
  operands: { min: 1, max: 1 },
  flags: { ...databaseFlags, rejects: rejectsFlag, json: { help: 'the summary as JSON on standard output', default: false } },
  async run(flags, [from = '.']) {
    using signal = openInterrupt()
    await using database = await openDatabase(flags)
    const progress = openProgress((text) => void process.stderr.write(text), environment.terminal)
    const summary = await importAll({
      databaseUrl: database.url,
      from: resolve(from),
      rejectsFolder: resolve(flags.rejects),
      progress,
      signal,
    })
    console.log(flags.json ? JSON.stringify(summary, null, 2) : summaryTable(summary))
    if (!flags.json && summary.some(({ rejected }) => rejected > 0))
      console.log(`\nWhat was rejected, line by line: ${resolve(flags.rejects)}`)
    return 0
  },
})

type ImportAll = {
  databaseUrl: string
  from: string
  rejectsFolder: string
  progress: ReturnType<typeof openProgress>
  signal: AbortSignal
}

/** Migrates, and imports each service's files. */
export const importAll = async ({ databaseUrl, ...options }: ImportAll): Promise<FileSummary[]> => {
  const database = parseDatabaseUrl(databaseUrl)
  const sql = openSql(database, { connections: 1 })
  try {
    await migrate(sql, migrated)
  } finally {
    await sql.end({ timeout: 1 })
  }
  const summaries: FileSummary[] = []
  for (const { name: service, imports: family } of services) {
    if (family)
      summaries.push(...(await importFamily({ ...options, database, service, family, atOnceMax: Math.max(2, environment.cores) })))
  }
  return summaries
}

const summaryTable = (files: FileSummary[]) => {
  const rows = files.map(
    ({ file, absent, read, loaded, rejected, dropped }) =>
      file.padEnd(14) + (absent ? '  absent' : [read, loaded, rejected, dropped].map(cell).join('')),
  )
  return [''.padEnd(14) + ['read', 'loaded', 'rejected', 'dropped'].map(cell).join(''), ...rows].join('\n')
}

const cell = (value: string | number) => (typeof value === 'number' ? value.toLocaleString('en') : value).padStart(13)
