-- migration 4: changes
-- What happens to a reservation after it was made, and to those who wait for one.

create type reservations.amendment as (
  n integer, restaurant_id bigint, kind text, -- change, cancellation, or state
  code text, code_high bigint, code_low bigint, seen integer[], -- the revisions meant, all when null
  given text[], starts_at timestamptz, party integer, name text, email text, phone text, notes text, -- those given are changed
  state text, key_id bigint, key_check bigint, key_body bigint
);

-- Whoever waits gets a hold, first come, first served, for a time of the day that is free now. At most 50 of them are looked at.
create function reservations.offer(of_house bigint, d date, at timestamptz) returns date[] language plpgsql as $$
#variable_conflict use_column
declare
  h record;
  w record;
  start timestamptz;
  stay integer;
  tables bigint[];
  days date[] := '{}';
  until timestamptz;
  bits bigint;
begin
  if not exists (
    select from reservations.waiting x where x.restaurant_id = of_house and x.service_date = d and x.offered_at is null) then return days; end if;
  select * into h from reservations.house where restaurant_id = of_house;
  bits := reservations.starts(of_house, d);
  until := at + h.offer_seconds * interval '1 second';
  for w in
    select * from reservations.waiting x where x.restaurant_id = of_house and x.service_date = d and x.offered_at is null and x.to_at > at
    order by x.created_at, x.code_high limit 50
  loop
    stay := reservations.quarters(w.party, h.turn_2, h.turn_4, h.turn_6, h.turn_more);
    for start in
      select s.s from generate_series(0, 62) n (n), lateral (select (d::timestamp at time zone h.zone) + n.n * interval '30 minutes') s (s)
      where bits >> n.n & 1 = 1 and s.s between w.from_at and w.to_at and s.s > at order by s.s
    loop
      tables := reservations.take(of_house, start, stay, w.party, w.hold_high, w.hold_low, until, at, false);
      continue when tables is null;
      insert into reservations.reservation (restaurant_id, code_high, code_low, service_date, starts_at, ends_at, table_ids, party, state,
        held_until, created_at)
      values (of_house, w.hold_high, w.hold_low, d, start, start + stay * interval '15 minutes', tables, w.party, 'held', until, at);
      update reservations.waiting x set offered_at = at
      where x.restaurant_id = of_house and x.code_high = w.code_high and x.code_low = w.code_low;
      days := days || reservations.touched(of_house, h.zone, greatest(h.turn_2, h.turn_4, h.turn_6, h.turn_more), d, start, start + stay * interval '15 minutes');
      exit;
    end loop;
  end loop;
  return days;
end $$;

create function reservations.amend(given text) returns setof reservations.outcome language plpgsql as $$
#variable_conflict use_column
declare
  at timestamptz;
  w reservations.amendment;
  known reservations.outcome;
  outcomes reservations.outcome[] := '{}';
  h record;
  r record;
  d date;
  starts timestamptz;
  guests integer;
  stay integer;
  tables bigint[];
  refusal text;
  longest integer;
  moved date[];
  houses bigint[] := '{}';
  days date[] := '{}';
