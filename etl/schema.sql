-- migration 1: what was imported
create table etl.import (
  import_id bigint generated always as identity primary key,
  service text not null,
  finished_at timestamptz not null,
  files jsonb not null -- per file: rows read, loaded, rejected, dropped
);

-- migration 2: what an import that has not ended yet has done: the next one goes on from there
create table etl.journal (
  service text not null,
  task text not null,
  result jsonb not null, -- what the task leaves to those after it; written in its last transaction wherever it has one
  primary key (service, task)
);
