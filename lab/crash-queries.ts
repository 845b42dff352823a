import { firstPage as firstPageOfQuestions } from '../services/questions/queries.ts'
import { firstPage, meta } from '../services/reviews/queries.ts'

/**
 * The services' tables, looked at from outside: what is counted here is counted anew, by other statements than those that keep it. Each
 * is one statement, so it sees one moment, and may be asked while writes go on.
 */

/** Everything that can be voted on and reported, with how often voters did. */
const thing = (name: string, table: string, votes: string, id: string) => `
  select '${name}' as name, r.${id}::float8 as id, r.product_id::float8 as product, r.helpfulness::float8 as helpfulness, r.reported,
    (select count(*) from ${votes} v where v.product_id = r.product_id and v.${id} = r.${id})::float8 as voters
  from ${table} r`

export const things = [
  thing('review', 'reviews.review', 'reviews.vote', 'review_id'),
  thing('question', 'questions.question', 'questions.question_vote', 'question_id'),
  thing('answer', 'questions.answer', 'questions.answer_vote', 'answer_id'),
].join(' union all ')

export const characteristics = `
  select product_id::float8 as product, array_agg(characteristic_id::float8) as ids from reviews.characteristic group by product_id`

/** How often each text is there, of those that begin as ours do. */
const texts = (table: string, column: string) =>
  `select ${column} as key, count(*)::float8 as found from ${table} where starts_with(${column}, $1) group by ${column}`

export const textsOf = {
  reviews: texts('reviews.review', 'body'),
  questions: texts('questions.question', 'body'),
  answers: texts('questions.answer', 'body'),
  interactions: texts('interactions.interaction', 'element'),
}

export const unitsInCarts = `select coalesce(sum(count), 0)::float8 as units from carts.item`

const stars = [1, 2, 3, 4, 5].map((star) => `count(*) filter (where rating = ${star}) as rated_${star}`).join(', ')
const counters = 'rated_1, rated_2, rated_3, rated_4, rated_5, recommended, not_recommended'

/** Each returns a row, with a text `key`, for each thing that is wrong. */
export const wrongs = {
  'the counters of a product are not those of its reviews': `
    with counted as (
      select product_id, ${stars}, count(*) filter (where recommend) as recommended, count(*) filter (where not recommend) as not_recommended
      from reviews.review where not reported group by product_id
    ), kept as (select product_id, ${counters} from reviews.summary)
    select coalesce(c.product_id, k.product_id)::text as key from counted c full join kept k using (product_id)
    where c is distinct from k and not (c.product_id is null and (select sum(v::bigint) from jsonb_each_text(to_jsonb(k) - 'product_id') e (n, v)) = 0)`,

  'the counters of a characteristic are not those of its reviews': `
    with counted as (
      select r.product_id, e.key::bigint as characteristic_id, count(*) as votes, sum(e.value::bigint) as total
      from reviews.review r cross join lateral jsonb_each_text(r.characteristics) e where not r.reported group by 1, 2
    )
    select k.characteristic_id::text as key from reviews.characteristic k left join counted c using (product_id, characteristic_id)
    where (coalesce(c.votes, 0), coalesce(c.total, 0)) is distinct from (k.votes, k.total::numeric)`,

  'a ready page of reviews is not what the rows say': `
    select d.product_id::text as key from reviews.first_page d cross join lateral (${firstPage('reviews', 'd.product_id')}) f
    where d.results is not null and (d.results, d.whole) is distinct from (f.results, f.whole)`,

  'a ready summary of reviews is not what its counters say': `
    select s.product_id::text as key from reviews.summary s where s.meta is not null and s.meta is distinct from ${meta('reviews')}`,

  'a ready page of questions is not what the rows say': `
    select d.product_id::text as key from questions.first_page d cross join lateral (${firstPageOfQuestions('questions', 'd.product_id')}) f
    where d.results is not null and (d.results, d.whole) is distinct from (f.results, f.whole)`,

  'a review id was given twice': `select review_id::text as key from reviews.review group by review_id having count(*) > 1`,
  'a question id was given twice': `select question_id::text as key from questions.question group by question_id having count(*) > 1`,
  'an answer id was given twice': `select answer_id::text as key from questions.answer group by answer_id having count(*) > 1`,
  'a vote is for no review': `
    select v.review_id::text as key from reviews.vote v
    where not exists (select from reviews.review r where r.product_id = v.product_id and r.review_id = v.review_id)`,
}

/** How many ready documents there are to be right or wrong. */
export const readyDocuments = `
  select (select count(*) from reviews.first_page where results is not null)::float8
    + (select count(*) from reviews.summary where meta is not null)::float8
    + (select count(*) from questions.first_page where results is not null)::float8 as documents`

export const durability = `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as "synchronousCommit"`
