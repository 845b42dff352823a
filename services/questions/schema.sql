-- migration 1: questions
-- What buyers ask about a product, and what is answered. Only this service touches these tables; an import replaces them all at once.
-- product_id is the group key: first in every key, so that each table can be distributed by it.

create sequence questions.question_id;
create sequence questions.answer_id;
create sequence questions.photo_id;

create table questions.question (
  product_id bigint not null,
  question_id bigint not null default nextval('questions.question_id'),
  helpfulness integer not null,
  reported boolean not null, -- hidden from lists
  rejected boolean not null default false, -- hidden for good: a moderator agreed with the report
  created_at timestamptz not null,
  body text not null,
  asker_name text not null,
  asker_email text, -- in no answer
  primary key (product_id, question_id)
) with (fillfactor = 90);
-- No index holds helpfulness, and pages keep some room: so a vote changes one page of one table, whatever the size of both.
-- The price: a product's questions are sorted when they are read, a few milliseconds for the one product that has 10,000.
create index question_by_id on questions.question (question_id); -- votes and answers know only the question
create index reported_questions on questions.question (question_id) where reported and not rejected;

create table questions.answer (
  product_id bigint not null,
  question_id bigint not null,
  answer_id bigint not null default nextval('questions.answer_id'),
  helpfulness integer not null,
  reported boolean not null, -- as a question's
  rejected boolean not null default false,
  created_at timestamptz not null,
  body text not null,
  answerer_name text not null,
  answerer_email text, -- in no answer; the seller has none
  -- Always read with the answer, never alone: no table of their own.
  photo_ids bigint[] not null default '{}',
  photo_urls text[] not null default '{}',
  primary key (product_id, question_id, answer_id)
) with (fillfactor = 90);
create index answer_by_id on questions.answer (answer_id); -- a vote knows only the answer
create index answer_by_question on questions.answer (question_id); -- a list of answers knows only the question
create index reported_answers on questions.answer (answer_id) where reported and not rejected;

-- Who voted, so that each counts once: 106 bits of a hash, see kit/identity.ts.
create table questions.question_vote (
  product_id bigint not null,
  question_id bigint not null,
  voter_id bigint not null,
  voter_check bigint not null,
  primary key (product_id, question_id, voter_id, voter_check)
);
create table questions.answer_vote (
  product_id bigint not null,
  answer_id bigint not null,
  voter_id bigint not null,
  voter_check bigint not null,
  primary key (product_id, answer_id, voter_id, voter_check)
);

-- The ready first page of each product that has questions; `results` is null while it is dropped. Who puts it back made it from what
-- was committed before `version`, so a page that was made before a write and would be stored after it is not.
create table questions.first_page (
  product_id bigint not null,
  version bigint not null default 0,
  whole boolean not null default false, -- the product has no other questions: it answers longer pages too
  results text,
  primary key (product_id)
) with (toast_tuple_target = 8160);
alter table questions.first_page alter column results set storage external;

-- Every decision of a moderator; no import touches it. No words of the people concerned, whose rows may have to go, and no address.
create sequence questions.decision_id;
create table questions.decision (
  product_id bigint not null,
  decision_id bigint not null,
  question_id bigint not null,
  answer_id bigint, -- null: the question itself
  decision text not null constraint decision_is_known check (decision in ('restored', 'rejected', 'erased')),
  reason text not null,
  receipt_id uuid, -- of the erasure
  decided_at timestamptz not null,
  primary key (product_id, decision_id)
);
create index decision_by_id on questions.decision (decision_id);
-- Rows are added, never changed, whoever asks. A table that Citus spreads later needs its rules made again: they stay with the old one.
create rule decisions_stay as on update to questions.decision do instead nothing;
create rule decisions_remain as on delete to questions.decision do instead nothing;
