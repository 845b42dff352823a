import { migrate } from '../host/migrate.ts'
import { openSql, parseDatabaseUrl } from '../kit/db.ts'
import { command } from './command.ts'
import { databaseFlags } from './environment.ts'
import { migrated } from './migrated.ts'
import { openDatabase } from './open-database.ts'

export const migrateCommand = command({
  name: 'migrate',
  summary: 'Brings the schemas up to date; safe to run again and from several places at once.',
  usage: 'atelier migrate [flags]',
  flags: databaseFlags,
  async run(flags) {
    await using database = await openDatabase(flags)
    const sql = openSql(parseDatabaseUrl(database.url), { connections: 1 })
    try {
      const applied = await migrate(sql, migrated)
      for (const { service, number, title } of applied) console.log(`${service} ${number}: ${title}`)
      if (applied.length === 0) console.log('Nothing to do.')
      return 0
    } finally {
      await sql.end({ timeout: 1 })
    }
  },
})
