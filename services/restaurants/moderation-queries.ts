import { decisionItems, isAddress } from '../../kit/moderation-queries.ts'
import type { FoundText } from '../../kit/moderation.ts'
import { countReviews, dropFirstReviews } from './write-queries.ts'

/** The reviews that the items name, locked, as they are now; one that `waits` was reported and not decided on. */
const target = `
  target as materialized (
    select r.restaurant_id, r.review_id, r.reported and not r.rejected as waits
    from (select distinct id from item) i join restaurants.review r on r.review_id = i.id
    order by r.restaurant_id, r.review_id for no key update of r
  )`

/** Of several decisions on one review the first is taken; the others find it decided. */
const taken = `
  taken as materialized (
    select f.*, nextval('restaurants.decision_id') as decision_id from (
      select distinct on (t.restaurant_id, t.review_id) i.n, i.reason, i.decided_at, t.restaurant_id, t.review_id
      from item i join target t on t.review_id = i.id where t.waits order by t.restaurant_id, t.review_id, i.n
    ) f
  )`

const ledger = (decision: string) => `
  ledger as (
    insert into restaurants.decision (restaurant_id, decision_id, review_id, decision, reason, decided_at)
    select restaurant_id, decision_id, review_id, '${decision}', reason, decided_at from taken
  )
  select i.n, t.restaurant_id::float8 as product_id, i.id::float8, k.decision_id::float8
  from item i join target t on t.review_id = i.id left join taken k on k.n = i.n`

const found = ({ ids, foundIn }: FoundText) =>
  `unnest(${ids}) as k (id) join restaurants.review r on r.review_id = k.id and r.tableoid = ${foundIn}`

/** Whether kept answer `a` is of a review. */
const isAnswerOf = (row: string) => `a.restaurant_id = ${row}.restaurant_id and a.answer like '{"id":' || ${row}.review_id || ',%'`

/** See kit/moderation.ts; what is a product there is a restaurant here. */
export const restaurantModerationQueries = {
  reported: `
    select r.review_id::float8 as id, r.restaurant_id::float8 as product_id, r.name, r.body as text, '{}'::text[] as photos, r.created_at
    from restaurants.review r where r.reported and not r.rejected and r.review_id > $1::bigint order by r.review_id limit $2::bigint`,

  ledger: `
    select decision_id::float8, review_id::float8 as id, restaurant_id::float8 as product_id, decision, reason, decided_at, receipt_id
    from restaurants.decision where decision_id > $1::bigint order by decision_id limit $2::bigint`,

  restore: `
    with ${decisionItems}, ${target}, ${taken}, restored as (
      update restaurants.review r set reported = false
      from taken t where r.restaurant_id = t.restaurant_id and r.review_id = t.review_id
      returning r.restaurant_id, r.overall, r.food, r.service, r.ambience
    ), ${countReviews('+', 'restored')}, ${dropFirstReviews('restored')}, ${ledger('restored')}`,

  reject: `
    with ${decisionItems}, ${target}, ${taken}, rejected as (
      update restaurants.review r set rejected = true from taken t where r.restaurant_id = t.restaurant_id and r.review_id = t.review_id
    ), ${ledger('rejected')}`,

  find: `select review_id::float8 as id, tableoid::bigint::float8 as found_in from restaurants.review where ${isAddress('email')} limit $2::bigint`,

  erase: (of: FoundText) => `
    select 1 from ${found(of)} order by r.restaurant_id, r.review_id for update of r;
    select 1 from ${found(of)} join restaurants.kept_answer a on ${isAnswerOf('r')}
    order by a.restaurant_id, a.key_id, a.key_check for update of a;
    with target as materialized (
      select r.restaurant_id, r.review_id from ${found(of)} order by r.restaurant_id, r.review_id
    ), gone as (
      delete from restaurants.review r using target t where r.restaurant_id = t.restaurant_id and r.review_id = t.review_id
      returning r.restaurant_id, r.review_id, r.reported, r.overall, r.food, r.service, r.ambience
    ), shown as (
      select * from gone where not reported
    ), unvoted as (
      delete from restaurants.vote v using target t where v.restaurant_id = t.restaurant_id and v.review_id = t.review_id
    ), forgotten as (
      delete from restaurants.kept_answer a using target t where ${isAnswerOf('t')}
    ), ${countReviews('-', 'shown')}, ${dropFirstReviews('gone')}, ledger as (
      insert into restaurants.decision (restaurant_id, decision_id, review_id, decision, reason, receipt_id, decided_at)
      select restaurant_id, nextval('restaurants.decision_id'), review_id, 'erased', '', ${of.receiptId}, ${of.decidedAt} from gone
    )
    select 'dining_review' as kind, restaurant_id::float8 as product_id, review_id::float8 as id from gone`,
}
