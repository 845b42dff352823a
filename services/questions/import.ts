import type { ImportFamily } from '../../kit/import-family.ts'
import { firstPage } from './queries.ts'

export const questionImport: ImportFamily = {
  files: [
    {
      name: 'questions',
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'product_id', kind: 'id' },
        { name: 'body', kind: 'text' },
        { name: 'date_written', kind: 'moment' },
        { name: 'asker_name', kind: 'text' },
        { name: 'asker_email', kind: 'text', nullable: true },
        { name: 'reported', kind: 'flag' },
        { name: 'helpful', kind: 'quantity' },
      ],
    },
    {
      name: 'answers',
      parents: [{ column: 'question_id', of: 'questions' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'question_id', kind: 'id' },
        { name: 'body', kind: 'text' },
        { name: 'date_written', kind: 'moment' },
        { name: 'answerer_name', kind: 'text' },
        { name: 'answerer_email', kind: 'text', nullable: true },
        { name: 'reported', kind: 'flag' },
        { name: 'helpful', kind: 'quantity' },
      ],
    },
    {
      name: 'answers_photos',
      parents: [{ column: 'answer_id', of: 'answers' }],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'answer_id', kind: 'id' },
        { name: 'url', kind: 'text' },
      ],
    },
  ],

  // Rows go in in key order: neighbours of a product share pages, and the key's index is built from sorted input.
  tables: [
    {
      table: 'question',
      from: ['questions'],
      rowsOf: 'questions',
      fill: (stage, next) => `
        insert into ${next}.question (product_id, question_id, helpfulness, reported, created_at, body, asker_name, asker_email)
        select product_id, id, helpful, reported, date_written, body, asker_name, asker_email
        from ${stage}.questions order by product_id, id`,
    },
    {
      table: 'answer',
      from: ['answers', 'questions', 'answers_photos'],
      rowsOf: 'answers',
      fill: (stage, next) => `
        insert into ${next}.answer (product_id, question_id, answer_id, helpfulness, reported, created_at, body, answerer_name,
          answerer_email, photo_ids, photo_urls)
        select q.product_id, a.question_id, a.id, a.helpful, a.reported, a.date_written, a.body, a.answerer_name,
          a.answerer_email, coalesce(p.ids, '{}'), coalesce(p.urls, '{}')
        from ${stage}.answers a
        join ${stage}.questions q on q.id = a.question_id
        left join (
          select answer_id, array_agg(id order by id) as ids, array_agg(url order by id) as urls from ${stage}.answers_photos group by answer_id
        ) p on p.answer_id = a.id
        order by q.product_id, a.question_id, a.id`,
    },
    {
      table: 'first_page',
      from: ['table question', 'table answer'],
      fill: (_, next) => `
        insert into ${next}.first_page (product_id, results, whole)
        select s.product_id, f.results, f.whole
        from (select distinct product_id from ${next}.question) s cross join lateral (${firstPage(next, 's.product_id')}) f
        order by s.product_id`,
    },
    { table: 'question_vote', from: [] },
    { table: 'answer_vote', from: [] },
  ],
  sequences: [
    { sequence: 'question_id', table: 'question', column: 'question_id' },
    { sequence: 'answer_id', table: 'answer', column: 'answer_id' },
    // An answer's photos are in the order of their ids.
    { sequence: 'photo_id', max: (schema) => `select max(photo_ids[cardinality(photo_ids)]) from ${schema}.answer` },
  ],
}
