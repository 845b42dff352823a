/** Names of tables and columns are constants of the services' load.ts, never input. */

/** Keys that are there, spread over the whole table and the same in every run: those whose last column has the least hash. */
export const someKeys = (table: string, columns: readonly string[], rowsMax: number) => `
  select ${columns.map((column) => `${column}::float8`).join(', ')} from ${table}
  order by hashint8(${columns.at(-1)}), ${columns.at(-1)} limit ${rowsMax}`

/** The sum of a column, or the number of rows. */
export const total = ({ table, column }: { table: string; column?: string }) =>
  `select ${column ? `coalesce(sum(${column}), 0)` : 'count(*)'}::float8 as total from ${table}`

/**
 * Transactions that wrote, and bytes of log, so far. Not pg_stat_database: a session tells the statistics when it has been idle for
 * some seconds, so a round would be given the commits of another.
 */
export const written = `
  select pg_snapshot_xmax(pg_current_snapshot())::text::float8 as transactions,
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as "logBytes"`

/** Files of a schema's tables and indexes, below the folder of the cluster. */
export const relationFiles = `
  select pg_relation_filepath(c.oid) as path from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind in ('r', 'i')`

/** After it the first change of each page logs the whole page: so each kind of write begins alike, and none inside another's rounds. */
export const checkpoint = 'checkpoint'

export const durability = `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as "synchronousCommit"`

/** Of the database, since its statistics began. */
export const deadlocks = `select deadlocks::float8 as deadlocks from pg_stat_database where datname = current_database()`

export const dropDatabase = (name: string) => `drop database if exists ${name} with (force)`
