/** Rows of a page, whatever is asked for: `pageRowsMax` of kit/limits.ts. */
const rowsMax = 5_000
/** A page further on is beyond every product's last one; and its first row must be a bigint. */
const pageMax = 1_000_000_000
/** Questions of the ready first page: the default count. */
export const firstPageRows = 5
/**
 * A page of questions holds all their answers, so their number does not bound its size. Of a question the first 5,000 answers are
 * shown, up to a MiB; when the answers of a page would be more than 8 MiB, its last questions are shown without theirs. Ordinary
 * answers are of 300 bytes: 5,000 questions have 3 MiB of them. `/answers` lists the answers of any question, page by page.
 */
const questionBytesMax = 1_048_576
const pageBytesMax = 8_388_608

const moment = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** What both lists say of an answer; they differ in the name of its id and in the photos. */
const answerFields = `',"body":' || to_json(a.body) || ',"date":"' || ${moment('a.created_at')}
      || '","answerer_name":' || to_json(a.answerer_name) || ',"helpfulness":' || a.helpfulness || ',"photos":'`

/** An answer within its question. */
const namedAnswer = `'"' || a.answer_id || '":{"id":' || a.answer_id || ${answerFields}
      || case when a.photo_urls = '{}' then '[]' else to_json(a.photo_urls)::text end || '}'`

/** An answer in the list of answers. */
const listedAnswer = `'{"answer_id":' || a.answer_id || ${answerFields} || '['
      || case when a.photo_urls = '{}' then '' else (
        select string_agg('{"id":' || f.id || ',"url":' || to_json(f.url) || '}', ',' order by f.place)
        from unnest(a.photo_ids, a.photo_urls) with ordinality f (id, url, place)) end || ']}'`

/** A question up to its answers, which end it. */
const question = `'{"question_id":' || q.question_id || ',"question_body":' || to_json(q.body) || ',"question_date":"' || ${moment('q.created_at')}
      || '","asker_name":' || to_json(q.asker_name) || ',"question_helpfulness":' || q.helpfulness || ',"reported":false,"answers":{'`

/** The answers of question `q`, as the inside of a JSON object. */
const answersWithin = (schema: string) => `
      select string_agg(b.entry, ',') from (
        select e.entry, sum(octet_length(e.entry)) over (order by e.answer_id rows unbounded preceding) as bytes from (
          select a.answer_id, ${namedAnswer} as entry
          from ${schema}.answer a where a.product_id = q.product_id and a.question_id = q.question_id and not a.reported
          order by a.answer_id limit ${rowsMax}
        ) e
      ) b where b.bytes <= ${questionBytesMax}`

/** The list of a product's questions, as JSON text: `limit` rows after `skipped`. */
const results = (schema: string, product: string, limit: string, skipped: string) => `
  select '[' || coalesce(string_agg(b.question || case when b.bytes <= ${pageBytesMax} then b.answers else '' end || '}}', ','), '') || ']' as results
  from (
    select e.question, e.answers, sum(octet_length(e.answers)) over (order by e.helpfulness desc, e.question_id rows unbounded preceding) as bytes
    from (
      select q.helpfulness, q.question_id, ${question} as question, coalesce((${answersWithin(schema)}), '') as answers
      from ${schema}.question q where q.product_id = ${product} and not q.reported
      order by q.helpfulness desc, q.question_id limit ${limit} offset ${skipped}
    ) e
  ) b`

/** The first page of product `product`, and whether it has no other questions. */
export const firstPage = (schema: string, product: string) => `
  select f.results, not exists (
    select from ${schema}.question q where q.product_id = ${product} and not q.reported
    order by q.question_id limit 1 offset ${firstPageRows}) as whole
  from (${results(schema, product, String(firstPageRows), '0')}) f`

const limit = `least(k.count, ${rowsMax})`
const skipped = `(least(k.page, ${pageMax}) - 1) * ${limit}`
const keys = (id: string) => `unnest($1::bigint[], $2::bigint[], $3::bigint[]) with ordinality as k (${id}, page, count, n)`

/** Each statement answers a batch: (n, answer) for the n-th key. */
export const questionQueries = {
  /**
   * The ready page where it is there and is the one asked for: (product, page, count). As an argument of `coalesce` the page is made
   * from the rows only then; as something joined on that condition it would be made, and thrown away, each time.
   */
  questions: `
    select case when d.results is null and d.version is not null then -k.n else k.n end,
      '{"product_id":"' || k.product_id || '","results":' || coalesce(d.results, (${results('questions', 'k.product_id', limit, skipped)})) || '}'
    from ${keys('product_id')}
    left join questions.first_page d
      on d.product_id = k.product_id and k.page = 1 and (k.count = ${firstPageRows} or d.whole and k.count > ${firstPageRows})`,

  /** Made from the rows: (question, page, count). A question that is reported has its answers still. */
  answers: `
    select k.n, '{"question":"' || k.question_id || '","page":' || k.page || ',"count":' || k.count || ',"results":[' || p.results || ']}'
    from ${keys('question_id')} cross join lateral (
      select coalesce(string_agg(e.entry, ','), '') as results from (
        select ${listedAnswer} as entry from questions.answer a where a.question_id = k.question_id and not a.reported
        order by a.helpfulness desc, a.answer_id limit ${limit} offset ${skipped}
      ) e
    ) p`,
}
