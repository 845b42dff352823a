/** Ends the sessions on which processes hear of changes: a row for each. */
export const cutListeners = `
  select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen %' and pid <> pg_backend_pid()`
