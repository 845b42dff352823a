-- migration 1: interactions
-- What people click on, as the pages tell it. Rows are added, never changed or read by the shop. Only this service touches the table.

create sequence interactions.interaction_id;

create table interactions.interaction (
  -- 106 bits of a hash, see kit/identity.ts: session_id, the group key, and session_check together. The session's token is nowhere.
  session_id bigint not null,
  interaction_id bigint not null default nextval('interactions.interaction_id'),
  session_check bigint not null,
  received_at timestamptz not null, -- by our clock
  element text not null,
  widget text not null,
  time text not null, -- by the client's clock, as it was sent: in any format
  primary key (session_id, interaction_id)
);
