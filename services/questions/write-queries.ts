import { firstPage } from './queries.ts'

/**
 * Rows are locked in one order everywhere, or two processes would wait for each other: questions or answers by key, then first
 * pages by product. What a statement reads before it holds the lock may be old; what it adds to, PostgreSQL reads anew.
 */

/** What can be voted for and reported: its table, and its key, which ends with the id that a request names. */
type Target = { readonly table: string; readonly key: readonly string[]; readonly id: string }
const question: Target = { table: 'question', key: ['product_id', 'question_id'], id: 'question_id' }
const answer: Target = { table: 'answer', key: ['product_id', 'question_id', 'answer_id'], id: 'answer_id' }

/** The rows that the items name, locked, as they are now. */
const target = (of: Target) => `
  target as materialized (
    select ${columns(of, 'r')}, r.reported
    from (select distinct id from item) i join questions.${of.table} r on r.${of.id} = i.id
    order by ${columns(of, 'r')} for no key update of r
  )`

const columns = ({ key }: Target, row: string) => key.map((column) => `${row}.${column}`).join(', ')
const sameKey = ({ key }: Target, row: string) => key.map((column) => `r.${column} = ${row}.${column}`).join(' and ')

/** Drops the first pages of the products of `source`. */
export const dropFirstPages = (source: string) => `
  dropped as (
    insert into questions.first_page (product_id, version) select distinct product_id, 1 from ${source} order by product_id
    on conflict (product_id) do update set version = first_page.version + 1, results = null
  )`

/** A vote of nobody always counts; a voter's counts once, by the key of the table of votes. */
const helpful = (of: Target) => `
    with item as materialized (
      select * from json_to_recordset($1::text::json) as i (n integer, id bigint, voter_id bigint, voter_check bigint)
    ), ${target(of)},
    voted as (
      insert into questions.${of.table}_vote (product_id, ${of.id}, voter_id, voter_check)
      select distinct t.product_id, t.${of.id}, i.voter_id, i.voter_check
      from item i join target t on t.${of.id} = i.id where i.voter_id is not null
      on conflict do nothing returning ${of.id} as id
    ), counted as (
      select ${columns(of, 't')}, count(*) as votes
      from (select id from item where voter_id is null union all select id from voted) v join target t on t.${of.id} = v.id
      group by ${columns(of, 't')}
    ), changed as (
      update questions.${of.table} r set helpfulness = least(r.helpfulness + c.votes, 2147483647)
      from counted c where ${sameKey(of, 'c')} returning r.product_id
    ), ${dropFirstPages('changed')}
    select i.n, t.product_id::float8, t.question_id::float8 from item i join target t on t.${of.id} = i.id`

const report = (of: Target) => `
    with item as materialized (
      select * from json_to_recordset($1::text::json) as i (n integer, id bigint)
    ), ${target(of)},
    hidden as (
      update questions.${of.table} r set reported = true from target t where ${sameKey(of, 't')} and not t.reported returning r.product_id
    ), ${dropFirstPages('hidden')}
    select i.n, t.product_id::float8, t.question_id::float8 from item i join target t on t.${of.id} = i.id`

/** Each takes `$1`, the items as JSON text, and returns a row for each that was taken; see kit/write-lane.ts. */
export const questionWrites = {
  addQuestion: `
    with item as materialized (
      select * from json_to_recordset($1::text::json) as i (n integer, product_id bigint, body text, name text, email text, created_at timestamptz)
    ), taken as materialized (
      select i.*, nextval('questions.question_id') as question_id from item i
    ), added as (
      insert into questions.question (product_id, question_id, helpfulness, reported, created_at, body, asker_name, asker_email)
      select product_id, question_id, 0, false, created_at, body, name, email from taken
    ), ${dropFirstPages('taken')}
    select n, product_id::float8, question_id::float8 from taken`,

  /**
   * A question that is reported can still be answered; one that is nowhere refuses the answer. It is locked: an answer is not left
   * behind by a question that is being erased.
   */
  addAnswer: `
    with item as materialized (
      select * from json_to_recordset($1::text::json) as i (n integer, question_id bigint, body text, name text, email text, photos json,
        created_at timestamptz)
    ), taken as materialized (
      select i.*, q.product_id, nextval('questions.answer_id') as answer_id
      from item i join questions.question q on q.question_id = i.question_id
      order by q.product_id, q.question_id, i.n for key share of q
    ), added as (
      insert into questions.answer (product_id, question_id, answer_id, helpfulness, reported, created_at, body, answerer_name,
        answerer_email, photo_ids, photo_urls)
      select t.product_id, t.question_id, t.answer_id, 0, false, t.created_at, t.body, t.name, t.email,
        coalesce(p.ids, '{}'), coalesce(p.urls, '{}')
      from taken t cross join lateral (
        select array_agg(nextval('questions.photo_id') order by u.place) as ids, array_agg(u.url order by u.place) as urls
        from json_array_elements_text(t.photos) with ordinality u (url, place)) p
    ), ${dropFirstPages('taken')}
    select n, product_id::float8, question_id::float8 from taken`,

  helpfulQuestion: helpful(question),
  helpfulAnswer: helpful(answer),
  reportQuestion: report(question),
  reportAnswer: report(answer),

  /** Makes dropped documents again. A write that was committed meanwhile has moved `version`, and the document is not put back. */
  putBackFirstPage: `
    with item as materialized (select * from json_to_recordset($1::text::json) as i (n integer, id bigint)),
    made as materialized (
      select i.n, d.product_id, d.version, f.results, f.whole
      from item i join questions.first_page d on d.product_id = i.id cross join lateral (${firstPage('questions', 'd.product_id')}) f
      where d.results is null order by d.product_id
    )
    update questions.first_page d set results = m.results, whole = m.whole
    from made m where d.product_id = m.product_id and d.version = m.version and d.results is null
    returning m.n`,
}
