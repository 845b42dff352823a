import { found, looked } from '../../kit/audit-queries.ts'
import { firstReviews } from './queries.ts'
import { counted, counters, dropFirstReviews, rank } from './write-queries.ts'

const look = (row: string) => looked(row, 'restaurant_id')
const all = (row: string) => counters.map((column) => `coalesce(${row}.${column}, 0)`).join(', ')

/** The counters of the restaurants that are `chosen` by a condition on `r`, where any review is shown. */
const recounted = (chosen: string) => `
  recounted as (
    select r.restaurant_id, ${counted.map((value, i) => `${value} as ${counters[i]}`).join(', ')}
    from restaurants.review r where not r.reported and ${chosen} group by r.restaurant_id
  )`

/**
 * Exact while others write. A write that has not come to a counter yet waits for our lock and then adds to what we set; one that has
 * holds that counter's lock until its commit, so we have waited for it, and the last statement, whose snapshot is later, counts
 * what it wrote. The order of the locks is that of the writes.
 */
const mendRestaurants = (restaurants: string) => `
  select 1 from restaurants.first_reviews where restaurant_id = any(${restaurants}) order by restaurant_id for no key update;
  select 1 from restaurants.summary where restaurant_id = any(${restaurants}) order by restaurant_id for no key update;
  select 1 from restaurants.listing where restaurant_id = any(${restaurants}) order by restaurant_id for no key update;
  with ${recounted(`r.restaurant_id = any(${restaurants})`)}, dropped as (
    update restaurants.first_reviews set version = version + 1, body = null where restaurant_id = any(${restaurants})
  ), set_summaries as (
    update restaurants.summary s set (${counters.join(', ')}) = row(${all('f')})
    from unnest(${restaurants}) as k (restaurant_id) left join recounted f on f.restaurant_id = k.restaurant_id
    where s.restaurant_id = k.restaurant_id returning s.restaurant_id, ${rank('s')} as rank
  ), set_ranks as (
    update restaurants.listing l set rank = s.rank from set_summaries s where l.restaurant_id = s.restaurant_id and l.rank <> s.rank
  )
  select restaurant_id::float8 as product_id from unnest(${restaurants}) as k (restaurant_id)`

/** See kit/audit.ts; what is a product there is a restaurant here. */
export const restaurantAuditQueries = {
  findSummaries: `
    with ${recounted(look('r'))} ${found(`
      select s.restaurant_id as product_id, (${all('s')}) is distinct from (${all('f')}) as drifts
      from restaurants.summary s left join recounted f on f.restaurant_id = s.restaurant_id where ${look('s')}`)}`,

  findRanks: found(`
    select s.restaurant_id as product_id, l.rank is distinct from ${rank('s')} as drifts
    from restaurants.summary s left join restaurants.listing l on l.restaurant_id = s.restaurant_id and ${look('l')} where ${look('s')}`),

  findFirstReviews: found(`
    select d.restaurant_id as product_id, d.body is distinct from f.body as drifts
    from restaurants.first_reviews d cross join lateral (${firstReviews('restaurants', 'd.restaurant_id')}) f
    where d.body is not null and ${look('d')}`),

  mendRestaurants,

  findVotes: found(`
    select v.restaurant_id as product_id, r.review_id is null as drifts
    from restaurants.vote v
    left join restaurants.review r on r.restaurant_id = v.restaurant_id and r.review_id = v.review_id and ${look('r')}
    where ${look('v')}`),

  /** Ids are given once: a review that is not there will not be. */
  mendVotes: (restaurants: string) => `
    with gone as (
      delete from restaurants.vote v where v.restaurant_id = any(${restaurants})
        and not exists (select from restaurants.review r where r.restaurant_id = v.restaurant_id and r.review_id = v.review_id)
      returning v.restaurant_id
    )
    select distinct restaurant_id::float8 as product_id from gone`,

  /** Votes of nobody and imported ones leave no row: helpfulness is at least the number of voters, unless a negative one was imported. */
  findHelpfulness: found(`
    select r.restaurant_id as product_id, r.helpfulness < v.voters as drifts
    from (select v.restaurant_id, v.review_id, count(*) as voters from restaurants.vote v where ${look('v')} group by 1, 2) v
    join restaurants.review r on r.restaurant_id = v.restaurant_id and r.review_id = v.review_id and ${look('r')}`),

  /** Who votes holds the review until the commit. */
  mendHelpfulness: (restaurants: string) => `
    select 1 from restaurants.review r where r.restaurant_id = any(${restaurants})
      and exists (select from restaurants.vote v where v.restaurant_id = r.restaurant_id and v.review_id = r.review_id)
    order by r.restaurant_id, r.review_id for no key update;
    with raised as (
      update restaurants.review r set helpfulness = v.voters
      from (select restaurant_id, review_id, count(*) as voters from restaurants.vote where restaurant_id = any(${restaurants}) group by 1, 2) v
      where r.restaurant_id = v.restaurant_id and r.review_id = v.review_id and r.helpfulness < v.voters
      returning r.restaurant_id
    ), ${dropFirstReviews('raised')}
    select distinct restaurant_id::float8 as product_id from raised`,
}