begin
  perform from reservations.house h where h.restaurant_id in (
    select restaurant_id from json_populate_recordset(null::reservations.amendment, given::json))
  order by h.restaurant_id for no key update;
  at := clock_timestamp();
  for w in select * from json_populate_recordset(null::reservations.amendment, given::json) i order by i.n loop
    known := reservations.kept_answer(w.n, w.restaurant_id, w.key_id, w.key_check, w.key_body, at);
    if known.n is not null then
      outcomes := outcomes || known;
      continue;
    end if;
    select * into h from reservations.house where restaurant_id = w.restaurant_id;
    select * into r from reservations.reservation x
    where x.restaurant_id = w.restaurant_id and x.code_high = w.code_high and x.code_low = w.code_low and x.state <> 'held';
    if not found then
      outcomes := outcomes || (w.n, 404, reservations.problem(404, 'about:blank', 'Not Found', 'no such reservation'), null, false, false)::reservations.outcome;
      continue;
    end if;
    if not (w.seen is null or r.revision = any (w.seen)) then
      outcomes := outcomes || (w.n, 412, reservations.problem(412, 'about:blank', 'Precondition Failed',
        'the reservation is at revision ' || r.revision), null, false, false)::reservations.outcome;
      continue;
    end if;

    longest := greatest(h.turn_2, h.turn_4, h.turn_6, h.turn_more);
    refusal := null;
    moved := '{}';
    if w.kind = 'change' then
      starts := case when 'starts_at' = any (w.given) then w.starts_at else r.starts_at end;
      guests := case when 'party' = any (w.given) then w.party else r.party end;
      d := r.service_date;
      if r.state <> 'booked' then
        refusal := reservations.problem(409, 'urn:atelier:state', 'State', 'what is ' || r.state || ' cannot be changed');
      elsif guests not between h.party_min and h.party_max then
        outcomes := outcomes || (w.n, 422, reservations.problem(422, 'urn:atelier:party-size', 'Party size',
          format('parties of %s to %s can be booked here', h.party_min, h.party_max)), null, false, false)::reservations.outcome;
        continue;
      elsif starts <> r.starts_at or guests <> r.party then
        stay := reservations.quarters(guests, h.turn_2, h.turn_4, h.turn_6, h.turn_more);
        d := reservations.day_of(w.restaurant_id, h.zone, starts);
        if starts <= at or d > (at at time zone h.zone)::date + h.days_ahead then d := null; end if;
        tables := case when d is not null
          then reservations.take(w.restaurant_id, starts, stay, guests, w.code_high, w.code_low, null, at, true) end;
        if tables is null then
          refusal := reservations.problem(409, 'urn:atelier:no-table', 'No table', 'there is no table for this party at that time',
            reservations.alternatives(w.restaurant_id, starts, guests, at));
        else
          moved := reservations.touched(w.restaurant_id, h.zone, longest, r.service_date, r.starts_at, r.ends_at)
            || reservations.touched(w.restaurant_id, h.zone, longest, d, starts, starts + stay * interval '15 minutes');
          update reservations.reservation x set service_date = d, starts_at = starts, ends_at = starts + stay * interval '15 minutes',
            table_ids = tables, party = guests
          where x.restaurant_id = w.restaurant_id and x.code_high = w.code_high and x.code_low = w.code_low;
        end if;
      end if;
      if refusal is null then
        update reservations.reservation x set revision = x.revision + 1,
          name = case when 'name' = any (w.given) then w.name else x.name end,
          email = case when 'email' = any (w.given) then w.email else x.email end,
          phone = case when 'phone' = any (w.given) then w.phone else x.phone end,
          notes = case when 'notes' = any (w.given) then w.notes else x.notes end
        where x.restaurant_id = w.restaurant_id and x.code_high = w.code_high and x.code_low = w.code_low;
      end if;
    elsif w.state = any (case r.state when 'booked' then array['seated', 'no_show', 'cancelled'] when 'seated' then array['finished'] else '{}' end) then
      if w.state <> 'seated' then
        perform reservations.give_back(w.restaurant_id, w.code_high, w.code_low);
        moved := reservations.touched(w.restaurant_id, h.zone, longest, r.service_date, r.starts_at, r.ends_at);
      end if;
      update reservations.reservation x set state = w.state, revision = x.revision + 1
      where x.restaurant_id = w.restaurant_id and x.code_high = w.code_high and x.code_low = w.code_low;
    else
      refusal := reservations.problem(409, 'urn:atelier:state', 'State', 'what is ' || r.state || ' cannot become ' || w.state);
    end if;

    if refusal is not null then
      outcomes := outcomes || (w.n, 409, refusal, null, false, false)::reservations.outcome;
      continue;
    end if;
    foreach d in array moved || reservations.offer_days(w.restaurant_id, moved, at) loop
      houses := houses || w.restaurant_id;
      days := days || d;
    end loop;
    outcomes := outcomes || (w.n, 200, reservations.document(w.restaurant_id, w.code_high, w.code_low, w.code), null, false, true)::reservations.outcome;
  end loop;
  if houses <> '{}' then perform reservations.refresh(houses, days, at); end if;
  perform reservations.keep_answers(given::json, outcomes, at);
  return query select * from unnest(outcomes);
