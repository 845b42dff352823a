-- migration 5: waitlist and schedule

create type reservations.waiter as (
  n integer, restaurant_id bigint, code text, code_high bigint, code_low bigint, hold text, hold_high bigint, hold_low bigint, service_date date,
  from_minute integer, to_minute integer, party integer, name text, email text, key_id bigint, key_check bigint, key_body bigint
);

create function reservations.wait(given text) returns setof reservations.outcome language plpgsql as $$
#variable_conflict use_column
declare
  at timestamptz;
  w reservations.waiter;
  known reservations.outcome;
  outcomes reservations.outcome[] := '{}';
  h record;
  from_at timestamptz;
  to_at timestamptz;
  d date;
  houses bigint[] := '{}';
  days date[] := '{}';
begin
  perform from reservations.house h where h.restaurant_id in (
    select restaurant_id from json_populate_recordset(null::reservations.waiter, given::json))
  order by h.restaurant_id for no key update;
  at := clock_timestamp();
  for w in select * from json_populate_recordset(null::reservations.waiter, given::json) i order by i.n loop
    known := reservations.kept_answer(w.n, w.restaurant_id, w.key_id, w.key_check, w.key_body, at);
    if known.n is not null then
      outcomes := outcomes || known;
      continue;
    end if;
    select * into h from reservations.house where restaurant_id = w.restaurant_id;
    if not found then
      outcomes := outcomes || (w.n, 404, reservations.problem(404, 'about:blank', 'Not Found', 'no such restaurant'), null, false, false)::reservations.outcome;
      continue;
    end if;
    from_at := (w.service_date + make_interval(mins => w.from_minute)) at time zone h.zone;
    to_at := (w.service_date + make_interval(mins => w.to_minute)) at time zone h.zone;
    if to_at <= at or w.party not between h.party_min and h.party_max or w.service_date > (at at time zone h.zone)::date + h.days_ahead then
      outcomes := outcomes || (w.n, 422, reservations.problem(422, 'urn:atelier:not-bookable', 'Not bookable',
        'this party cannot be booked for that time, now or later'), null, false, false)::reservations.outcome;
      continue;
    end if;
    insert into reservations.waiting (restaurant_id, code_high, code_low, hold_high, hold_low, hold_code, service_date, from_at, to_at, party,
      created_at, name, email)
    values (w.restaurant_id, w.code_high, w.code_low, w.hold_high, w.hold_low, w.hold, w.service_date, from_at, to_at, w.party, at, w.name, w.email);
    -- What is free at once is not waited for.
    foreach d in array reservations.offer(w.restaurant_id, w.service_date, at) loop
      houses := houses || w.restaurant_id;
      days := days || d;
    end loop;
    outcomes := outcomes || (w.n, 201, reservations.waiting_document(w.restaurant_id, w.code_high, w.code_low, w.code, at),
      '/waitlist/' || w.code, false, true)::reservations.outcome;
  end loop;
  if houses <> '{}' then perform reservations.refresh(houses, days, at); end if;
  perform reservations.keep_answers(given::json, outcomes, at);
  return query select * from unnest(outcomes);
end $$;

-- With the hold while there is one.
create function reservations.waiting_document(of_house bigint, high bigint, low bigint, code text, at timestamptz) returns text
stable language sql as $$
  select row_to_json(d)::text from (
    select code, w.restaurant_id, w.service_date as date, reservations.local(w.from_at, h.zone) as from_at, reservations.local(w.to_at, h.zone) as to_at,
      w.party, case when w.offered_at is null then 'waiting' when r.state is null then 'expired' when r.state = 'held' then 'offered' else 'booked' end as state,
      case when r.state = 'held' then json_build_object('hold', w.hold_code, 'starts_at', reservations.local(r.starts_at, h.zone),
        'expires_at', reservations.utc(r.held_until)) end as hold
    from reservations.waiting w join reservations.house h using (restaurant_id)
    left join reservations.reservation r on w.offered_at is not null and r.restaurant_id = w.restaurant_id and r.code_high = w.hold_high
      and r.code_low = w.hold_low and (r.state <> 'held' or r.held_until > at)
    where w.restaurant_id = of_house and w.code_high = high and w.code_low = low
  ) d
$$;

-- The starts of a week without closures and changes of clocks, by weekday.
create function reservations.week_of(of_house bigint, last_booking integer, longest integer) returns bigint[] stable language sql as $$
  select array_agg(coalesce((
    select bit_or(reservations.span(o.opens, o.closes - last_booking, longest)) from reservations.hours o
    where o.restaurant_id = of_house and o.weekday = n.n), 0) order by n.n)
  from generate_series(1, 7) n (n)
