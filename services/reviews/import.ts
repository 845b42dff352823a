import type { ImportFamily } from '../../kit/import-family.ts'
import { firstPage, meta } from './queries.ts'

export const reviewImport: ImportFamily = {
  files: [
    {
      name: 'reviews',
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'product_id', kind: 'id' },
        { name: 'rating', kind: 'rating' },
        { name: 'date', kind: 'moment' },
        { name: 'summary', kind: 'text' },
        { name: 'body', kind: 'text' },
        { name: 'recommend', kind: 'flag' },
        { name: 'reported', kind: 'flag' },
        { name: 'reviewer_name', kind: 'text' },
        { name: 'reviewer_email', kind: 'text', nullable: true },
        { name: 'response', kind: 'text', nullable: true },
        { name: 'helpfulness', kind: 'quantity' },
      ],
    },
    {
      name: 'reviews_photos',
      parents: [{ column: 'review_id', of: 'reviews' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'review_id', kind: 'id' },
        { name: 'url', kind: 'text' },
      ],
    },
    {
      name: 'characteristics',
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'product_id', kind: 'id' },
        { name: 'name', kind: 'text' },
      ],
    },
    {
      name: 'characteristic_reviews',
      parents: [
        { column: 'review_id', of: 'reviews' },
        { column: 'characteristic_id', of: 'characteristics' },
      ],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'characteristic_id', kind: 'id' },
        { name: 'review_id', kind: 'id' },
        { name: 'value', kind: 'rating' },
      ],
    },
  ],

  // Rows go in in key order: neighbours of a product share pages, and the key's index is built from sorted input.
  tables: [
    {
      table: 'review',
      from: ['reviews', 'reviews_photos', 'characteristic_reviews'],
      rowsOf: 'reviews',
      fill: (stage, next) => `
        insert into ${next}.review (product_id, review_id, rating, recommend, reported, helpfulness, created_at, summary, body, response,
          reviewer_name, reviewer_email, photo_ids, photo_urls, characteristics)
        select r.product_id, r.id, r.rating, r.recommend, r.reported, r.helpfulness, r.date, r.summary, r.body, r.response,
          r.reviewer_name, r.reviewer_email, coalesce(p.ids, '{}'), coalesce(p.urls, '{}'), coalesce(c.answers, '{}')
        from ${stage}.reviews r
        left join (
          select review_id, array_agg(id order by id) as ids, array_agg(url order by id) as urls from ${stage}.reviews_photos group by review_id
        ) p on p.review_id = r.id
        left join (
          select review_id, jsonb_object_agg(characteristic_id, value) as answers from ${stage}.characteristic_reviews group by review_id
        ) c on c.review_id = r.id
        order by r.product_id, r.id`,
    },
    {
      table: 'characteristic',
      from: ['characteristics', 'table review'],
      rowsOf: 'characteristics',
      // Counted as the statements that move the counters will read them: of the review itself, for its own product.
      fill: (stage, next) => `
        insert into ${next}.characteristic (product_id, characteristic_id, name, votes, total)
        select c.product_id, c.id, c.name, coalesce(v.votes, 0), coalesce(v.total, 0)
        from ${stage}.characteristics c
        left join (
          select r.product_id, e.key::bigint as characteristic_id, count(*) as votes, sum(e.value::bigint) as total
          from ${next}.review r cross join lateral jsonb_each_text(r.characteristics) e where not r.reported group by 1, 2
        ) v on v.product_id = c.product_id and v.characteristic_id = c.id
        order by c.product_id, c.id`,
    },
    {
      table: 'summary',
      from: ['table review', 'table characteristic'],
      fill: (_, next) => `
        insert into ${next}.summary (product_id, rated_1, rated_2, rated_3, rated_4, rated_5, recommended, not_recommended, meta)
        select s.*, ${meta(next)} from (
          select p.product_id, ${[1, 2, 3, 4, 5].map((star) => `count(*) filter (where r.rating = ${star}) as rated_${star}`).join(', ')},
            count(*) filter (where r.recommend) as recommended, count(*) filter (where not r.recommend) as not_recommended
          from (select product_id from ${next}.characteristic union select product_id from ${next}.review) p
          left join ${next}.review r on r.product_id = p.product_id and not r.reported
          group by p.product_id
        ) s order by s.product_id`,
    },
    {
      table: 'first_page',
      from: ['table review', 'table summary'],
      fill: (_, next) => `
        insert into ${next}.first_page (product_id, results, whole)
        select s.product_id, f.results, f.whole
        from ${next}.summary s cross join lateral (${firstPage(next, 's.product_id')}) f order by s.product_id`,
    },
    { table: 'vote', from: [] },
  ],
  sequences: [
    { sequence: 'review_id', table: 'review', column: 'review_id' },
    { sequence: 'photo_id', max: (schema) => `select max(id) from ${schema}.review cross join lateral unnest(photo_ids) as id` },
    { sequence: 'characteristic_id', table: 'characteristic', column: 'characteristic_id' },
  ],
}
