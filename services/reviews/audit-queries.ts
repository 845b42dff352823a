import { found, looked } from '../../kit/audit-queries.ts'
import { firstPage, meta } from './queries.ts'
import { dropFirstPages } from './write-queries.ts'

const columns = ['rated_1', 'rated_2', 'rated_3', 'rated_4', 'rated_5', 'recommended', 'not_recommended']
const all = (row: string) => columns.map((column) => `coalesce(${row}.${column}, 0)`).join(', ')

/** The counters of the products that are `chosen` by a condition on `r`, where any review is shown. */
const counted = (chosen: string) => `
  counted as (
    select r.product_id, ${[1, 2, 3, 4, 5].map((star) => `count(*) filter (where r.rating = ${star}) as rated_${star}`).join(', ')},
      count(*) filter (where r.recommend) as recommended, count(*) filter (where not r.recommend) as not_recommended
    from reviews.review r where not r.reported and ${chosen} group by r.product_id
  )`
const rated = (chosen: string) => `
  rated as (
    select r.product_id, e.key::bigint as characteristic_id, count(*) as votes, sum(e.value::bigint) as total
    from reviews.review r cross join lateral jsonb_each_text(r.characteristics) e where not r.reported and ${chosen} group by 1, 2
  )`

/**
 * Exact while others write. A write that has not come to a counter yet waits for our lock and then adds to what we set; one that has
 * holds that counter's lock until its commit, so we have waited for it, and the last statement, whose snapshot is later, counts
 * what it wrote. The order of the locks is that of the writes: PostgreSQL runs the last part of their statements first.
 */
const mendProducts = (products: string) => `
  select 1 from reviews.first_page where product_id = any(${products}) order by product_id for no key update;
  select 1 from reviews.characteristic where product_id = any(${products}) order by product_id, characteristic_id for no key update;
  select 1 from reviews.summary where product_id = any(${products}) order by product_id for no key update;
  with ${counted(`r.product_id = any(${products})`)}, ${rated(`r.product_id = any(${products})`)},
  set_characteristics as (
    update reviews.characteristic c set votes = coalesce(f.votes, 0), total = coalesce(f.total, 0)
    from reviews.characteristic k left join rated f on f.product_id = k.product_id and f.characteristic_id = k.characteristic_id
    where k.product_id = any(${products}) and c.product_id = k.product_id and c.characteristic_id = k.characteristic_id
  ), dropped as (
    update reviews.first_page set version = version + 1, results = null where product_id = any(${products})
  ), set_summaries as (
    update reviews.summary s set version = s.version + 1, meta = null, (${columns.join(', ')}) = row(${all('f')})
    from unnest(${products}) as k (product_id) left join counted f on f.product_id = k.product_id where s.product_id = k.product_id
  )
  select product_id::float8 from unnest(${products}) as k (product_id)`

/** See kit/audit.ts. */
export const reviewAuditQueries = {
  /** A row without reason, such as that of a product whose reviews were all erased, says that there is nothing: it stays. */
  findRows: found(`
    select p.product_id, s.product_id is null or f.product_id is null as drifts
    from (
      select r.product_id from reviews.review r where ${looked('r')} union select c.product_id from reviews.characteristic c where ${looked('c')}
    ) p
    left join reviews.summary s on s.product_id = p.product_id and ${looked('s')}
    left join reviews.first_page f on f.product_id = p.product_id and ${looked('f')}`),

  /**
   * Votes and reports change only first pages that they see: one that began before this row was there would not drop the page that is
   * made for it. So nobody else may be writing; the lock is waited for first, readers pass.
   */
  mendRows: (products: string) => `
    lock table reviews.first_page in share row exclusive mode;
    insert into reviews.first_page (product_id) select product_id from unnest(${products}) as k (product_id) order by 1 on conflict do nothing;
    insert into reviews.summary (product_id) select product_id from unnest(${products}) as k (product_id) order by 1 on conflict do nothing;
    ${mendProducts(products)}`,

  findSummaries: `
    with ${counted(looked('r'))} ${found(`
      select s.product_id, (${all('s')}) is distinct from (${all('f')}) as drifts
      from reviews.summary s left join counted f on f.product_id = s.product_id where ${looked('s')}`)}`,

  findCharacteristics: `
    with ${rated(looked('r'))} ${found(`
      select c.product_id, (c.votes, c.total) is distinct from (coalesce(f.votes, 0), coalesce(f.total, 0)) as drifts
      from reviews.characteristic c left join rated f on f.product_id = c.product_id and f.characteristic_id = c.characteristic_id
      where ${looked('c')}`)}`,

  findMeta: found(`
    select s.product_id, s.meta is distinct from ${meta('reviews')} as drifts from reviews.summary s where s.meta is not null and ${looked('s')}`),

  findFirstPages: found(`
    select d.product_id, (d.results, d.whole) is distinct from (f.results, f.whole) as drifts
    from reviews.first_page d cross join lateral (${firstPage('reviews', 'd.product_id')}) f where d.results is not null and ${looked('d')}`),

  mendProducts,

  findVotes: found(`
    select v.product_id, r.review_id is null as drifts
    from reviews.vote v left join reviews.review r on r.product_id = v.product_id and r.review_id = v.review_id and ${looked('r')}
    where ${looked('v')}`),

  /** Ids are given once: a review that is not there will not be. */
  mendVotes: (products: string) => `
    with gone as (
      delete from reviews.vote v where v.product_id = any(${products})
        and not exists (select from reviews.review r where r.product_id = v.product_id and r.review_id = v.review_id)
      returning v.product_id
    )
    select distinct product_id::float8 from gone`,

  /** Votes of nobody and imported ones leave no row: helpfulness is at least the number of voters, unless a negative one was imported. */
  findHelpfulness: found(`
    select r.product_id, r.helpfulness < v.voters as drifts
    from (select v.product_id, v.review_id, count(*) as voters from reviews.vote v where ${looked('v')} group by 1, 2) v
    join reviews.review r on r.product_id = v.product_id and r.review_id = v.review_id and ${looked('r')}`),

  /** Who votes holds the review until the commit. */
  mendHelpfulness: (products: string) => `
    select 1 from reviews.review r where r.product_id = any(${products})
      and exists (select from reviews.vote v where v.product_id = r.product_id and v.review_id = r.review_id)
    order by r.product_id, r.review_id for no key update;
    with raised as (
      update reviews.review r set helpfulness = v.voters
      from (select product_id, review_id, count(*) as voters from reviews.vote where product_id = any(${products}) group by 1, 2) v
      where r.product_id = v.product_id and r.review_id = v.review_id and r.helpfulness < v.voters
      returning r.product_id
    ), ${dropFirstPages('raised')}
    select distinct product_id::float8 from raised`,
}
