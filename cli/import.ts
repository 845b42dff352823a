import { resolve } from 'node:path'
import { importFamilies } from '../etl/import-families.ts'
import { chunkBytesUsual, type FileSummary } from '../etl/import.ts'
import { openProgress } from '../etl/progress.ts'
import { migrate } from '../host/migrate.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { services } from '../services/index.ts'
import { command, integerFlag, textFlag, type Flag } from './command.ts'
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

const chunkFlag: Flag<number> = {
  value: 'N',
  help: 'how much of a file is loaded at a time: what is loaded again, at most, after a kill',
  default: chunkBytesUsual,
  parse: integerFlag(1, 2 ** 40),
}

export const importCommand = command({
  name: 'import',
  summary:
    'Replaces what the shop holds by the CSV files of a folder: all of a service at once, and only when all of it is in. Where an import of the same files was not finished, it goes on from there.',
  usage: 'atelier import DIR [flags]',
  operands: { min: 1, max: 1 },
  flags: {
    ...databaseFlags,
    rejects: rejectsFlag,
    fresh: { help: 'begins anew, also where an import was not finished', default: false },
    'chunk-bytes': chunkFlag,
    json: { help: 'the summary as JSON on standard output', default: false },
  },
  async run(flags, [from = '.']) {
    using signal = openInterrupt()
    await using database = await openDatabase(flags)
    const progress = openProgress((text) => void process.stderr.write(text), environment.terminal)
    const summary = await importAll({
      databaseUrl: database.url,
      from: resolve(from),
      rejectsFolder: resolve(flags.rejects),
      fresh: flags.fresh,
      chunkBytes: flags['chunk-bytes'],
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
  fresh?: boolean
  chunkBytes?: number
  progress: ReturnType<typeof openProgress>
  signal: AbortSignal
}

/** Migrates, and imports what the folder holds. */
export const importAll = async ({ databaseUrl, ...options }: ImportAll): Promise<FileSummary[]> => {
  const database = parseDatabaseUrl(databaseUrl)
  const sql = openSql(database, { connections: 1 })
  try {
    await migrate(sql, migrated)
  } finally {
    await sql.end({ timeout: 1 })
  }
  return importFamilies(services, { ...options, database, atOnceMax: Math.max(2, environment.cores) })
}

const summaryTable = (files: FileSummary[]) => {
  const width = Math.max(...files.map(({ file }) => file.length)) + 2
  const rows = files.map(
    ({ file, absent, read, loaded, rejected, dropped }) =>
      file.padEnd(width) + (absent ? '  absent' : [read, loaded, rejected, dropped].map(cell).join('')),
  )
  return [''.padEnd(width) + ['read', 'loaded', 'rejected', 'dropped'].map(cell).join(''), ...rows].join('\n')
}

const cell = (value: string | number) => (typeof value === 'number' ? value.toLocaleString('en') : value).padStart(13)