end $$;

create function reservations.offer_days(of_house bigint, freed date[], at timestamptz) returns date[] language plpgsql as $$
#variable_conflict use_column
declare
  d date;
  days date[] := '{}';
begin
  for d in select distinct f from unnest(freed) f order by f loop
    days := days || reservations.offer(of_house, d, at);
  end loop;
  return days;
end $$;

-- The day that a start belongs to, whoever has the tables; null when it is none.
create function reservations.day_of(of_house bigint, zone text, starts timestamptz) returns date stable language plpgsql as $$
#variable_conflict use_column
declare
  today date := (starts at time zone zone)::date;
  d date;
  seconds integer;
begin
  foreach d in array array[today - 1, today] loop
    seconds := extract(epoch from starts - (d::timestamp at time zone zone));
    continue when seconds >= 111600 or seconds % 1800 <> 0 or extract(milliseconds from starts)::integer % 60000 <> 0;
    if (reservations.starts(of_house, d) >> (seconds / 1800)) & 1 = 1 then return d; end if;
  end loop;
  return null;
end $$;

-- Tidies: what expired holds have is given to who waits, or away; answers older than a day go. One process at a time; what is locked
-- is left for the next time.
create function reservations.reap(rows_max integer) returns setof bigint language plpgsql as $$
#variable_conflict use_column
declare
  at timestamptz := clock_timestamp();
  of_house bigint;
  ended record;
  moved date[];
  d date;
begin
  if not pg_try_advisory_xact_lock(hashtext('reservations.reap')) then return; end if;
  for of_house in
    select h.restaurant_id from reservations.house h where h.restaurant_id in (
      select e.restaurant_id from (
        select r.restaurant_id from reservations.reservation r where r.state = 'held' and r.held_until <= at order by r.held_until limit rows_max) e
      union
      select y.restaurant_id from (select restaurant_id from reservations.day where stale_at <= at order by stale_at limit rows_max) y)
    order by h.restaurant_id for no key update skip locked
  loop
    moved := array(select y.service_date from reservations.day y where y.restaurant_id = of_house and y.stale_at <= at);
    for ended in
      select r.code_high, r.code_low, r.service_date, r.starts_at, r.ends_at, h.zone, greatest(h.turn_2, h.turn_4, h.turn_6, h.turn_more) as longest
      from reservations.reservation r join reservations.house h using (restaurant_id)
      where r.restaurant_id = of_house and r.state = 'held' and r.held_until <= at order by r.held_until limit rows_max
    loop
      perform reservations.give_back(of_house, ended.code_high, ended.code_low);
      delete from reservations.reservation r where r.restaurant_id = of_house and r.code_high = ended.code_high and r.code_low = ended.code_low;
      moved := moved || reservations.touched(of_house, ended.zone, ended.longest, ended.service_date, ended.starts_at, ended.ends_at);
    end loop;
    moved := moved || reservations.offer_days(of_house, moved, at);
    perform reservations.refresh(array_fill(of_house, array[cardinality(moved)]), moved, at);
    return next of_house;
  end loop;
  delete from reservations.answer a using (
    select restaurant_id, key_id, key_check from reservations.answer where answered_at < at - interval '24 hours' order by answered_at limit rows_max) o
  where a.restaurant_id = o.restaurant_id and a.key_id = o.key_id and a.key_check = o.key_check and a.answered_at < at - interval '24 hours';
end $$;
