-- migration 1: restaurants
-- What a restaurant shows of itself, how it is found, and what its guests say of it. Only this service touches these tables; an import
-- replaces them all at once. restaurant_id is the group key: first in every primary key, so that each table can be distributed by it.

create sequence restaurants.review_id;

-- Changed by imports only. The city's columns stand with each restaurant: a table of cities would have no group key.
create table restaurants.restaurant (
  restaurant_id bigint not null,
  city_id bigint not null,
  city_slug text not null,
  city_name text not null,
  zone text not null, -- IANA
  name text not null,
  cuisine text not null,
  price smallint not null constraint price_is_1_to_4 check (price between 1 and 4),
  neighbourhood text not null,
  address text not null,
  phone text not null, -- the house's
  hours text not null, -- to be read by people; what can be booked is the reservations' business
  description text not null,
  cover text, -- address of the first photo
  -- What a search of words looks at: the name weighs most, then cuisine and neighbourhood. As it stands, and as English stems.
  words tsvector not null generated always as (
    setweight(to_tsvector('simple', name), 'A') || setweight(to_tsvector('english', name), 'A')
    || setweight(to_tsvector('simple', cuisine || ' ' || neighbourhood), 'B') || setweight(to_tsvector('english', cuisine || ' ' || neighbourhood), 'B')
    || setweight(to_tsvector('english', description), 'C')) stored,
  primary key (restaurant_id)
);
create index restaurant_words on restaurants.restaurant using gin (words) with (fastupdate = off); -- read far more than written
create index restaurant_of_slug on restaurants.restaurant (city_slug);

-- What lists filter and order by, small so that a city is read from an index alone. `rank` is moved by the statement that moves the
-- counters: thousandths of the mean overall rating, as if ten more guests had said 3.8, so that one delighted guest is not the best.
create table restaurants.listing (
  restaurant_id bigint not null,
  city_id bigint not null,
  cuisine text not null,
  price smallint not null,
  neighbourhood text not null,
  rank bigint not null default 3800,
  primary key (restaurant_id) include (cuisine, price, neighbourhood, rank)
);
create index best_of_city on restaurants.listing (city_id, rank desc, restaurant_id) include (cuisine, price, neighbourhood);
create index best_of_all on restaurants.listing (rank desc, restaurant_id) include (cuisine, price, neighbourhood);

-- Counters of the reviews that are not reported, moved by the statement that moves those; every restaurant has its row. The answers
-- that show them are in the row: `overview` is what no review changes, up to the place of the summary, which follows from the counters.
create table restaurants.summary (
  restaurant_id bigint not null,
  reviews bigint not null default 0,
  overall_total bigint not null default 0,
  food_total bigint not null default 0,
  service_total bigint not null default 0,
  ambience_total bigint not null default 0,
  rated_1 bigint not null default 0,
  rated_2 bigint not null default 0,
  rated_3 bigint not null default 0,
  rated_4 bigint not null default 0,
  rated_5 bigint not null default 0,
  summary text not null generated always as (
    '{"count":' || reviews::text
    || ',"averages":{"overall":' || coalesce(round(overall_total::numeric / nullif(reviews, 0), 2)::text, 'null')
    || ',"food":' || coalesce(round(food_total::numeric / nullif(reviews, 0), 2)::text, 'null')
    || ',"service":' || coalesce(round(service_total::numeric / nullif(reviews, 0), 2)::text, 'null')
    || ',"ambience":' || coalesce(round(ambience_total::numeric / nullif(reviews, 0), 2)::text, 'null')
    || '},"histogram":{"1":' || rated_1::text || ',"2":' || rated_2::text || ',"3":' || rated_3::text
    || ',"4":' || rated_4::text || ',"5":' || rated_5::text || '}}') stored,
  overview text not null,
  primary key (restaurant_id)
) with (fillfactor = 80, toast_tuple_target = 8160); -- room to be counted in place
alter table restaurants.summary alter column overview set storage external;

