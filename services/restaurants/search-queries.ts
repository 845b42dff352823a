import { directoryMax } from './directory.ts'

/** The words as they stand, or as English stems them: names are not English. Offset 0: once for each key, not for each row. */
const query = `(select websearch_to_tsquery('simple', k.q) || websearch_to_tsquery('english', k.q) as query offset 0) w`
/** 2: in the name, 1: in cuisine or neighbourhood. */
const nearness = `case when ts_rank('{0,0,0,1}', r.words, w.query) > 0 then 2 when ts_rank('{0,0,1,1}', r.words, w.query) > 0 then 1 else 0 end`

const inOrder = 'l.rank desc, l.restaurant_id'

/** The best of some restaurants, column by column, in the order of lists; see directory.ts. */
const directory = (found: string) => `
  select '{"ids":[' || coalesce(string_agg(d.restaurant_id::text, ','), '') || '],"nears":[' || coalesce(string_agg(d.near::text, ','), '')
    || '],"ranks":[' || coalesce(string_agg(d.rank::text, ','), '') || '],"prices":[' || coalesce(string_agg(d.price::text, ','), '')
    || '],"cuisines":[' || coalesce(string_agg(to_json(d.cuisine)::text, ','), '')
    || '],"neighbourhoods":[' || coalesce(string_agg(to_json(d.neighbourhood)::text, ','), '') || ']}' as directory
  from (${found}) d`
const columns = (near: string) => `l.restaurant_id, ${near} as near, l.rank, l.price, l.cuisine, l.neighbourhood`
const best = (where: string) => `
  select ${columns('0')} from restaurants.listing l ${where} order by ${inOrder} limit ${directoryMax}`

/** Ids and ranks of those that come after a row in the order of lists: the pages that no directory reaches. */
const further = (where: string) => `
  select k.n, '{"ids":[' || coalesce(string_agg(l.restaurant_id::text, ','), '') || '],"ranks":[' || coalesce(string_agg(l.rank::text, ','), '') || ']}'
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[])
    with ordinality as k (city_id, prices, after_rank, after_id, count, cuisine, n)
  left join lateral (
    select l.restaurant_id, l.rank from restaurants.listing l
    where ${where} and (k.cuisine = '' or l.cuisine = k.cuisine) and k.prices >> l.price & 1 = 1
      and l.rank <= k.after_rank and (l.rank < k.after_rank or l.restaurant_id > k.after_id)
    order by ${inOrder} limit k.count
  ) l on true
  group by k.n`

export const searchQueries = {
  /** Of all restaurants, whatever the key. */
  all: `select k.n, (${directory(best(''))}) from unnest($1::bigint[]) with ordinality as k (city_id, n)`,
  city: `select k.n, (${directory(best('where l.city_id = k.city_id'))}) from unnest($1::bigint[]) with ordinality as k (city_id, n)`,
  /** Words of more restaurants than that are no search: some of them are answered. */
  words: `
    select k.n, (${directory(`
      select * from (
        select ${columns(nearness)} from ${query} join restaurants.restaurant r on r.words @@ w.query
        join restaurants.listing l on l.restaurant_id = r.restaurant_id where k.city_id = 0 or r.city_id = k.city_id limit ${directoryMax}
      ) l order by l.near desc, ${inOrder}`)})
    from unnest($1::bigint[], $2::text[]) with ordinality as k (city_id, q, n)`,

  furtherOfAll: further('true'),
  furtherOfCity: further('l.city_id = k.city_id'),

  /** A page of these restaurants: ids as an array, when each has a table as JSON (an empty array where it was not asked), the rest of the answer. */
  page: `
    select k.n, a.answer
    from unnest($1::text[], $2::text[], $3::text[]) with ordinality as k (ids, starts, rest, n)
    cross join lateral (
      select '{"results":[' || coalesce(string_agg('{"id":' || r.restaurant_id || ',"name":' || to_json(r.name) || ',"cuisine":'
        || to_json(r.cuisine) || ',"price":' || r.price || ',"neighbourhood":' || to_json(r.neighbourhood) || ',"city":{"id":' || r.city_id
        || ',"name":' || to_json(r.city_name) || ',"slug":' || to_json(r.city_slug) || '},"zone":' || to_json(r.zone) || ',"photo":'
        || coalesce(to_json(r.cover)::text, 'null') || ',"rating":{"count":' || s.reviews || ',"average":'
        || coalesce(round(s.overall_total::numeric / nullif(s.reviews, 0), 2)::text, 'null') || '}' || coalesce(',"starts":' || c.starts, '')
        || '}', ',' order by c.place), '') || k.rest as answer
      from rows from (unnest(k.ids::bigint[]), json_array_elements(k.starts::json)) with ordinality as c (restaurant_id, starts, place)
      join restaurants.restaurant r using (restaurant_id) join restaurants.summary s using (restaurant_id)
    ) a`,
}
