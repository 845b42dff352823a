-- migration 3: booking
-- A batch of holds and reservations, each decided by itself in the order they came.

create type reservations.wish as (
  n integer, restaurant_id bigint, kind text, -- hold, booking, or confirmation of a hold
  starts_at timestamptz, party integer, code text, code_high bigint, code_low bigint, -- a confirmation's are those of the hold
  name text, email text, phone text, notes text,
  identity_id bigint, identity_check bigint, key_id bigint, key_check bigint, key_body bigint
);
create type reservations.outcome as (n integer, status integer, body text, location text, replayed boolean, effect boolean);

create function reservations.problem(status integer, type text, title text, detail text, alternatives text default null) returns text
immutable language sql as $$
  select '{"type":"' || type || '","title":"' || title || '","status":' || status || ',"detail":' || to_json(detail)
    || coalesce(',"alternatives":' || alternatives, '') || '}'
$$;

-- What who has the code may see of a reservation; begins with its code.
create function reservations.written(code text, restaurant_id bigint, state text, revision integer, starts_at timestamptz, ends_at timestamptz,
  party integer, name text, email text, phone text, notes text, created_at timestamptz, zone text) returns text stable language sql as $$
  select '{"code":"' || code || '","restaurant_id":' || restaurant_id || ',"state":"' || state || '","revision":' || revision
    || ',"starts_at":"' || reservations.local(starts_at, zone) || '","ends_at":"' || reservations.local(ends_at, zone) || '","party":' || party
    || ',"name":' || coalesce(to_json(name)::text, 'null') || ',"email":' || coalesce(to_json(email)::text, 'null')
    || ',"phone":' || coalesce(to_json(phone)::text, 'null') || ',"notes":' || coalesce(to_json(notes)::text, 'null')
    || ',"created_at":"' || reservations.utc(created_at) || '"}'
$$;
create function reservations.document(of_house bigint, high bigint, low bigint, code text) returns text stable language sql as $$
  select reservations.written(code, r.restaurant_id, r.state, r.revision, r.starts_at, r.ends_at, r.party, r.name, r.email, r.phone, r.notes,
    r.created_at, h.zone)
  from reservations.reservation r join reservations.house h using (restaurant_id)
  where r.restaurant_id = of_house and r.code_high = high and r.code_low = low and r.state <> 'held'
$$;

-- Gives the party the smallest seating that is free, or none; the key of the slots decides. Who moves keeps what it had when there is none.
create function reservations.take(of_house bigint, starts timestamptz, quarters integer, party integer, high bigint, low bigint,
  until timestamptz, at timestamptz, moves boolean) returns bigint[] language plpgsql as $$
#variable_conflict use_column
declare
  ends timestamptz := starts + quarters * interval '15 minutes';
  tables bigint[];
  kept integer;
begin
  loop
    select s.table_ids into tables from reservations.seating s
    where s.restaurant_id = of_house and party between s.party_min and s.party_max and not exists (
      select from reservations.slot o
      where o.restaurant_id = of_house and o.table_id = any (s.table_ids) and o.slot_start >= starts and o.slot_start < ends
        and (o.held_until is null or o.held_until > at) and not (moves and o.code_high = high and o.code_low = low)
      offset 0) -- for each seating by its tables: as a join it would read all days of the house
    order by s.rank, s.seating_id limit 1;
    if tables is null then return null; end if;
    if moves then perform reservations.give_back(of_house, high, low); end if;
    insert into reservations.slot as o (restaurant_id, table_id, slot_start, code_high, code_low, held_until)
    select of_house, t.t, starts + q.q * interval '15 minutes', high, low, until from unnest(tables) t (t), generate_series(0, quarters - 1) q (q)
    order by 2, 3
    on conflict (restaurant_id, table_id, slot_start)
      do update set code_high = excluded.code_high, code_low = excluded.code_low, held_until = excluded.held_until where o.held_until <= at;
    get diagnostics kept = row_count;
    if kept = quarters * cardinality(tables) then return tables; end if;
    -- Somebody who does not take the house's lock was faster: nothing of it is kept. What was given back to move is the whole batch's loss.
    if moves then raise exception using errcode = 'serialization_failure'; end if;
    delete from reservations.slot o where o.restaurant_id = of_house and o.table_id = any (tables) and o.slot_start >= starts
      and o.slot_start < ends and o.code_high = high and o.code_low = low;
  end loop;
end $$;

-- Frees what a reservation or a hold has.
create function reservations.give_back(of_house bigint, high bigint, low bigint) returns void language sql as $$
  delete from reservations.slot o using reservations.reservation r
  where r.restaurant_id = of_house and r.code_high = high and r.code_low = low and o.restaurant_id = of_house and o.table_id = any (r.table_ids)
    and o.slot_start >= r.starts_at and o.slot_start < r.ends_at and o.code_high = high and o.code_low = low
