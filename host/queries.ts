export const createMigrationTable = `
  create schema if not exists host;
  create table if not exists host.migration (
    service text not null,
    number integer not null,
    checksum text not null, -- of the text that ran: what was applied must not change afterwards
    applied_at timestamptz not null default now(),
    primary key (service, number)
  )`

/** One migrator at a time, the others wait for it and then find nothing left to do. */
export const lockMigrations = `select pg_advisory_xact_lock(hashtext('atelier.migrate'))`

export const createSchema = (service: string) => `create schema if not exists ${service}`

export const appliedMigrations = `select service, number, checksum from host.migration`

export const recordMigration = `insert into host.migration (service, number, checksum) values ($1, $2, $3)`

export const cloneDatabase = (name: string, template: string) => `create database ${name} template ${template} strategy file_copy`
