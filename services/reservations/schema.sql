-- migration 1: reservations
-- Who has which table when. Only this service touches these tables; an import replaces those of houses and reservations all at once.
-- restaurant_id is the group key: first in every key, so that each table can be distributed by it.

-- A restaurant as booking sees it: its rules are data.
create table reservations.house (
  restaurant_id bigint not null,
  city_id bigint not null,
  zone text not null, -- IANA, as PostgreSQL knows it
  party_min smallint not null constraint parties_are_of_1_to_20 check (party_min >= 1 and party_max <= 20),
  party_max smallint not null,
  last_booking_minutes smallint not null, -- before closing
  days_ahead smallint not null, -- that can be booked
  turn_2 smallint not null constraint turns_are_of_15_minutes_to_6_hours check (least(turn_2, turn_4, turn_6, turn_more) >= 15
    and greatest(turn_2, turn_4, turn_6, turn_more) <= 360), -- minutes of a party up to 2, 4, 6, and of more
  turn_4 smallint not null,
  turn_6 smallint not null,
  turn_more smallint not null,
  hold_seconds integer not null default 600,
  offer_seconds integer not null default 1800, -- of a hold for who was waiting
  holds_max smallint not null default 3, -- at once, of one identity
  week bigint[] not null, -- starts by ISO weekday, as the summary of a day has them
  parties bigint not null, -- bit p: some seating takes p
  primary key (restaurant_id)
);
create index house_by_city on reservations.house (city_id, restaurant_id);

create sequence reservations.part_id; -- of hours, closures and tables
create table reservations.hours (
  restaurant_id bigint not null,
  hours_id bigint not null default nextval('reservations.part_id'),
  weekday smallint not null constraint weekday_is_iso check (weekday between 1 and 7),
  opens smallint not null constraint hours_are_within_30_hours check (opens >= 0 and opens < closes and closes <= 1800), -- minutes of the
  closes smallint not null, -- local day; past midnight above 1440
  primary key (restaurant_id, hours_id)
);
-- A date without bookings, or a part of one.
create table reservations.closure (
  restaurant_id bigint not null,
  closure_id bigint not null default nextval('reservations.part_id'),
  closed_on date not null,
  from_minute smallint not null default 0,
  to_minute smallint not null default 1800,
  primary key (restaurant_id, closure_id)
);
create table reservations.dining_table (
  restaurant_id bigint not null,
  table_id bigint not null,
  seats_min smallint not null,
  seats_max smallint not null,
  primary key (restaurant_id, table_id)
);
-- What a party can be given: a table, or some put together. The smallest that suffices has the lowest rank.
create table reservations.seating (
  restaurant_id bigint not null,
  rank integer not null,
  seating_id bigint not null,
  table_ids bigint[] not null,
  party_min smallint not null,
  party_max smallint not null,
  primary key (restaurant_id, rank, seating_id)
);

-- The authority: a row for each quarter of an hour of a table that somebody has. Two parties cannot share one, because of its key.
-- It is free where there is no row, and where the hold that has it has ended, whether somebody has tidied it away or not.
create table reservations.slot (
  restaurant_id bigint not null,
  table_id bigint not null,
  slot_start timestamptz not null,
  code_high bigint not null, -- who has it
  code_low bigint not null,
  held_until timestamptz, -- of a hold
  primary key (restaurant_id, table_id, slot_start)
);

-- Reservations and, in the state `held`, holds, which become reservations by being confirmed. The code is of 100 random bits.
create table reservations.reservation (
  restaurant_id bigint not null,
  code_high bigint not null,
  code_low bigint not null,
  service_date date not null, -- of the opening: a start after midnight is of the day before
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  table_ids bigint[] not null,
  party smallint not null,
  state text not null constraint state_is_known check (state in ('held', 'booked', 'seated', 'finished', 'no_show', 'cancelled')),
  revision integer not null default 1,
  held_until timestamptz, -- of a hold
  identity_id bigint, -- whose hold it was: 106 bits of a hash, see kit/identity.ts
  identity_check bigint,
  created_at timestamptz not null,
  name text, -- only in answers to who has the code, as are the next three
  email text,
  phone text,
  notes text,
  primary key (restaurant_id, code_high, code_low)
) with (fillfactor = 90);
create index reservation_by_start on reservations.reservation (restaurant_id, starts_at);
create index holds_of_identity on reservations.reservation (restaurant_id, identity_id) where state = 'held';
create index holds_by_end on reservations.reservation (held_until) where state = 'held';

-- For each party of 1 to 20 the starts of a day at which it can have a table for its whole turn: bit n is the start n half hours
-- after the local midnight that the day began with. Exact at every commit, until a hold ends: after `stale_at` it is to be made from the
-- rows. A day without a row is as the house's week and parties say; one with a closure has a row.
create table reservations.day (
  restaurant_id bigint not null,
  service_date date not null,
  free bigint[] not null,
  stale_at timestamptz, -- the earliest end of a hold
  primary key (restaurant_id, service_date)
) with (fillfactor = 70);
create index stale_days on reservations.day (stale_at) where stale_at is not null;

create table reservations.waiting (
  restaurant_id bigint not null,
  code_high bigint not null,
  code_low bigint not null,
  hold_high bigint not null, -- the code of the hold it will be given
  hold_low bigint not null,
  hold_code text not null,
  service_date date not null,
  from_at timestamptz not null, -- starts from then to then
  to_at timestamptz not null,
  party smallint not null,
  created_at timestamptz not null,
  offered_at timestamptz, -- it was given the hold
  name text not null,
  email text not null,
  primary key (restaurant_id, code_high, code_low)
);
create index waiting_in_line on reservations.waiting (restaurant_id, service_date, created_at) where offered_at is null;

-- What was answered to a request with a key, kept with its effect: see kit/idempotency.ts.
create table reservations.answer (
  restaurant_id bigint not null,
  key_id bigint not null,
  key_check bigint not null,
  key_body bigint not null,
  answered_at timestamptz not null,
  status smallint not null,
  body text not null,
  location text,
  primary key (restaurant_id, key_id, key_check)
);
create index answers_by_age on reservations.answer (answered_at);
