-- migration 1: carts
-- What a session wants to buy. Only this service touches these tables.
-- A session is 106 bits of a hash, see kit/identity.ts: session_id, the group key, and session_check together. Its token is nowhere.

-- A row for each cart, locked by whoever adds to it: so the limits of a cart hold however many processes add at once.
create table carts.cart (
  session_id bigint not null,
  session_check bigint not null,
  touched_at timestamptz not null, -- when something was last added: what is old can go
  primary key (session_id, session_check)
) with (fillfactor = 80); -- an addition changes no indexed column: its row stays on its page

create table carts.item (
  session_id bigint not null,
  session_check bigint not null,
  sku_id bigint not null, -- of another service: any id is taken
  count integer not null constraint count_is_positive check (count > 0),
  primary key (session_id, session_check, sku_id)
) with (fillfactor = 80);

-- A cart as it is at the moment of the call: being volatile, it sees what was committed after the statement that calls it began, while
-- that one waited for the cart's lock.
create function carts.content(of_session_id bigint, of_session_check bigint) returns table (sku_id bigint, count integer)
language sql volatile rows 10
begin atomic
  select i.sku_id, i.count from carts.item i where i.session_id = of_session_id and i.session_check = of_session_check;
end;
