import type { ColumnKind, ImportFile, ImportParent, ImportSequence } from '../kit/import-family.ts'

/** Schema, table and column names below are our own constants, never input. */
const typeOf: Record<ColumnKind, string> = {
  id: 'bigint',
  number: 'bigint',
  price: 'bigint',
  quantity: 'integer',
  rating: 'smallint',
  flag: 'boolean',
  text: 'text',
  moment: 'timestamptz',
}

/** Beside the served tables: of this import, or of one that has not ended yet. */
export const createWorkSchemas = (stage: string, next: string) => `create schema ${stage}; create schema ${next}`
export const areWorkTablesThere = `select to_regclass($1 || '.run') is not null and to_regnamespace($2) is not null as there`
export const dropWorkSchemas = (stage: string, next: string) =>
  `drop schema if exists ${stage} cascade; drop schema if exists ${next} cascade`

/**
 * Staged rows need no log: the file is still there. A crash of PostgreSQL empties such tables, and with them the one that says whose
 * rows they are.
 */
export const createRunTable = (stage: string) => `create unlogged table ${stage}.run (run text)`
export const recordRun = (stage: string) => `insert into ${stage}.run (run) values ($1)`
export const stagedRun = (stage: string) => `select run from ${stage}.run`

export const createStageTable = (stage: string, { name, columns }: ImportFile) =>
  `create unlogged table ${stage}.${name} (line bigint, ${columns.map((column) => `${column.name} ${typeOf[column.kind]}`).join(', ')}) with (autovacuum_enabled = off)`

export const createRejectTable = (stage: string) =>
  `create unlogged table ${stage}.reject (file text, line bigint, reason text, primary key (file, line))`

export const emptyStageTable = (stage: string, { name }: ImportFile) => `truncate table ${stage}.${name}`

export const copyStatement = (stage: string, { name, columns }: ImportFile) =>
  `copy ${stage}.${name} (line, ${columns.map((column) => column.name).join(', ')}) from stdin (format binary)`

/** Fails with unique_violation (23505) when an id stands twice. */
export const uniqueIds = (stage: string, { name, columns: [id] }: ImportFile) =>
  `create unique index if not exists ${name}_id on ${stage}.${name} (${id!.name})`

/** Keeps the first record of each id. */
export const rejectDuplicates = (stage: string, { name, columns: [id] }: ImportFile) => `
  with repeated as (
    select line from (select line, row_number() over (partition by ${id!.name} order by line) as nth from ${stage}.${name}) numbered where nth > 1
  ), gone as (
    delete from ${stage}.${name} where line in (select line from repeated) returning line, ${id!.name} as id
  )
  insert into ${stage}.reject select '${name}', line, 'id ' || id || ' stands twice' from gone`

export const rejectOrphans = (stage: string, { name }: ImportFile, { column, of }: ImportParent, parentId: string) => `
  with gone as (
    delete from ${stage}.${name} c
    where c.${column} is not null and not exists (select from ${stage}.${of} p where p.${parentId} = c.${column})
    returning c.line, c.${column} as missing
  )
  insert into ${stage}.reject select '${name}', line, '${column} ' || missing || ' is nowhere in ${of}' from gone`

export const analyzeStaged = (stage: string, file: string) => `analyze ${stage}.${file}`
export const stagedRows = (stage: string, file: string) => `select count(*)::float8 as rows from ${stage}.${file}`
export const rejectedLines = (stage: string) =>
  `select line::float8, reason from ${stage}.reject where file = $1 and line > $2 order by line limit $3`

/** A table like the one in service, without its indexes: they are made from what fills it. */
export const createLike = (served: string, made: string) =>
  `drop table if exists ${made}; create table ${made} (like ${served} including defaults including storage including constraints including generated)`

/** The statement that gives the table $2 the storage options of the table $1, when that has any. */
export const storageStatement = `
  select 'alter table ' || $2 || ' set (' || array_to_string(reloptions, ', ') || ')' as statement
  from pg_class where oid = $1::regclass and reloptions is not null`

