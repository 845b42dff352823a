-- migration 1: what was imported
create table etl.import (
  import_id bigint generated always as identity primary key,
  service text not null,
  finished_at timestamptz not null,
  files jsonb not null -- per file: rows read, loaded, rejected, dropped
);