$$;

-- Sets hours and closures anew: {restaurant_id, hours: [{weekday, opens, closes}], closures: [{date, from, to}], confirm}. What is booked at
-- a start that there would no longer be is listed, and nothing is done, unless confirmed: then it stays booked all the same.
create function reservations.reschedule(given text) returns setof reservations.outcome language plpgsql as $$
#variable_conflict use_column
declare
  at timestamptz;
  w record;
  met text;
  old_days date[];
begin
  perform from reservations.house h where h.restaurant_id in (select i.restaurant_id from json_to_recordset(given::json) as i (restaurant_id bigint))
  order by h.restaurant_id for no key update;
  at := clock_timestamp();
  for w in select * from json_to_recordset(given::json) as i (n integer, restaurant_id bigint, hours json, closures json, confirm boolean) order by i.n loop
    continue when not exists (select from reservations.house h where h.restaurant_id = w.restaurant_id);
    begin
      old_days := array(select c.closed_on from reservations.closure c where c.restaurant_id = w.restaurant_id);
      delete from reservations.hours o where o.restaurant_id = w.restaurant_id;
      delete from reservations.closure c where c.restaurant_id = w.restaurant_id;
      insert into reservations.hours (restaurant_id, weekday, opens, closes)
      select w.restaurant_id, i.weekday, i.opens, i.closes from json_to_recordset(w.hours) as i (weekday smallint, opens smallint, closes smallint);
      insert into reservations.closure (restaurant_id, closed_on, from_minute, to_minute)
      select w.restaurant_id, i.date, coalesce(i."from", 0), coalesce(i."to", 1800)
      from json_to_recordset(w.closures) as i (date date, "from" smallint, "to" smallint);
      update reservations.house h set week = reservations.week_of(h.restaurant_id, h.last_booking_minutes, greatest(h.turn_2, h.turn_4, h.turn_6, h.turn_more))
      where h.restaurant_id = w.restaurant_id;
      select json_agg(row_to_json(d) order by d.starts_at)::text into met from (
        select r.code_high::text, r.code_low::text, reservations.local(r.starts_at, h.zone) as starts_at, r.party
        from reservations.reservation r join reservations.house h using (restaurant_id)
        where r.restaurant_id = w.restaurant_id and r.starts_at > at and r.state = 'booked'
          and reservations.day_of(r.restaurant_id, h.zone, r.starts_at) is null
        order by r.starts_at limit 1000
      ) d;
      if met is not null and not coalesce(w.confirm, false) then raise exception using errcode = 'AT409'; end if;
      perform reservations.refresh(array_agg(w.restaurant_id), array_agg(d.d), at) from (
        select y.service_date as d from reservations.day y where y.restaurant_id = w.restaurant_id and y.service_date >= at::date - 2
        union select unnest(old_days) union select c.closed_on from reservations.closure c where c.restaurant_id = w.restaurant_id
      ) d having count(*) > 0;
      return next (w.n, 200, coalesce(met, '[]'), null, false, true)::reservations.outcome;
    exception when sqlstate 'AT409' then
      return next (w.n, 409, met, null, false, false)::reservations.outcome;
    end;
  end loop;
end $$;

-- migration 6: days by city
-- Who has a table in a city is read from the summaries of its day alone.
alter table reservations.day add column city_id bigint;
update reservations.day y set city_id = h.city_id from reservations.house h where h.restaurant_id = y.restaurant_id;
delete from reservations.day where city_id is null;
alter table reservations.day alter column city_id set not null;
create index day_by_city on reservations.day (city_id, service_date, restaurant_id);

create or replace function reservations.refresh(houses bigint[], dates date[], at timestamptz) returns void language sql as $$
  insert into reservations.day as y (restaurant_id, service_date, free, stale_at, city_id)
  select n.restaurant_id, n.service_date, n.free, n.stale_at, h.city_id
  from reservations.days_now(houses, dates, at) n join reservations.house h on h.restaurant_id = n.restaurant_id order by 1, 2
  on conflict (restaurant_id, service_date) do update set free = excluded.free, stale_at = excluded.stale_at
$$;

