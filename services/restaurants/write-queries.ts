import { entry, firstReviews } from './queries.ts'

/**
 * Rows are written in one order everywhere, or two processes would wait for each other: kept answers, reviews and their votes by key,
 * then first pages, summaries and listings, each by restaurant; for of the parts of a statement that no other part reads, PostgreSQL
 * runs the last first. The sorted side of each join is the outer one of a nested loop, so its order is that of the locks. What a row
 * is added to, PostgreSQL reads anew once it has the lock; a row that a condition leaves out it does not, so a rank is written even where
 * it looks as it was.
 */

const rated = [1, 2, 3, 4, 5].map((star) => `rated_${star}`)
const aspects = ['overall', 'food', 'service', 'ambience'] as const
export const counters = ['reviews', ...aspects.map((aspect) => `${aspect}_total`), ...rated]

/** The counters of rows `r` with the four ratings, in the order of `counters`. */
export const counted = [
  'count(*)',
  ...aspects.map((aspect) => `coalesce(sum(r.${aspect}), 0)`),
  ...[1, 2, 3, 4, 5].map((star) => `count(*) filter (where r.overall = ${star})`),
]

/** The rank that follows from a restaurant's counters, in thousandths: see schema.sql. */
export const rank = (s: string) => `(${s}.overall_total + 38) * 1000 / (${s}.reviews + 10)`

/** The reviews that the items name, locked: a vote is not left behind by a review that is being erased. */
const target = `
  target as materialized (
    select r.restaurant_id, r.review_id
    from (select distinct restaurant_id, review_id from item) i
    join restaurants.review r on r.restaurant_id = i.restaurant_id and r.review_id = i.review_id
    order by r.restaurant_id, r.review_id for no key update of r
  )`

/** Drops the first pages of the restaurants of `source`. */
export const dropFirstReviews = (source: string) => `
  dropped as (
    update restaurants.first_reviews f set version = f.version + 1, body = null
    from (select distinct restaurant_id from ${source} order by restaurant_id) c where f.restaurant_id = c.restaurant_id
  )`

/** Counts the reviews of `source` in (+) or out (-): the counters are moved, not counted anew, and the rank follows them. */
export const countReviews = (sign: '+' | '-', source: string) => `
  moved as (
    update restaurants.summary s set ${counters.map((column) => `${column} = s.${column} ${sign} c.${column}`).join(', ')}
    from (
      select r.restaurant_id, ${counted.map((value, i) => `${value} as ${counters[i]}`).join(', ')}
      from ${source} r group by r.restaurant_id order by r.restaurant_id
    ) c
    where s.restaurant_id = c.restaurant_id returning s.restaurant_id, ${rank('s')} as rank
  ),
  ranked as (
    update restaurants.listing l set rank = m.rank
    from (select * from moved order by restaurant_id) m where l.restaurant_id = m.restaurant_id
  )`

