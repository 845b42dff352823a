-- migration 2: functions
-- What is decided is decided here, so that a batch is one statement; each statement in a function sees what was committed before it
-- began. All take the house's lock first, houses in order. The clock is the database's: one for all processes.

-- 2027-03-14T19:30:00-04:00
create function reservations.local(t timestamptz, zone text) returns text stable language sql as $$
  select to_char(t at time zone zone, 'YYYY-MM-DD"T"HH24:MI:SS') || case when t at time zone zone < t at time zone 'UTC' then '-' else '+' end
    || to_char(greatest((t at time zone zone) - (t at time zone 'UTC'), (t at time zone 'UTC') - (t at time zone zone)), 'HH24:MI')
$$;

create function reservations.utc(t timestamptz) returns text stable language sql as $$
  select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- Half hours from one minute of a day to another, each as a bit; `last` is one of them. No turn of `longest` minutes ends beyond bit 62.
create function reservations.span(first numeric, last numeric, longest numeric) returns bigint immutable language sql as $$
  select case when last < first then 0 else (1::bigint << (last + 1)::integer) - (1::bigint << first::integer) end
  from (select greatest(ceil(first / 30), 0), least(floor(last / 30), 63 - ceil(longest / 30))) as f (first, last)
$$;

-- Minutes that have passed since local midnight when the clock shows a minute of the day, which differs when clocks change.
create function reservations.elapsed(d date, minute integer, zone text) returns numeric immutable language sql as $$
  select extract(epoch from ((d + make_interval(mins => minute)) at time zone zone) - (d::timestamp at time zone zone)) / 60
$$;

-- A day on which no clock is changed, nor in the night after it.
create function reservations.is_plain(d date, zone text) returns boolean immutable language sql as $$
  select ((d + 2)::timestamp at time zone zone) - (d::timestamp at time zone zone) = interval '48 hours'
    and ((d + 1)::timestamp at time zone zone) - (d::timestamp at time zone zone) = interval '24 hours'
$$;

-- The starts of a day, whoever has the tables.
create function reservations.starts(of_house bigint, d date) returns bigint stable language plpgsql as $$
#variable_conflict use_column
declare
  h record;
  bits bigint;
begin
  select zone, last_booking_minutes, week, greatest(turn_2, turn_4, turn_6, turn_more) as longest into h
  from reservations.house where restaurant_id = of_house;
  if reservations.is_plain(d, h.zone) then bits := h.week[extract(isodow from d)];
  else
    select coalesce(bit_or(reservations.span(reservations.elapsed(d, o.opens, h.zone),
      reservations.elapsed(d, o.closes, h.zone) - h.last_booking_minutes, h.longest)), 0) into bits
    from reservations.hours o where o.restaurant_id = of_house and o.weekday = extract(isodow from d);
  end if;
  return bits & ~coalesce((
    select bit_or(reservations.span(reservations.elapsed(d, c.from_minute, h.zone), reservations.elapsed(d, c.to_minute, h.zone) - 1, 0))
    from reservations.closure c where c.restaurant_id = of_house and c.closed_on = d), 0);
end $$;

-- Quarters of an hour that a party stays.
create function reservations.quarters(party integer, turn_2 smallint, turn_4 smallint, turn_6 smallint, turn_more smallint) returns integer
immutable language sql as $$
  select (case when party <= 2 then turn_2 when party <= 4 then turn_4 when party <= 6 then turn_6 else turn_more end + 14) / 15
$$;

-- Bit k of what comes out: one of the bits k … k + n - 1 of x1 is set. For n up to 12; x2 and x4 are the same for an n of 2 and of 4.
create function reservations.any_of(n integer, x1 bigint, x2 bigint, x4 bigint) returns bigint immutable language sql as $$
  select case when n = 0 then 0 when n = 1 then x1 when n < 4 then x2 | (x2 >> (n - 2)) when n < 9 then x4 | (x4 >> (n - 4))
    else x4 | (x4 >> 4) | (x4 >> (n - 4)) end
$$;

