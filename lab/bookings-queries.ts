/**
 * The witness: every change of a reservation or a hold writes down, in the same transaction, what the party has then. Changes of one
 * house come one after another, as who changes it has its lock; so the numbers are in the order in which they happened.
 */
export const witness = `
  create schema bookings_proof;
  create table bookings_proof.event (
    seq bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(),
    txn xid8 not null default pg_current_xact_id(), gone boolean not null,
    restaurant_id bigint not null, code_high bigint not null, code_low bigint not null, service_date date not null,
    starts_at timestamptz not null, ends_at timestamptz not null, table_ids bigint[] not null, party smallint not null, state text not null,
    revision integer not null, held_until timestamptz, created_at timestamptz not null, notes text);
  create function bookings_proof.note() returns trigger language plpgsql as $$
    declare
      r reservations.reservation := case tg_op when 'DELETE' then old else new end;
    begin
      insert into bookings_proof.event (gone, restaurant_id, code_high, code_low, service_date, starts_at, ends_at, table_ids, party, state,
        revision, held_until, created_at, notes)
      values (tg_op = 'DELETE', r.restaurant_id, r.code_high, r.code_low, r.service_date, r.starts_at, r.ends_at, r.table_ids, r.party, r.state,
        r.revision, r.held_until, r.created_at, r.notes);
      return null;
    end $$;
  create trigger witness after insert or update or delete on reservations.reservation for each row execute function bookings_proof.note()`

/** $1: houses as JSON; $2: seconds that a hold lasts. */
export const openHouses = [
  `insert into reservations.house (restaurant_id, city_id, zone, party_min, party_max, last_booking_minutes, days_ahead, turn_2, turn_4, turn_6,
    turn_more, hold_seconds, offer_seconds, week, parties)
  select h.id, 1, h.zone, 1, h."partyMax", 60, 5000, h.turns[1], h.turns[2], h.turns[3], h.turns[4], $2, $2, array_fill(0::bigint, array[7]),
    (1::bigint << (h."partyMax" + 1)) - 2
  from json_to_recordset($1::text::json) as h (id bigint, zone text, "partyMax" integer, turns integer[])`,
  `insert into reservations.hours (restaurant_id, weekday, opens, closes)
  select h.id, d.d, h.opens, h.closes from json_to_recordset($1::text::json) as h (id bigint, opens smallint, closes smallint), generate_series(1, 7) d (d)
  where $2::integer > 0`,
  `insert into reservations.seating (restaurant_id, rank, seating_id, table_ids, party_min, party_max)
  select h.id, (s.s ->> 'to')::integer * 10 + json_array_length(s.s -> 'tables'), s.n,
    array(select t::bigint from json_array_elements_text(s.s -> 'tables') t order by 1), (s.s ->> 'from')::smallint, (s.s ->> 'to')::smallint
  from json_to_recordset($1::text::json) as h (id bigint, seatings json), json_array_elements(h.seatings) with ordinality s (s, n) where $2::integer > 0`,
  `insert into reservations.dining_table (restaurant_id, table_id, seats_min, seats_max)
  select h.id, (s -> 'tables' ->> 0)::bigint, 1, (s ->> 'to')::smallint from json_to_recordset($1::text::json) as h (id bigint, seatings json),
    json_array_elements(h.seatings) s where json_array_length(s -> 'tables') = 1 and $2::integer > 0`,
  `update reservations.house h set week = reservations.week_of(h.restaurant_id, h.last_booking_minutes,
    greatest(h.turn_2, h.turn_4, h.turn_6, h.turn_more)) where h.restaurant_id in (
    select i.id from json_to_recordset($1::text::json) as i (id bigint)) and $2::integer > 0`,
]

/** Milliseconds since 1970, to the microsecond. */
const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`
const party = `restaurant_id::float8 as house, code_high::float8 as high, code_low::float8 as low, ${ms('starts_at')} as starts, ${ms('ends_at')} as ends,
  table_ids::text as tables, party, state, revision, ${ms('held_until')} as until, notes`
/** $1 the dates. */
const ofWindow = 'service_date = any ($1::text[]::date[])'

export const windowQueries = {
  // A change may be written in two steps, of which nobody else sees the first: the revision is that of before.
  events: `
    select seq::float8 as seq, ${ms('at')} as at, gone, ${ms('created_at')} as made, ${party}
    from (
      select e.*, lag(revision) over own = revision and lag(state) over own = state and lead(txn) over own = txn
        and lead(revision) over own = revision + 1 as half_done
      from bookings_proof.event e where ${ofWindow} window own as (partition by restaurant_id, code_high, code_low order by seq)
    ) e where half_done is not true order by seq`,
  rows: `select ${party} from reservations.reservation where ${ofWindow}`,
  slots: `select restaurant_id::float8 as house, table_id::float8 as table, ${ms('slot_start')} as start, code_high::float8 as high, code_low::float8 as low,
    ${ms('held_until')} as until from reservations.slot join reservations.house using (restaurant_id)
    where slot_start >= (($1::text[])[1]::date + interval '6 hours') at time zone zone
      and slot_start < (($1::text[])[array_length($1::text[], 1)]::date + interval '30 hours') at time zone zone`,
  waits: `select restaurant_id::float8 as house, code_high::float8 as high, code_low::float8 as low, hold_high::float8, hold_low::float8
    from reservations.waiting where ${ofWindow}`,
}
export const databaseNow = `select ${ms('now()')} as now`

/** What was looked at need not be kept: its events; who still waits; and answers, which the service itself keeps for a day. */
export const forgetEvents = 'truncate bookings_proof.event'
export const sendHome = `delete from reservations.waiting where ${ofWindow}`
export const forgetAnswers = `delete from reservations.answer where answered_at < to_timestamp($1::float8 / 1000)`

/** Of each date what is not held, as one number that differs when any of it does. */
export const digests = `
  select service_date::text as date, count(*)::int as parties, md5(string_agg(md5(r::text), '' order by restaurant_id, code_high, code_low)) as digest
  from reservations.reservation r where state <> 'held' and ${ofWindow} group by service_date`

/** Starts at which a party of two gets a table, in no order: one of each restaurant and evening, and all of one evening of the restaurant that is first. */
export const freeStarts = `
  with free as materialized (
    select y.restaurant_id, y.service_date, (y.service_date::timestamp at time zone h.zone) + b.b * interval '30 minutes' as at
    from reservations.day y join reservations.house h on h.restaurant_id = y.restaurant_id cross join generate_series(0, 62) b (b)
    where y.service_date > current_date + 1 and y.service_date < current_date + h.days_ahead and y.free[2] >> b.b & 1 = 1
  ), one as (
    select distinct on (restaurant_id, service_date) * from free order by restaurant_id, service_date, hashint8(extract(epoch from at)::bigint + restaurant_id)
  ), first as (
    select restaurant_id, service_date from free group by 1, 2 order by count(*) desc, 1, 2 limit 1
  )
  select o.restaurant_id::float8 as house, to_char(o.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as starts
  from (
    select * from free join first using (restaurant_id, service_date)
    union all select * from one
  ) o (restaurant_id, service_date, at)
  order by (select restaurant_id from first) <> o.restaurant_id or (select service_date from first) <> o.service_date, hashint8(extract(epoch from o.at)::bigint * 31 + o.restaurant_id)`
export const reservationsTotal = `select count(*)::float8 as total from reservations.reservation`