/** Each takes `$1`, the items as JSON text, and returns a row for each that was taken; see kit/write-lane.ts. */
export const restaurantWrites = {
  /**
   * A review of no restaurant has no row. With a key, whoever comes first keeps its answer in the key's row, and the others find that
   * one in it: an answer tells its review's id, so it is the item's own only if the item is the first. Keys of a restaurant that
   * count no longer go with the next of its reviews; one that somebody comes with again at this moment stays, for he has its lock.
   */
  add: `
    with item as materialized (
      select * from json_to_recordset($1::text::json) as i (n integer, restaurant_id bigint, overall smallint, food smallint, service smallint,
        ambience smallint, body text, dined_on date, name text, email text, verified boolean, created_at timestamptz, expired_at timestamptz,
        key_id bigint, key_check bigint, key_body bigint)
    ), drawn as materialized (
      select i.*, 0 as helpfulness, nextval('restaurants.review_id') as review_id from item i
      where exists (select from restaurants.summary s where s.restaurant_id = i.restaurant_id)
    ), answered as materialized (
      select d.*, ${entry('d')} as answer from drawn d
    ), kept as (
      insert into restaurants.kept_answer as k (restaurant_id, key_id, key_check, key_body, answer, kept_at)
      select restaurant_id, key_id, key_check, key_body, answer, created_at from answered where key_id is not null order by 1, 2, 3
      on conflict (restaurant_id, key_id, key_check) do update set (key_body, answer, kept_at) = (
        select n.key_body, n.answer, n.kept_at
        from (values (k.key_body, k.answer, k.kept_at, 1), (excluded.key_body, excluded.answer, excluded.kept_at, 2)) n (key_body, answer, kept_at, nth)
        where n.nth = case when k.kept_at < excluded.kept_at - interval '24 hours' then 2 else 1 end)
      returning k.restaurant_id, k.key_id, k.key_check, k.key_body, k.answer
    ), tidied as (
      delete from restaurants.kept_answer k using (
        select o.restaurant_id, o.key_id, o.key_check
        from (select restaurant_id, min(expired_at) as expired_at from drawn group by 1) d
        join restaurants.kept_answer o on o.restaurant_id = d.restaurant_id and o.kept_at < d.expired_at
        where not exists (select from item i where i.restaurant_id = o.restaurant_id and i.key_id = o.key_id and i.key_check = o.key_check)
        for update of o skip locked
      ) o where k.restaurant_id = o.restaurant_id and k.key_id = o.key_id and k.key_check = o.key_check
    ), decided as materialized (
      select a.*, k.answer as known, k.key_body as known_body, k.answer is null or k.answer = a.answer as fresh
      from answered a left join kept k on k.restaurant_id = a.restaurant_id and k.key_id = a.key_id and k.key_check = a.key_check
    ), taken as materialized (
      select * from decided where fresh
    ), added as (
      insert into restaurants.review (restaurant_id, review_id, overall, food, service, ambience, reported, verified, helpfulness, dined_on,
        created_at, body, name, email)
      select restaurant_id, review_id, overall, food, service, ambience, false, verified, 0, dined_on, created_at, body, name, email
      from taken order by restaurant_id, review_id
    ), ${countReviews('+', 'taken')}, ${dropFirstReviews('taken')}
    select n, restaurant_id::float8, coalesce(known, answer) as body, not fresh as replayed, known_body is distinct from key_body as differs
    from decided`,

  /** A vote of nobody always counts; a voter's counts once, by the key of the table of votes. */
  helpful: `
    with item as materialized (
      select * from json_to_recordset($1::text::json) as i (n integer, restaurant_id bigint, review_id bigint, voter_id bigint, voter_check bigint)
    ), ${target},
    voted as (
      insert into restaurants.vote (restaurant_id, review_id, voter_id, voter_check)
      select distinct t.restaurant_id, t.review_id, i.voter_id, i.voter_check
      from item i join target t on t.restaurant_id = i.restaurant_id and t.review_id = i.review_id where i.voter_id is not null order by 1, 2, 3, 4
      on conflict do nothing returning restaurant_id, review_id
    ), changed as (
      update restaurants.review r set helpfulness = least(r.helpfulness + c.votes, 2147483647)
      from (
        select t.restaurant_id, t.review_id, count(*) as votes
        from (select restaurant_id, review_id from item where voter_id is null union all select restaurant_id, review_id from voted) v
        join target t on t.restaurant_id = v.restaurant_id and t.review_id = v.review_id group by 1, 2 order by 1, 2
      ) c
      where r.restaurant_id = c.restaurant_id and r.review_id = c.review_id returning r.restaurant_id
    ), ${dropFirstReviews('changed')}
    select i.n, t.restaurant_id::float8 from item i join target t on t.restaurant_id = i.restaurant_id and t.review_id = i.review_id`,

  report: `
    with item as materialized (
      select * from json_to_recordset($1::text::json) as i (n integer, restaurant_id bigint, review_id bigint)
    ), ${target}, hidden as (
      update restaurants.review r set reported = true
      from (select restaurant_id, review_id from target order by 1, 2) t
      where r.restaurant_id = t.restaurant_id and r.review_id = t.review_id and not r.reported
      returning r.restaurant_id, r.overall, r.food, r.service, r.ambience
    ), ${countReviews('-', 'hidden')}, ${dropFirstReviews('hidden')}
    select i.n, t.restaurant_id::float8 from item i join target t on t.restaurant_id = i.restaurant_id and t.review_id = i.review_id`,

  /** Makes dropped first pages again. A write that was committed meanwhile has moved `version`, and the page is not put back. */
  putBackFirstReviews: `
    with item as materialized (select * from json_to_recordset($1::text::json) as i (n integer, id bigint)),
    made as materialized (
      select i.n, d.restaurant_id, d.version, f.body
      from item i join restaurants.first_reviews d on d.restaurant_id = i.id
      cross join lateral (${firstReviews('restaurants', 'd.restaurant_id')}) f
      where d.body is null order by d.restaurant_id
    )
    update restaurants.first_reviews d set body = m.body
    from made m where d.restaurant_id = m.restaurant_id and d.version = m.version and d.body is null
    returning m.n`,
}
