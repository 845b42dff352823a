import { firstPage, meta } from './queries.ts'

/**
 * Rows are written in one order everywhere, or two processes would wait for each other: reviews and their votes by key, then first
 * pages, characteristics and summaries, each by product; for of the parts of a statement that no other part reads, PostgreSQL runs
 * the last first. The sorted side of each join is the outer one of a nested loop, so its order is that of the locks. What a row is
 * added to, PostgreSQL reads anew once it has the lock.
 */

/** The reviews that the items name, locked: a vote is not left behind by a review that is being erased. */
const target = `
  target as materialized (
    select r.product_id, r.review_id from (select distinct review_id from item) i join reviews.review r on r.review_id = i.review_id
    order by r.product_id, r.review_id for no key update of r
  )`

/** Drops the first pages of the products of `source`, which have one. */
export const dropFirstPages = (source: string) => `
  dropped as (
    update reviews.first_page f set version = f.version + 1, results = null
    from (select distinct product_id from ${source} order by product_id) c where f.product_id = c.product_id
  )`

/** The same for products that may have none yet. */
const beginFirstPages = (source: string) => `
  dropped as (
    insert into reviews.first_page (product_id, version) select distinct product_id, 1 from ${source} order by product_id
    on conflict (product_id) do update set version = first_page.version + 1, results = null
  )`

/**
 * Counts the reviews of `source` in (+) or out (-): what the summaries and characteristics hold is moved, not counted anew. `source` has
 * product_id, rating, recommend and characteristics.
 */
export const countReviews = (sign: '+' | '-', source: string) => {
  const one = (condition: string) => `${sign}count(*) filter (where ${condition})`
  const columns = ['rated_1', 'rated_2', 'rated_3', 'rated_4', 'rated_5', 'recommended', 'not_recommended']
  return `
  counted as (
    insert into reviews.summary (product_id, version, ${columns.join(', ')})
    select product_id, 1, ${[1, 2, 3, 4, 5].map((star) => one(`rating = ${star}`)).join(', ')}, ${one('recommend')}, ${one('not recommend')}
    from ${source} group by product_id order by product_id
    on conflict (product_id) do update set version = summary.version + 1, meta = null,
      ${columns.map((column) => `${column} = summary.${column} + excluded.${column}`).join(', ')}
  ),
  rated as (
    update reviews.characteristic c set votes = c.votes ${sign} v.votes, total = c.total ${sign} v.total
    from (
      select s.product_id, e.key::bigint as characteristic_id, count(*) as votes, sum(e.value::bigint) as total
      from ${source} s cross join lateral jsonb_each_text(s.characteristics) e group by 1, 2 order by 1, 2
    ) v
    where c.product_id = v.product_id and c.characteristic_id = v.characteristic_id
  )`
}

/** Each takes `$1`, the items as JSON text, and returns a row for each that was taken; see kit/write-lane.ts. */
export const reviewWrites = {
  /** A characteristic that is not the product's refuses the review. */
  add: `
    with item as materialized (
      select * from json_to_recordset($1::text::json) as i (n integer, product_id bigint, rating smallint, summary text, body text,
        recommend boolean, name text, email text, photos json, characteristics jsonb, created_at timestamptz)
    ), taken as materialized (
      select i.*, nextval('reviews.review_id') as review_id from item i
      where not exists (
        select from jsonb_object_keys(i.characteristics) k
        left join reviews.characteristic c on c.product_id = i.product_id and c.characteristic_id = k::bigint
        where c.characteristic_id is null)
    ), added as (
      insert into reviews.review (product_id, review_id, rating, recommend, reported, helpfulness, created_at, summary, body, reviewer_name,
        reviewer_email, photo_ids, photo_urls, characteristics)
      select t.product_id, t.review_id, t.rating, t.recommend, false, 0, t.created_at, t.summary, t.body, t.name, t.email,
        coalesce(p.ids, '{}'), coalesce(p.urls, '{}'), t.characteristics
      from taken t cross join lateral (
        select array_agg(nextval('reviews.photo_id') order by u.place) as ids, array_agg(u.url order by u.place) as urls
        from json_array_elements_text(t.photos) with ordinality u (url, place)) p
    ), ${countReviews('+', 'taken')}, ${beginFirstPages('taken')}
    select n, product_id::float8, review_id::float8 from taken`,

  /** A vote of nobody always counts; a voter's counts once, by the key of the table of votes. */
  helpful: `
    with item as materialized (
      select * from json_to_recordset($1::text::json) as i (n integer, review_id bigint, voter_id bigint, voter_check bigint)
    ), ${target},
    voted as (
      insert into reviews.vote (product_id, review_id, voter_id, voter_check)
      select distinct t.product_id, t.review_id, i.voter_id, i.voter_check
      from item i join target t on t.review_id = i.review_id where i.voter_id is not null order by 1, 2, 3, 4
      on conflict do nothing returning review_id
    ), changed as (
      update reviews.review r set helpfulness = least(r.helpfulness + c.votes, 2147483647)
      from (
        select t.product_id, t.review_id, count(*) as votes
        from (select review_id from item where voter_id is null union all select review_id from voted) v
        join target t on t.review_id = v.review_id group by 1, 2 order by 1, 2
      ) c
      where r.product_id = c.product_id and r.review_id = c.review_id returning r.product_id
    ), ${dropFirstPages('changed')}
    select i.n, t.product_id::float8 from item i join target t on t.review_id = i.review_id`,

  report: `
    with item as materialized (
      select * from json_to_recordset($1::text::json) as i (n integer, review_id bigint)
    ), ${target}, hidden as (
      update reviews.review r set reported = true
      from (select product_id, review_id from target order by 1, 2) t
      where r.product_id = t.product_id and r.review_id = t.review_id and not r.reported
      returning r.product_id, r.rating, r.recommend, r.characteristics
    ), ${countReviews('-', 'hidden')}, ${dropFirstPages('hidden')}
    select i.n, t.product_id::float8 from item i join target t on t.review_id = i.review_id`,

  /** Makes dropped documents again. A write that was committed meanwhile has moved `version`, and the document is not put back. */
  putBackFirstPage: `
    with item as materialized (select * from json_to_recordset($1::text::json) as i (n integer, id bigint)),
    made as materialized (
      select i.n, d.product_id, d.version, f.results, f.whole
      from item i join reviews.first_page d on d.product_id = i.id cross join lateral (${firstPage('reviews', 'd.product_id')}) f
      where d.results is null order by d.product_id
    )
    update reviews.first_page d set results = m.results, whole = m.whole
    from made m where d.product_id = m.product_id and d.version = m.version and d.results is null
    returning m.n`,

  putBackMeta: `
    with item as materialized (select * from json_to_recordset($1::text::json) as i (n integer, id bigint)),
    made as materialized (
      select i.n, s.product_id, s.version, ${meta('reviews')} as meta
      from item i join reviews.summary s on s.product_id = i.id where s.meta is null order by s.product_id
    )
    update reviews.summary s set meta = m.meta
    from made m where s.product_id = m.product_id and s.version = m.version and s.meta is null
    returning m.n`,
}