-- migration 7: summaries that are there
-- Nearly all are: to change them costs a quarter less than to insert them in vain.
create or replace function reservations.refresh(houses bigint[], dates date[], at timestamptz) returns void language sql as $$
  with n as materialized (
    select * from reservations.days_now(houses, dates, at)
  ), changed as (
    update reservations.day y set free = n.free, stale_at = n.stale_at from n
    where y.restaurant_id = n.restaurant_id and y.service_date = n.service_date returning y.restaurant_id, y.service_date
  )
  insert into reservations.day as y (restaurant_id, service_date, free, stale_at, city_id)
  select n.restaurant_id, n.service_date, n.free, n.stale_at, h.city_id from n join reservations.house h on h.restaurant_id = n.restaurant_id
  where not exists (select from changed c where c.restaurant_id = n.restaurant_id and c.service_date = n.service_date) order by 1, 2
  on conflict (restaurant_id, service_date) do update set free = excluded.free, stale_at = excluded.stale_at
$$;

-- migration 8: no e-mail address in any answer, more holds at once, and the days beside those of a new schedule
-- A front end that sends one Authorization for everybody makes one identity of them.
alter table reservations.house alter column holds_max set default 10;
update reservations.house set holds_max = 10 where holds_max = 3;

create or replace function reservations.written(code text, restaurant_id bigint, state text, revision integer, starts_at timestamptz,
  ends_at timestamptz, party integer, name text, email text, phone text, notes text, created_at timestamptz, zone text) returns text
stable language sql as $$
  select '{"code":"' || code || '","restaurant_id":' || restaurant_id || ',"state":"' || state || '","revision":' || revision
    || ',"starts_at":"' || reservations.local(starts_at, zone) || '","ends_at":"' || reservations.local(ends_at, zone) || '","party":' || party
    || ',"name":' || coalesce(to_json(name)::text, 'null') || ',"phone":' || coalesce(to_json(phone)::text, 'null')
    || ',"notes":' || coalesce(to_json(notes)::text, 'null') || ',"created_at":"' || reservations.utc(created_at) || '"}'
$$;

-- The new hours may give a night's reservations to the day after or before.
create or replace function reservations.reschedule(given text) returns setof reservations.outcome language plpgsql as $$
#variable_conflict use_column
declare
  at timestamptz;
  w record;
  met text;
  old_days date[];
begin
  perform from reservations.house h where h.restaurant_id in (select i.restaurant_id from json_to_recordset(given::json) as i (restaurant_id bigint))
  order by h.restaurant_id for no key update;
  at := clock_timestamp();
  for w in select * from json_to_recordset(given::json) as i (n integer, restaurant_id bigint, hours json, closures json, confirm boolean) order by i.n loop
    continue when not exists (select from reservations.house h where h.restaurant_id = w.restaurant_id);
    begin
      old_days := array(select c.closed_on from reservations.closure c where c.restaurant_id = w.restaurant_id);
      delete from reservations.hours o where o.restaurant_id = w.restaurant_id;
      delete from reservations.closure c where c.restaurant_id = w.restaurant_id;
      insert into reservations.hours (restaurant_id, weekday, opens, closes)
      select w.restaurant_id, i.weekday, i.opens, i.closes from json_to_recordset(w.hours) as i (weekday smallint, opens smallint, closes smallint);
      insert into reservations.closure (restaurant_id, closed_on, from_minute, to_minute)
      select w.restaurant_id, i.date, coalesce(i."from", 0), coalesce(i."to", 1800)
      from json_to_recordset(w.closures) as i (date date, "from" smallint, "to" smallint);
      update reservations.house h set week = reservations.week_of(h.restaurant_id, h.last_booking_minutes, greatest(h.turn_2, h.turn_4, h.turn_6, h.turn_more))
      where h.restaurant_id = w.restaurant_id;
      select json_agg(row_to_json(d) order by d.starts_at)::text into met from (
        select r.code_high::text, r.code_low::text, reservations.local(r.starts_at, h.zone) as starts_at, r.party
        from reservations.reservation r join reservations.house h using (restaurant_id)
        where r.restaurant_id = w.restaurant_id and r.starts_at > at and r.state = 'booked'
          and reservations.day_of(r.restaurant_id, h.zone, r.starts_at) is null
        order by r.starts_at limit 1000
      ) d;
      if met is not null and not coalesce(w.confirm, false) then raise exception using errcode = 'AT409'; end if;
      perform reservations.refresh(array_agg(w.restaurant_id), array_agg(d.d), at) from (
        select y.service_date + o.o as d from reservations.day y, generate_series(-1, 1) o (o)
        where y.restaurant_id = w.restaurant_id and y.service_date >= at::date - 2
        union select unnest(old_days) union select c.closed_on from reservations.closure c where c.restaurant_id = w.restaurant_id
      ) d having count(*) > 0;
      return next (w.n, 200, coalesce(met, '[]'), null, false, true)::reservations.outcome;
    exception when sqlstate 'AT409' then
      return next (w.n, 409, met, null, false, false)::reservations.outcome;
    end;
  end loop;
end $$;
