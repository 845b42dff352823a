import { decisionItems, isAddress } from '../../kit/moderation-queries.ts'
import type { FoundText } from '../../kit/moderation.ts'
import { dropFirstPages } from './write-queries.ts'

/** What can be decided on: its table, its key, which ends with its id, and what differs in its columns. */
type Target = {
  readonly table: string
  readonly key: readonly string[]
  readonly id: string
  readonly answerId: string
  readonly photos: string
  readonly person: string
}
const question: Target = {
  table: 'question',
  key: ['product_id', 'question_id'],
  id: 'question_id',
  answerId: 'null::bigint',
  photos: `'{}'::text[]`,
  person: 'asker',
}
const answer: Target = {
  table: 'answer',
  key: ['product_id', 'question_id', 'answer_id'],
  id: 'answer_id',
  answerId: 'answer_id',
  photos: 'r.photo_urls',
  person: 'answerer',
}

const columns = ({ key }: Target, row: string) => key.map((column) => `${row}.${column}`).join(', ')
const sameKey = ({ key }: Target, row: string) => key.map((column) => `r.${column} = ${row}.${column}`).join(' and ')

/** The rows that the items name, locked, as they are now; one that `waits` was reported and not decided on. */
const target = (of: Target) => `
  target as materialized (
    select ${columns(of, 'r')}, r.reported and not r.rejected as waits
    from (select distinct id from item) i join questions.${of.table} r on r.${of.id} = i.id
    order by ${columns(of, 'r')} for no key update of r
  )`

/** A decision, by what it sets. Of several decisions on one thing the first is taken; the others find it decided. */
const decide = (of: Target, decision: string, set: string) => `
    with ${decisionItems}, ${target(of)},
    taken as materialized (
      select f.*, nextval('questions.decision_id') as decision_id from (
        select distinct on (${columns(of, 't')}) i.n, i.reason, i.decided_at, ${columns(of, 't')}
        from item i join target t on t.${of.id} = i.id where t.waits order by ${columns(of, 't')}, i.n
      ) f
    ), decided as (
      update questions.${of.table} r set ${set} from taken t where ${sameKey(of, 't')} returning r.product_id
    ), ${dropFirstPages('decided')},
    ledger as (
      insert into questions.decision (product_id, decision_id, question_id, answer_id, decision, reason, decided_at)
      select product_id, decision_id, question_id, ${of.answerId}, '${decision}', reason, decided_at from taken
    )
    select i.n, t.product_id::float8, t.question_id::float8, i.id::float8, k.decision_id::float8
    from item i join target t on t.${of.id} = i.id left join taken k on k.n = i.n`

const moderated = (of: Target) => ({
  reported: `
    select r.${of.id}::float8 as id, r.product_id::float8, r.${of.person}_name as name, r.body as text, ${of.photos} as photos, r.created_at
    from questions.${of.table} r where r.reported and not r.rejected and r.${of.id} > $1::bigint order by r.${of.id} limit $2::bigint`,

  ledger: `
    select decision_id::float8, ${of.id}::float8 as id, product_id::float8, decision, reason, decided_at, receipt_id
    from questions.decision where decision_id > $1::bigint and answer_id is ${of === answer ? 'not null' : 'null'}
    order by decision_id limit $2::bigint`,

  restore: decide(of, 'restored', 'reported = false'),
  reject: decide(of, 'rejected', 'rejected = true'),

  find: `
    select ${of.id}::float8 as id, tableoid::bigint::float8 as found_in
    from questions.${of.table} where ${isAddress(`${of.person}_email`)} limit $2::bigint`,
})

const found = (of: Target, { ids, foundIn }: FoundText) =>
  `unnest(${ids}) as k (id) join questions.${of.table} r on r.${of.id} = k.id and r.tableoid = ${foundIn}`

/** Erases the rows of `gone_question` and `gone_answer`, two queries for (product, question) and (product, question, answer). */
const erase = (questions: string, answers: string, { receiptId, decidedAt }: FoundText) => `
    with gone_question as materialized (${questions}), gone_answer as materialized (${answers}),
    erased_question as (
      delete from questions.question r using gone_question t where ${sameKey(question, 't')} returning r.product_id, r.question_id
    ), erased_answer as (
      delete from questions.answer r using gone_answer t where ${sameKey(answer, 't')} returning r.product_id, r.question_id, r.answer_id
    ), unvoted_question as (
      delete from questions.question_vote v using gone_question t where v.product_id = t.product_id and v.question_id = t.question_id
    ), unvoted_answer as (
      delete from questions.answer_vote v using gone_answer t where v.product_id = t.product_id and v.answer_id = t.answer_id
    ), erased as (
      select product_id, question_id, null::bigint as answer_id from erased_question
      union all select product_id, question_id, answer_id from erased_answer
    ), ${dropFirstPages('erased')},
    ledger as (
      insert into questions.decision (product_id, decision_id, question_id, answer_id, decision, reason, receipt_id, decided_at)
      select product_id, nextval('questions.decision_id'), question_id, answer_id, 'erased', '', ${receiptId}, ${decidedAt} from erased
    )
    select case when answer_id is null then 'question' else 'answer' end as kind, product_id::float8, question_id::float8,
      coalesce(answer_id, question_id)::float8 as id
    from erased`

/** See kit/moderation.ts. */
export const questionModerationQueries = {
  question: moderated(question),
  answer: moderated(answer),

  /** With all their answers, whoever wrote those: none is left without its question. */
  eraseQuestions: (of: FoundText) => `
    select 1 from ${found(question, of)} order by ${columns(question, 'r')} for update of r;
    select 1 from ${found(question, of)} join questions.answer a on a.product_id = r.product_id and a.question_id = r.question_id
    order by ${columns(answer, 'a')} for update of a;
    ${erase(
      `select ${columns(question, 'r')} from ${found(question, of)} order by ${columns(question, 'r')}`,
      `select ${columns(answer, 'a')} from gone_question r
        join questions.answer a on a.product_id = r.product_id and a.question_id = r.question_id order by ${columns(answer, 'a')}`,
      of,
    )}`,

  eraseAnswers: (of: FoundText) => `
    select 1 from ${found(answer, of)} order by ${columns(answer, 'r')} for update of r;
    ${erase(
      `select 0::bigint as product_id, 0::bigint as question_id where false`,
      `select ${columns(answer, 'r')} from ${found(answer, of)} order by ${columns(answer, 'r')}`,
      of,
    )}`,
}