-- The summaries of days, from the rows; a house and a day at the same place of both lists. A table's quarters of a day are two numbers: a bit
-- for each first half of a half hour, and for each second; so a turn is free that begins at bit k where neither has one of so many bits
-- from k on. Of many days in one statement: to begin one costs as much as the rest of it for a day.
create function reservations.days_now(houses bigint[], dates date[], at timestamptz)
returns table (restaurant_id bigint, service_date date, free bigint[], stale_at timestamptz) stable language plpgsql as $$
#variable_conflict use_column
begin
  return query
  select h.restaurant_id, k.d, f.free, f.stale_at
  from (select distinct house, d from unnest(houses, dates) as u (house, d)) k join reservations.house h on h.restaurant_id = k.house
  cross join lateral (
    with base as materialized (
      select k.d::timestamp at time zone h.zone as midnight, case when reservations.is_plain(k.d, h.zone) then h.week[extract(isodow from k.d)]
        & ~coalesce((
          select bit_or(reservations.span(c.from_minute, c.to_minute - 1, 0)) from reservations.closure c
          where c.restaurant_id = h.restaurant_id and c.closed_on = k.d), 0)
        else reservations.starts(h.restaurant_id, k.d) end as mask
    ), busy as materialized (
      select g.table_id, bit_or(case g.q % 2 when 0 then 1::bigint << (g.q / 2) else 0 end) as even,
        bit_or(case g.q % 2 when 1 then 1::bigint << (g.q / 2) else 0 end) as odd, min(g.held_until) as held_until
      from base b cross join lateral (
          select l.table_id, extract(epoch from l.slot_start - b.midnight)::integer / 900 as q, l.held_until from reservations.slot l
          where l.restaurant_id = h.restaurant_id and l.table_id = any (array(
              select t.table_id from reservations.dining_table t where t.restaurant_id = h.restaurant_id))
            and l.slot_start >= b.midnight and l.slot_start < b.midnight + interval '1890 minutes' and (l.held_until is null or l.held_until > at)
          offset 0 -- or all days of the house would be read, to be compared with this one
        ) g group by g.table_id
    ), taken as materialized (
      select s.party_min, s.party_max, o.even, o.odd, o.held_until
      from reservations.seating s left join lateral (
        select bit_or(y.even), bit_or(y.odd), min(y.held_until) from busy y where y.table_id = any (s.table_ids)
      ) o (even, odd, held_until) on true
      where s.restaurant_id = h.restaurant_id
    ), wide as materialized (
      select party_min, party_max, even, even | (even >> 1) as even_2, even | (even >> 1) | (even >> 2) | (even >> 3) as even_4,
        odd, odd | (odd >> 1) as odd_2, odd | (odd >> 1) | (odd >> 2) | (odd >> 3) as odd_4, held_until
      from taken
    )
    select array_agg(case when p.p between h.party_min and h.party_max then (
        select coalesce(bit_or(case when t.even is null then b.mask
          else b.mask & ~(reservations.any_of((p.turn + 1) / 2, t.even, t.even_2, t.even_4)
            | reservations.any_of(p.turn / 2, t.odd, t.odd_2, t.odd_4)) end), 0)
        from wide t where p.p between t.party_min and t.party_max) else 0 end) as free, (select min(t.held_until) from wide t) as stale_at
    from base b cross join (
      select p, reservations.quarters(p, h.turn_2, h.turn_4, h.turn_6, h.turn_more) as turn from generate_series(1, 20) p
    ) p
  ) f;
end $$;

create function reservations.day_now(house_id bigint, d date, at timestamptz, out free bigint[], out stale_at timestamptz) stable language sql as $$
  select n.free, n.stale_at from reservations.days_now(array[house_id], array[d], at) n
$$;

-- The starts of a day at which a party can have a table, as the summary says.
create function reservations.free_mask(of_house bigint, d date, party integer, at timestamptz) returns bigint stable language plpgsql as $$
#variable_conflict use_column
declare
  kept record;
