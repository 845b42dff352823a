import { decisionItems, isAddress } from '../../kit/moderation-queries.ts'
import type { FoundText } from '../../kit/moderation.ts'
import { countReviews, dropFirstPages } from './write-queries.ts'

/** The reviews that the items name, locked, as they are now; one that `waits` was reported and not decided on. */
const target = `
  target as materialized (
    select r.product_id, r.review_id, r.reported and not r.rejected as waits
    from (select distinct id from item) i join reviews.review r on r.review_id = i.id
    order by r.product_id, r.review_id for no key update of r
  )`

/** Of several decisions on one review the first is taken; the others find it decided. */
const taken = `
  taken as materialized (
    select f.*, nextval('reviews.decision_id') as decision_id from (
      select distinct on (t.product_id, t.review_id) i.n, i.reason, i.decided_at, t.product_id, t.review_id
      from item i join target t on t.review_id = i.id where t.waits order by t.product_id, t.review_id, i.n
    ) f
  )`

const ledger = (decision: string) => `
  ledger as (
    insert into reviews.decision (product_id, decision_id, review_id, decision, reason, decided_at)
    select product_id, decision_id, review_id, '${decision}', reason, decided_at from taken
  )
  select i.n, t.product_id::float8, i.id::float8, k.decision_id::float8
  from item i join target t on t.review_id = i.id left join taken k on k.n = i.n`

const found = ({ ids, foundIn }: FoundText) =>
  `unnest(${ids}) as k (id) join reviews.review r on r.review_id = k.id and r.tableoid = ${foundIn}`

/** See kit/moderation.ts. */
export const reviewModerationQueries = {
  reported: `
    select r.review_id::float8 as id, r.product_id::float8, r.reviewer_name as name,
      concat_ws(E'\\n', nullif(r.summary, ''), nullif(r.body, '')) as text, r.photo_urls as photos, r.created_at
    from reviews.review r where r.reported and not r.rejected and r.review_id > $1::bigint order by r.review_id limit $2::bigint`,

  ledger: `
    select decision_id::float8, review_id::float8 as id, product_id::float8, decision, reason, decided_at, receipt_id
    from reviews.decision where decision_id > $1::bigint order by decision_id limit $2::bigint`,

  restore: `
    with ${decisionItems}, ${target}, ${taken}, restored as (
      update reviews.review r set reported = false
      from taken t where r.product_id = t.product_id and r.review_id = t.review_id
      returning r.product_id, r.rating, r.recommend, r.characteristics
    ), ${countReviews('+', 'restored')}, ${dropFirstPages('restored')}, ${ledger('restored')}`,

  reject: `
    with ${decisionItems}, ${target}, ${taken}, rejected as (
      update reviews.review r set rejected = true from taken t where r.product_id = t.product_id and r.review_id = t.review_id
    ), ${ledger('rejected')}`,

  /** Reported or not. Of several responses to one review the last is the one that stays. */
  respond: `
    with ${decisionItems}, ${target}, taken as materialized (
      select i.n, i.reason, i.response, i.decided_at, t.product_id, t.review_id, nextval('reviews.decision_id') as decision_id
      from item i join target t on t.review_id = i.id
    ), responded as (
      update reviews.review r set response = nullif(l.response, '')
      from (select distinct on (product_id, review_id) * from taken order by product_id, review_id, n desc) l
      where r.product_id = l.product_id and r.review_id = l.review_id
      returning r.product_id
    ), ${dropFirstPages('responded')}, ${ledger('responded')}`,

  find: `select review_id::float8 as id, tableoid::bigint::float8 as found_in from reviews.review where ${isAddress('reviewer_email')} limit $2::bigint`,

  erase: (of: FoundText) => `
    select 1 from ${found(of)} order by r.product_id, r.review_id for update of r;
    with target as materialized (
      select r.product_id, r.review_id from ${found(of)} order by r.product_id, r.review_id
    ), gone as (
      delete from reviews.review r using target t where r.product_id = t.product_id and r.review_id = t.review_id
      returning r.product_id, r.review_id, r.reported, r.rating, r.recommend, r.characteristics
    ), shown as (
      select * from gone where not reported
    ), unvoted as (
      delete from reviews.vote v using target t where v.product_id = t.product_id and v.review_id = t.review_id
    ), ${countReviews('-', 'shown')}, ${dropFirstPages('gone')}, ledger as (
      insert into reviews.decision (product_id, decision_id, review_id, decision, reason, receipt_id, decided_at)
      select product_id, nextval('reviews.decision_id'), review_id, 'erased', '', ${of.receiptId}, ${of.decidedAt} from gone
    )
    select 'review' as kind, product_id::float8, review_id::float8 as id from gone`,
}