$$;

-- What was answered to this key in the last 24 hours, if anything.
create function reservations.kept_answer(place integer, of_house bigint, id bigint, checks bigint, body bigint, at timestamptz)
returns reservations.outcome stable language plpgsql as $$
#variable_conflict use_column
declare
  kept record;
begin
  if id is null then return null; end if;
  select * into kept from reservations.answer a
  where a.restaurant_id = of_house and a.key_id = id and a.key_check = checks and a.answered_at > at - interval '24 hours';
  if not found then return null; end if;
  if kept.key_body <> body then
    return (place, 422, reservations.problem(422, 'urn:atelier:key-reused', 'Key reused', 'this key came with another body before'), null, false,
      false)::reservations.outcome;
  end if;
  return (place, kept.status, kept.body, kept.location, true, false)::reservations.outcome;
end $$;

-- Keeps the answers to those that came with a key.
create function reservations.keep_answers(given json, outcomes reservations.outcome[], at timestamptz) returns void language sql as $$
  insert into reservations.answer as a (restaurant_id, key_id, key_check, key_body, answered_at, status, body, location)
  select w.restaurant_id, w.key_id, w.key_check, w.key_body, at, o.status, o.body, o.location
  from json_populate_recordset(null::reservations.wish, given) w join unnest(outcomes) o on o.n = w.n
  where w.key_id is not null and o.status in (200, 201, 409) and not o.replayed order by 1, 2, 3
  on conflict (restaurant_id, key_id, key_check) do update set key_body = excluded.key_body, answered_at = excluded.answered_at,
    status = excluded.status, body = excluded.body, location = excluded.location
$$;

create function reservations.book(given text) returns setof reservations.outcome language plpgsql as $$
#variable_conflict use_column
declare
  wishes reservations.wish[] := array(select w from json_populate_recordset(null::reservations.wish, given::json) w order by w.n);
  at timestamptz := clock_timestamp();
  open reservations.wish[];
  refused reservations.wish[];
  w reservations.wish;
  known reservations.outcome;
  outcomes reservations.outcome[] := '{}';
  h record;
  r record;
  d date;
  stay integer;
  tables bigint[];
  until timestamptz;
  body text;
  houses bigint[] := '{}';
  days date[] := '{}';
  full_at text[] := '{}';
  longest integer;