/** The statements that give `next` the keys and indexes that the table in service has, keys first. */
export const indexStatements = `
  select coalesce(
    'alter table ' || $2 || ' add constraint ' || quote_ident(c.conname) || ' ' || pg_get_constraintdef(c.oid),
    replace(pg_get_indexdef(i.indexrelid), ' ON ' || $1 || ' ', ' ON ' || $2 || ' ')) as statement
  from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u')
  where i.indrelid = $1::regclass
  order by c.contype nulls last, i.indexrelid`

/** Now, so that no reader pays for marking the rows visible, and plans are right from the first statement. */
export const settleTable = (made: string) => `vacuum (freeze, analyze) ${made}`

/** The switch, inside one transaction: readers see the old tables or the new ones. */
export const replaceTable = (service: string, next: string, table: string) =>
  `drop table ${service}.${table}; alter table ${next}.${table} set schema ${service}`

export const greatestId = (next: string, sequence: ImportSequence) =>
  `select (${'max' in sequence ? sequence.max(next) : `select max(${sequence.column}) from ${next}.${sequence.table}`})::text as id`
/** Only ever upwards: what it gave out before is with clients. */
export const raiseSequence = (service: string, sequence: string) =>
  `select setval('${service}.${sequence}', $1::bigint) from ${service}.${sequence} where last_value <= $1::bigint`

export const recordImport = `insert into etl.import (service, finished_at, files) values ($1, $2, $3)`
export const lastImports = `select distinct on (service) service, finished_at, files from etl.import order by service, import_id desc`
export const tableSizes = `
  select n.nspname as service, pg_total_relation_size(c.oid)::float8 as bytes, greatest(c.reltuples, 0)::float8 as rows, c.relname as table
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname = any($1) order by 1, 4`

export const journalOf = `select task, result from etl.journal where service = $1`
/** The driver would put a jsonb that is a text already into quotes. */
export const writeJournal = `
  insert into etl.journal (service, task, result) values ($1, $2, $3::text::jsonb)
  on conflict (service, task) do update set result = excluded.result`
export const clearJournal = `delete from etl.journal where service = $1`

/** All that decides what the tables made like those in service are, as one text. */
export const servedShape = `
  with served as (
    select c.oid, c.relname, c.reloptions from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = any($2)
  )
  select string_agg(line, chr(10) order by line) as shape from (
    select concat_ws(' ', s.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated, a.attstorage,
      pg_get_expr(d.adbin, d.adrelid)) as line
    from served s join pg_attribute a on a.attrelid = s.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = s.oid and d.adnum = a.attnum
    union all select concat_ws(' ', relname, reloptions::text) from served
    union all select pg_get_indexdef(i.indexrelid) from served s join pg_index i on i.indrelid = s.oid
    union all select concat_ws(' ', s.relname, o.conname, pg_get_constraintdef(o.oid)) from served s join pg_constraint o on o.conrelid = s.oid
  ) shapes`

/** One import at a time: held by a session, so it ends with the importing process, however that ends. */
export const takeImportLock = `select pg_try_advisory_lock(hashtext('atelier.import')) as taken`

/** Sorting and hashing take the memory meant for maintenance; a statement whose client is gone ends by itself. */
export const maintenanceMemory = `select current_setting('maintenance_work_mem') as work_mem`
export const importSettings = (workMem: string) => ({
  application_name: 'atelier import',
  work_mem: workMem,
  client_connection_check_interval: '1s',
  statement_timeout: '0',
})

/** A killed import's statement runs on for a second or so, and might still be committed: nobody goes on beside it. */
export const endImportSessions = `
  select pg_terminate_backend(pid, 30000) from pg_stat_activity
  where datname = current_database() and usename = current_user and application_name = 'atelier import' and pid <> pg_backend_pid()`

/**
 * All the served tables are locked at once, within a time that readers who come meanwhile, and stand behind us in the line, can
 * wait; then they pass, and the switch tries again.
 */
export const switchPatience = `set local statement_timeout = '300ms'`
export const lockServed = (service: string, tables: readonly string[]) =>
  `lock table ${tables.map((table) => `${service}.${table}`).join(', ')} in access exclusive mode`
export const patienceOver = `set local statement_timeout = 0`
