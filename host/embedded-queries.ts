import type { Sql } from 'postgres'

export const embeddedQueries = (sql: Sql) => ({
  hasDatabase: async (name: string): Promise<boolean> => {
    const [row] = await sql<{ there: boolean }[]>`select exists (select from pg_database where datname = ${name}) as there`
    return row?.there ?? false
  },

  createDatabase: (name: string) => sql`create database ${sql(name)}`,
})