-- Always asked for whole, and changed by imports only: the answer is the row.
create table restaurants.photos (
  restaurant_id bigint not null,
  body text not null,
  primary key (restaurant_id)
) with (toast_tuple_target = 8160);
alter table restaurants.photos alter column body set storage external;

create table restaurants.menu (
  restaurant_id bigint not null,
  body text not null,
  primary key (restaurant_id)
) with (toast_tuple_target = 8160);
alter table restaurants.menu alter column body set storage external;

create table restaurants.review (
  restaurant_id bigint not null,
  review_id bigint not null,
  overall smallint not null constraint overall_is_1_to_5 check (overall between 1 and 5),
  food smallint not null constraint food_is_1_to_5 check (food between 1 and 5),
  service smallint not null constraint service_is_1_to_5 check (service between 1 and 5),
  ambience smallint not null constraint ambience_is_1_to_5 check (ambience between 1 and 5),
  reported boolean not null, -- hidden from lists, and not counted
  rejected boolean not null default false, -- hidden for good: a moderator agreed with the report
  verified boolean not null, -- it came with the code of a party that was seated
  helpfulness integer not null,
  dined_on date not null,
  created_at timestamptz not null,
  body text not null,
  name text not null,
  email text, -- in no answer
  primary key (restaurant_id, review_id)
) with (fillfactor = 90);
-- No index holds helpfulness, and pages keep some room: so a vote changes one page of one table. Orders but the newest are sorted when
-- they are read: some milliseconds for a restaurant with 20,000 reviews.
create index newest_first on restaurants.review (restaurant_id, created_at desc, review_id desc) where not reported;
create index review_by_id on restaurants.review (review_id); -- a moderator knows only the review
create index reported_first on restaurants.review (review_id) where reported and not rejected;

-- Who voted, so that each counts once: 106 bits of a hash, see kit/identity.ts.
create table restaurants.vote (
  restaurant_id bigint not null,
  review_id bigint not null,
  voter_id bigint not null,
  voter_check bigint not null,
  primary key (restaurant_id, review_id, voter_id, voter_check)
);

-- The ready first page of the newest; `body` is null while it is dropped. Who puts it back made it from what was committed before
-- `version`, so a page that was made before a write and would be stored after it is not.
create table restaurants.first_reviews (
  restaurant_id bigint not null,
  version bigint not null default 0,
  body text,
  primary key (restaurant_id)
) with (fillfactor = 95, toast_tuple_target = 8160); -- room to be dropped in place
alter table restaurants.first_reviews alter column body set storage external;

-- What was answered to a new review that came with a key, for as long as the key counts: a hash of it, and of the body it came with.
create table restaurants.kept_answer (
  restaurant_id bigint not null,
  key_id bigint not null,
  key_check bigint not null,
  key_body bigint not null,
  answer text not null,
  kept_at timestamptz not null,
  primary key (restaurant_id, key_id, key_check)
);
create index kept_first on restaurants.kept_answer (restaurant_id, kept_at);

-- Every decision of a moderator; no import touches it. No words of the people concerned, whose rows may have to go, and no address.
create sequence restaurants.decision_id;
create table restaurants.decision (
  restaurant_id bigint not null,
  decision_id bigint not null,
  review_id bigint not null,
  decision text not null constraint decision_is_known check (decision in ('restored', 'rejected', 'erased')),
  reason text not null,
  receipt_id uuid, -- of the erasure
  decided_at timestamptz not null,
  primary key (restaurant_id, decision_id)
);
create index decision_by_id on restaurants.decision (decision_id);
-- Rows are added, never changed, whoever asks. A table that Citus spreads later needs its rules made again: they stay with the old one.
create rule decisions_stay as on update to restaurants.decision do instead nothing;
create rule decisions_remain as on delete to restaurants.decision do instead nothing;
