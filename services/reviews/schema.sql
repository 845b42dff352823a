-- migration 1: reviews
-- What buyers say about a product. Only this service touches these tables; an import replaces them all at once.
-- product_id is the group key: first in every primary key, so that each table can be distributed by it.

create sequence reviews.review_id;
create sequence reviews.photo_id;
create sequence reviews.characteristic_id;

create table reviews.review (
  product_id bigint not null,
  review_id bigint not null,
  rating smallint not null constraint rating_is_1_to_5 check (rating between 1 and 5),
  recommend boolean not null,
  reported boolean not null, -- hidden from lists, and not counted
  rejected boolean not null default false, -- hidden for good: a moderator agreed with the report
  helpfulness integer not null,
  created_at timestamptz not null,
  summary text not null,
  body text not null,
  response text, -- the seller's
  reviewer_name text not null,
  reviewer_email text, -- in no answer
  -- Always read with the review, never alone: no tables of their own.
  photo_ids bigint[] not null default '{}',
  photo_urls text[] not null default '{}',
  characteristics jsonb not null default '{}', -- value by characteristic id: {"14": 5}
  primary key (product_id, review_id)
) with (fillfactor = 90);
-- No index holds helpfulness, and pages keep some room: so a vote changes one page of one table, whatever the size of both.
-- The price: a product's reviews are sorted when they are read, a few milliseconds for the one product that has 20,000.
create index review_by_id on reviews.review (review_id); -- a vote knows only the review
create index newest_first on reviews.review (product_id, created_at desc, review_id desc) where not reported;
create index reported_first on reviews.review (review_id) where reported and not rejected;

-- Who voted, so that each counts once: 106 bits of a hash, see kit/identity.ts.
create table reviews.vote (
  product_id bigint not null,
  review_id bigint not null,
  voter_id bigint not null,
  voter_check bigint not null,
  primary key (product_id, review_id, voter_id, voter_check)
);

-- What a product's reviewers are asked to rate.
create table reviews.characteristic (
  product_id bigint not null,
  characteristic_id bigint not null,
  name text not null,
  -- Of reviews that are not reported, moved by the statement that moves those.
  votes bigint not null default 0,
  total bigint not null default 0,
  primary key (product_id, characteristic_id)
);

-- Counters of the reviews that are not reported, moved by the statement that moves those; one row for each product that has
-- reviews or characteristics. `meta` is the ready answer, null while it is dropped; `version` grows with each drop.
create table reviews.summary (
  product_id bigint not null,
  rated_1 bigint not null default 0,
  rated_2 bigint not null default 0,
  rated_3 bigint not null default 0,
  rated_4 bigint not null default 0,
  rated_5 bigint not null default 0,
  recommended bigint not null default 0,
  not_recommended bigint not null default 0,
  version bigint not null default 0,
  meta text,
  primary key (product_id)
) with (fillfactor = 90, toast_tuple_target = 8160);
alter table reviews.summary alter column meta set storage external;

-- The ready first page of the default order; `results` is null while it is dropped. Who puts it back made it from what was committed
-- before `version`, so a page that was made before a write and would be stored after it is not.
create table reviews.first_page (
  product_id bigint not null,
  version bigint not null default 0,
  whole boolean not null default false, -- the product has no other reviews: it answers longer pages too
  results text,
  primary key (product_id)
) with (fillfactor = 95, toast_tuple_target = 8160); -- room to be dropped in place
alter table reviews.first_page alter column results set storage external;

-- Every decision of a moderator; no import touches it. No words of the people concerned, whose rows may have to go, and no address.
create sequence reviews.decision_id;
create table reviews.decision (
  product_id bigint not null,
  decision_id bigint not null,
  review_id bigint not null,
  decision text not null constraint decision_is_known check (decision in ('restored', 'rejected', 'responded', 'erased')),
  reason text not null,
  receipt_id uuid, -- of the erasure
  decided_at timestamptz not null,
  primary key (product_id, decision_id)
);
create index decision_by_id on reviews.decision (decision_id);
-- Rows are added, never changed, whoever asks. A table that Citus spreads later needs its rules made again: they stay with the old one.
create rule decisions_stay as on update to reviews.decision do instead nothing;
create rule decisions_remain as on delete to reviews.decision do instead nothing;
