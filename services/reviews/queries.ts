import type { Sort } from './types.ts'

/** The default order first; every order ends with the id, so that it is one. */
const orders: Record<Sort, string> = {
  relevant: 'r.helpfulness desc, r.created_at desc, r.review_id desc',
  newest: 'r.created_at desc, r.review_id desc',
  helpful: 'r.helpfulness desc, r.review_id desc',
}

/** Rows of a page, whatever is asked for: `pageRowsMax` of kit/limits.ts. */
const rowsMax = 5_000
/** A page further on is beyond every product's last one; and its first row must be a bigint. */
const pageMax = 1_000_000_000
/** Reviews of the ready first page: the default count. */
export const firstPageRows = 5

/** A review as it is on the wire. */
const entry = `'{"review_id":' || r.review_id || ',"rating":' || r.rating || ',"summary":' || to_json(r.summary)
  || ',"recommend":' || r.recommend || ',"response":' || coalesce(to_json(r.response)::text, 'null') || ',"body":' || to_json(r.body)
  || ',"date":"' || to_char(r.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  || '","reviewer_name":' || to_json(r.reviewer_name) || ',"helpfulness":' || r.helpfulness || ',"photos":['
  || case when r.photo_ids = '{}' then '' else (
    select string_agg('{"id":' || f.id || ',"url":' || to_json(f.url) || '}', ',' order by f.place)
    from unnest(r.photo_ids, r.photo_urls) with ordinality f (id, url, place)) end || ']}'`

/** The list of a product's reviews in an order, as JSON text: `limit` rows after `skipped`. */
const results = (schema: string, product: string, sort: Sort, limit: string, skipped: string) => `
  select '[' || coalesce(string_agg(e.entry, ','), '') || ']' as results from (
    select ${entry} as entry from ${schema}.review r where r.product_id = ${product} and not r.reported
    order by ${orders[sort]} limit ${limit} offset ${skipped}
  ) e`

/** The first page of product `product`, and whether it has no other reviews. */
export const firstPage = (schema: string, product: string) => `
  select f.results, not exists (
    select from ${schema}.review r where r.product_id = ${product} and not r.reported
    order by ${orders.newest} limit 1 offset ${firstPageRows}) as whole
  from (${results(schema, product, 'relevant', String(firstPageRows), '0')}) f`

const ratings = ['1', '2', '3', '4', '5'].map((star) => `case when s.rated_${star} > 0 then '"${star}":"' || s.rated_${star} || '"' end`)

/** The answer of `/reviews/meta` from a row `s` of summary. The quotient is what `avg(integer)` prints. */
export const meta = (schema: string) => `
  '{"product_id":"' || s.product_id || '","ratings":{' || concat_ws(',', ${ratings.join(', ')}) || '},"recommended":{'
  || concat_ws(',',
    case when s.not_recommended > 0 then '"false":"' || s.not_recommended || '"' end,
    case when s.recommended > 0 then '"true":"' || s.recommended || '"' end)
  || '},"characteristics":{' || coalesce((
    select string_agg(to_json(c.name) || ':{"id":' || c.characteristic_id || ',"value":'
      || coalesce('"' || c.total::numeric / nullif(c.votes, 0) || '"', 'null') || '}', ',' order by c.characteristic_id)
    from ${schema}.characteristic c where c.product_id = s.product_id), '') || '}}'`

const pageAnswer = (list: string) =>
  `'{"product":"' || k.product_id || '","page":' || k.page - 1 || ',"count":' || k.count || ',"results":' || ${list} || '}'`
const pageKeys = `unnest($1::bigint[], $2::bigint[], $3::bigint[]) with ordinality as k (product_id, page, count, n)`
const asked = (sort: Sort) =>
  results('reviews', 'k.product_id', sort, `least(k.count, ${rowsMax})`, `(least(k.page, ${pageMax}) - 1) * least(k.count, ${rowsMax})`)

/** A page in any order, made from the rows: (product, page, count). */
const page = (sort: Sort) => `
  select k.n, ${pageAnswer(`(${asked(sort)})`)} from ${pageKeys}`

/** Each statement answers a batch: (n, answer) for the n-th key. */
export const reviewQueries = {
  newest: page('newest'),
  helpful: page('helpful'),

  /** The ready page where it is there and is the one asked for. Coalesce asks for the rows only where it is not; a join would always. */
  relevant: `
    select case when d.results is null and d.version is not null then -k.n else k.n end,
      ${pageAnswer(`coalesce(d.results, (${asked('relevant')}))`)}
    from ${pageKeys}
    left join reviews.first_page d on d.product_id = k.product_id and k.page = 1 and (k.count = ${firstPageRows} or d.whole and k.count > ${firstPageRows})`,

  /** A product without a row has neither reviews nor characteristics. */
  meta: `
    select case when s.meta is null and s.version is not null then -k.n else k.n end, coalesce(s.meta, ${meta('reviews')},
      '{"product_id":"' || k.product_id || '","ratings":{},"recommended":{},"characteristics":{}}')
    from unnest($1::bigint[]) with ordinality as k (product_id, n) left join reviews.summary s on s.product_id = k.product_id`,
}
