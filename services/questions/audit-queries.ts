import { found, looked } from '../../kit/audit-queries.ts'
import { firstPage } from './queries.ts'
import { dropFirstPages } from './write-queries.ts'

/** What can be voted for: its table, and its id, by which a vote knows it. */
type Target = { readonly table: string; readonly id: string }
const question: Target = { table: 'question', id: 'question_id' }
const answer: Target = { table: 'answer', id: 'answer_id' }

const same = ({ id }: Target) => `r.product_id = v.product_id and r.${id} = v.${id}`

/** See kit/audit.ts. */
const votes = (of: Target) => ({
  findVotes: found(`
    select v.product_id, r.${of.id} is null as drifts
    from questions.${of.table}_vote v left join questions.${of.table} r on ${same(of)} and ${looked('r')} where ${looked('v')}`),

  /** Ids are given once: what is not there will not be. */
  mendVotes: (products: string) => `
    with gone as (
      delete from questions.${of.table}_vote v where v.product_id = any(${products})
        and not exists (select from questions.${of.table} r where ${same(of)})
      returning v.product_id
    )
    select distinct product_id::float8 from gone`,

  /** Votes of nobody and imported ones leave no row: helpfulness is at least the number of voters, unless a negative one was imported. */
  findHelpfulness: found(`
    select r.product_id, r.helpfulness < v.voters as drifts
    from (select v.product_id, v.${of.id}, count(*) as voters from questions.${of.table}_vote v where ${looked('v')} group by 1, 2) v
    join questions.${of.table} r on ${same(of)} and ${looked('r')}`),

  /** Who votes holds the row until the commit. */
  mendHelpfulness: (products: string) => `
    select 1 from questions.${of.table} r where r.product_id = any(${products})
      and exists (select from questions.${of.table}_vote v where ${same(of)})
    order by r.product_id, r.question_id, r.${of.id} for no key update;
    with raised as (
      update questions.${of.table} r set helpfulness = v.voters
      from (select product_id, ${of.id}, count(*) as voters from questions.${of.table}_vote where product_id = any(${products}) group by 1, 2) v
      where ${same(of)} and r.helpfulness < v.voters
      returning r.product_id, r.question_id
    ), ${dropFirstPages('raised')}
    select distinct product_id::float8, question_id::float8 from raised`,
})

export const questionAuditQueries = {
  question: votes(question),
  answer: votes(answer),

  /** A row without reason, such as that of a product whose questions were all erased, says that there is nothing: it stays. */
  findRows: found(`
    select p.product_id, d.product_id is null as drifts
    from (select distinct q.product_id from questions.question q where ${looked('q')}) p
    left join questions.first_page d on d.product_id = p.product_id and ${looked('d')}`),

  findFirstPages: found(`
    select d.product_id, (d.results, d.whole) is distinct from (f.results, f.whole) as drifts
    from questions.first_page d cross join lateral (${firstPage('questions', 'd.product_id')}) f where d.results is not null and ${looked('d')}`),

  /** The same as a write does, which drops the page, or makes the row, whether it saw one or not: so neither misses the other. */
  mendFirstPages: (products: string) => `
    with given as (select product_id from unnest(${products}) as k (product_id)), ${dropFirstPages('given')}
    select product_id::float8 from given`,
}
