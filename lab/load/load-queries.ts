/** Statements that look at PostgreSQL while it is under load. */

/**
 * What each session of this database that serves somebody is doing this moment: `wait` is null when it computes. The statistics of
 * finished statements would tell more, but need an extension and a restart; looked at often enough, the sessions tell where the time goes.
 */
export const activeSessions = `
  select pid, wait_event_type || ':' || wait_event as wait
  from pg_stat_activity
  where state = 'active' and backend_type = 'client backend' and datname = current_database() and pid <> pg_backend_pid()`

export const connectionsUsed = `
  select count(*)::float8 as used, current_setting('max_connections')::float8 as max
  from pg_stat_activity where backend_type = 'client backend'`