begin
  select y.free[party] as free, y.stale_at <= at as stale into kept from reservations.day y where y.restaurant_id = of_house and y.service_date = d;
  if not found then
    return (select case when h.parties >> party & 1 = 0 then 0 when reservations.is_plain(d, h.zone) then h.week[extract(isodow from d)]
      else reservations.starts(of_house, d) end from reservations.house h where h.restaurant_id = of_house);
  end if;
  if kept.stale then return (select n.free[party] from reservations.day_now(of_house, d, at) n); end if;
  return kept.free;
end $$;

-- The day that a start belongs to, when the party can have a table then, as the summary says; else null.
create function reservations.free_on(of_house bigint, zone text, starts timestamptz, party integer, at timestamptz) returns date
stable language plpgsql as $$
#variable_conflict use_column
declare
  today date := (starts at time zone zone)::date;
  d date;
  seconds integer;
begin
  foreach d in array array[today - 1, today] loop
    seconds := extract(epoch from starts - (d::timestamp at time zone zone));
    continue when seconds >= 111600 or seconds % 1800 <> 0 or extract(milliseconds from starts)::integer % 60000 <> 0;
    if (reservations.free_mask(of_house, d, party, at) >> (seconds / 1800)) & 1 = 1 then return d; end if;
  end loop;
  return null;
end $$;

-- Up to five free starts: the nearest of the same day, then those of the days around it.
create function reservations.alternatives(of_house bigint, starts timestamptz, party integer, at timestamptz) returns text
stable language plpgsql as $$
#variable_conflict use_column
declare
  h record;
  found_starts text[] := '{}';
  bits bigint;
  days integer;
  d date;
begin
  select zone, days_ahead, party_min, party_max into h from reservations.house where restaurant_id = of_house;
  foreach days in array array[0, 1, -1, 2, 3, 4, 5, 6, 7] loop
    d := (starts at time zone h.zone)::date + days;
    continue when d > (at at time zone h.zone)::date + h.days_ahead or d < (at at time zone h.zone)::date - 1;
    bits := reservations.free_mask(of_house, d, party, at);
    continue when bits = 0;
    found_starts := found_starts || array(
      select reservations.local(t.t, h.zone) from generate_series(0, 62) n (n),
        lateral (select (d::timestamp at time zone h.zone) + n.n * interval '30 minutes') t (t)
      where bits >> n.n & 1 = 1 and t.t > at
      order by abs(extract(epoch from t.t - starts - days * interval '24 hours')), t.t limit 5 - cardinality(found_starts));
    exit when cardinality(found_starts) = 5;
  end loop;
  return array_to_json(found_starts)::text;
end $$;

-- The days that have a start whose turn can touch this time: the one it belongs to, and at night maybe one beside it.
create function reservations.touched(of_house bigint, zone text, longest integer, service_date date, starts timestamptz, ends timestamptz) returns date[]
stable language plpgsql as $$
#variable_conflict use_column
declare
  d date;
  days date[] := array[service_date];
  low integer;
  high integer;
begin
  foreach d in array array[service_date - 1, service_date + 1] loop
    low := floor(extract(epoch from starts - (d::timestamp at time zone zone)) / 1800 - longest / 30.0) + 1;
    high := ceil(extract(epoch from ends - (d::timestamp at time zone zone)) / 1800) - 1;
    continue when high < 0 or low > 62;
    continue when reservations.starts(of_house, d) & ((1::bigint << least(high + 1, 62)) - (1::bigint << greatest(low, 0))) = 0;
    days := days || d;
  end loop;
  return days;
end $$;

-- Makes the summaries of these days anew; a house and a day at the same place of both lists.
create function reservations.refresh(houses bigint[], dates date[], at timestamptz) returns void language sql as $$
  insert into reservations.day as y (restaurant_id, service_date, free, stale_at)
  select n.restaurant_id, n.service_date, n.free, n.stale_at from reservations.days_now(houses, dates, at) n order by 1, 2
  on conflict (restaurant_id, service_date) do update set free = excluded.free, stale_at = excluded.stale_at
$$;
