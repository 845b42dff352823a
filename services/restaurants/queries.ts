import type { Sort } from './types.ts'

/** Reviews of the ready first page: the default count. */
export const firstReviewsCount = 5
/** What a cursor of each order begins with; see kit/cursor.ts. */
export const cursorVersions: Record<Sort, string> = { newest: 'rn1', highest: 'rh1', lowest: 'rl1', helpful: 'rf1' }

/** The text of a cursor as kit/cursor.ts makes and reads it. */
export const cursor = (version: string, ...key: string[]) =>
  `'"' || translate(encode(convert_to('${version}:' || ${key.join(` || ',' || `)}, 'UTF8'), 'base64'), E'+/=\\n', '-_') || '"'`

/** Milliseconds since 1970, and back: what created_at holds is no finer. */
const epochMs = (moment: string) => `(extract(epoch from ${moment}) * 1000)::bigint`
const momentOf = (ms: string) => `timestamptz 'epoch' + ${ms} * interval '1 millisecond'`

/** Each order, the number it goes by before the id, and what comes after the row that a cursor names. */
const orders: Record<Sort, { by: string; key: string; after: string }> = {
  newest: {
    by: 'r.created_at desc, r.review_id desc',
    key: epochMs('r.created_at'),
    after: `(r.created_at, r.review_id) < (${momentOf('k.after')}, k.after_id)`,
  },
  highest: { by: 'r.overall desc, r.review_id desc', key: 'r.overall', after: '(r.overall, r.review_id) < (k.after, k.after_id)' },
  lowest: {
    by: 'r.overall, r.review_id desc',
    key: 'r.overall',
    after: 'r.overall >= k.after and (r.overall > k.after or r.review_id < k.after_id)',
  },
  helpful: {
    by: 'r.helpfulness desc, r.review_id desc',
    key: 'r.helpfulness',
    after: '(r.helpfulness, r.review_id) < (k.after, k.after_id)',
  },
}

/** A review as it is on the wire. */
export const entry = (r: string) => `'{"id":' || ${r}.review_id || ',"overall":' || ${r}.overall || ',"food":' || ${r}.food
  || ',"service":' || ${r}.service || ',"ambience":' || ${r}.ambience || ',"text":' || to_json(${r}.body)
  || ',"dined_on":"' || to_char(${r}.dined_on, 'YYYY-MM-DD') || '","created_at":"'
  || to_char(${r}.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '","name":' || to_json(${r}.name)
  || ',"helpful":' || ${r}.helpfulness || ',"verified":' || ${r}.verified || '}'`

type PageOf = { schema: string; restaurant: string; sort: Sort; count: string; after?: string }

/** A page as it is answered: one row more than is shown says that there is another. */
const page = ({ schema, restaurant, sort, count, after = 'true' }: PageOf) => `
  select '{"results":[' || coalesce(string_agg(e.entry, ',' order by e.place) filter (where e.place <= ${count}), '') || '],"next_cursor":'
    || coalesce(max(e.next) filter (where e.place = ${count} and e.more), 'null') || '}' as body
  from (
    select row_number() over (order by ${orders[sort].by}) as place, lead(true) over (order by ${orders[sort].by}) as more,
      ${entry('r')} as entry, ${cursor(cursorVersions[sort], orders[sort].key, 'r.review_id')} as next
    from (
      select * from ${schema}.review r where r.restaurant_id = ${restaurant} and not r.reported and ${after}
      order by ${orders[sort].by} limit ${count} + 1
    ) r
  ) e`

/** The ready first page of a restaurant. */
export const firstReviews = (schema: string, restaurant: string) =>
  page({ schema, restaurant, sort: 'newest', count: String(firstReviewsCount) })

/** A page made from the rows: (restaurant, count, after, after_id), the last two the cursor's or, without one, beyond every row. */
const reviewsBy = (sort: Sort) => `
  select k.n, case when exists (select from restaurants.summary s where s.restaurant_id = k.restaurant_id)
    then (${page({ schema: 'restaurants', restaurant: 'k.restaurant_id', sort, count: 'k.count', after: orders[sort].after })}) end
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) with ordinality as k (restaurant_id, count, after, after_id, n)`

/** Answers by the primary key of one table. */
const byKey = (table: string, answer: string) => `
  select k.n, ${answer} from unnest($1::bigint[]) with ordinality as k (restaurant_id, n) join restaurants.${table} d using (restaurant_id)`

/** Each statement answers a batch: (n, answer) for the n-th key. */
export const restaurantQueries = {
  overview: byKey('summary', `d.overview || d.summary || '}'`),
  summary: byKey('summary', 'd.summary'),
  photos: byKey('photos', 'd.body'),
  menu: byKey('menu', 'd.body'),
  /** A dropped page is made from the rows, which coalesce asks for only then. */
  firstReviews: byKey('first_reviews', `coalesce(d.body, (${firstReviews('restaurants', 'd.restaurant_id')}))`).replace(
    'k.n,',
    'case when d.body is null then -k.n else k.n end,',
  ),
  newest: reviewsBy('newest'),
  highest: reviewsBy('highest'),
  lowest: reviewsBy('lowest'),
  helpful: reviewsBy('helpful'),

  /** By its slug; nothing when no restaurant is in it. */
  city: `
    select k.n, '{"id":' || c.city_id || '}' from unnest($1::text[]) with ordinality as k (slug, n)
    cross join lateral (select r.city_id from restaurants.restaurant r where r.city_slug = k.slug limit 1) c`,
}