begin
  -- Most of a storm is refused here, on the summary, which is exact: without a lock, and without a word to the log of the database.
  with none as materialized (
    select k.restaurant_id, k.starts_at, k.party
    from (select distinct restaurant_id, starts_at, party from unnest(wishes) where key_id is null and kind <> 'confirmation') k
    join reservations.house h on h.restaurant_id = k.restaurant_id
    where k.party between h.party_min and h.party_max and reservations.free_on(k.restaurant_id, h.zone, k.starts_at, k.party, at) is null
  )
  select array_agg(w order by w.n) filter (where k.party is null), array_agg(w) filter (where k.party is not null) into open, refused
  from unnest(wishes) w left join none k on k.restaurant_id = w.restaurant_id and k.starts_at = w.starts_at and k.party = w.party
    and w.key_id is null and w.kind <> 'confirmation';

  if open is not null then
    perform from reservations.house h where h.restaurant_id in (select restaurant_id from unnest(open)) order by h.restaurant_id for no key update;
    at := clock_timestamp();
  end if;
  foreach w in array coalesce(open, '{}') loop
    select * into h from reservations.house where restaurant_id = w.restaurant_id;
    if not found then
      outcomes := outcomes || (w.n, 404, reservations.problem(404, 'about:blank', 'Not Found', 'no such restaurant'), null, false, false)::reservations.outcome;
      continue;
    end if;
    longest := greatest(h.turn_2, h.turn_4, h.turn_6, h.turn_more);
    if w.key_id is not null then
      known := reservations.kept_answer(w.n, w.restaurant_id, w.key_id, w.key_check, w.key_body, at);
      if known.n is not null then
        outcomes := outcomes || known;
        continue;
      end if;
    end if;

    if w.kind = 'confirmation' then
      update reservations.reservation x set state = 'booked', held_until = null, name = w.name, email = w.email, phone = w.phone, notes = w.notes
      where x.restaurant_id = w.restaurant_id and x.code_high = w.code_high and x.code_low = w.code_low and x.state = 'held' and x.held_until > at
      returning x.service_date, x.starts_at, x.ends_at, x.table_ids into r;
      if not found then
        select x.starts_at, x.party into r from reservations.reservation x
        where x.restaurant_id = w.restaurant_id and x.code_high = w.code_high and x.code_low = w.code_low;
        outcomes := outcomes || (w.n, 409, reservations.problem(409, 'urn:atelier:no-hold', 'No hold', 'the hold has ended, or was confirmed already',
          case when found then reservations.alternatives(w.restaurant_id, r.starts_at, r.party, at) else '[]' end), null, false, false)::reservations.outcome;
        continue;
      end if;
      update reservations.slot o set held_until = null
      where o.restaurant_id = w.restaurant_id and o.table_id = any (r.table_ids) and o.slot_start >= r.starts_at and o.slot_start < r.ends_at
        and o.code_high = w.code_high and o.code_low = w.code_low;
      d := r.service_date;
      w.starts_at := r.starts_at;
      stay := extract(epoch from r.ends_at - r.starts_at)::integer / 900;
    else
      if w.party not between h.party_min and h.party_max then
        outcomes := outcomes || (w.n, 422, reservations.problem(422, 'urn:atelier:party-size', 'Party size',
          format('parties of %s to %s can be booked here', h.party_min, h.party_max)), null, false, false)::reservations.outcome;
        continue;
      end if;
      if w.kind = 'hold' and h.holds_max <= (
        select count(*) from reservations.reservation x
        where x.restaurant_id = w.restaurant_id and x.identity_id = w.identity_id and x.identity_check = w.identity_check and x.state = 'held'
          and x.held_until > at)
      then
        outcomes := outcomes || (w.n, 409, reservations.problem(409, 'urn:atelier:too-many-holds', 'Too many holds',
          format('at most %s tables can be held at once', h.holds_max), '[]'), null, false, false)::reservations.outcome;
        continue;
      end if;
      stay := reservations.quarters(w.party, h.turn_2, h.turn_4, h.turn_6, h.turn_more);
      d := case when full_at <> '{}' and w.restaurant_id || ' ' || w.starts_at || ' ' || w.party = any (full_at) then null
        else reservations.free_on(w.restaurant_id, h.zone, w.starts_at, w.party, at) end;
      if w.starts_at <= at or d > (at at time zone h.zone)::date + h.days_ahead then d := null; end if;
      until := case when w.kind = 'hold' then at + h.hold_seconds * interval '1 second' end;
      if d is not null then
        tables := reservations.take(w.restaurant_id, w.starts_at, stay, w.party, w.code_high, w.code_low, until, at, false);
      end if;
      if d is null or tables is null then
        full_at := full_at || (w.restaurant_id || ' ' || w.starts_at || ' ' || w.party);
        refused := refused || w;
        continue;
      end if;
      insert into reservations.reservation (restaurant_id, code_high, code_low, service_date, starts_at, ends_at, table_ids, party, state,
        held_until, identity_id, identity_check, created_at, name, email, phone, notes)
      values (w.restaurant_id, w.code_high, w.code_low, d, w.starts_at, w.starts_at + stay * interval '15 minutes', tables, w.party,
        case w.kind when 'hold' then 'held' else 'booked' end, until, w.identity_id, w.identity_check, at, w.name, w.email, w.phone, w.notes);
    end if;

    body := case when w.kind = 'hold'
      then '{"hold":"' || w.code || '","restaurant_id":' || w.restaurant_id || ',"starts_at":"' || reservations.local(w.starts_at, h.zone)
        || '","party":' || w.party || ',"expires_at":"' || reservations.utc(until) || '"}'
      when w.kind = 'booking' then reservations.written(w.code, w.restaurant_id, 'booked', 1, w.starts_at, w.starts_at + stay * interval '15 minutes',
        w.party, w.name, w.email, w.phone, w.notes, at, h.zone)
      else reservations.document(w.restaurant_id, w.code_high, w.code_low, w.code) end;
    outcomes := outcomes || (w.n, 201, body, case when w.kind <> 'hold' then '/reservations/' || w.code end, false, true)::reservations.outcome;
    foreach d in array reservations.touched(w.restaurant_id, h.zone, longest, d, w.starts_at, w.starts_at + stay * interval '15 minutes') loop
      houses := houses || w.restaurant_id;
      days := days || d;
    end loop;
  end loop;
  if houses <> '{}' then perform reservations.refresh(houses, days, at); end if;

  if refused is not null then
    with k as materialized (
      select f.*, reservations.problem(409, 'urn:atelier:no-table', 'No table', 'there is no table for this party at that time',
        reservations.alternatives(f.restaurant_id, f.starts_at, f.party, at)) as body
      from (select distinct restaurant_id, starts_at, party from unnest(refused)) f
    )
    select outcomes || array_agg((f.n, 409, k.body, null, false, false)::reservations.outcome) into outcomes
    from unnest(refused) f join k on k.restaurant_id = f.restaurant_id and k.starts_at = f.starts_at and k.party = f.party;
  end if;
  if exists (select from unnest(wishes) k where k.key_id is not null) then
    perform reservations.keep_answers(given::json, outcomes, at);
  end if;
  return query select * from unnest(outcomes);
end $$;
