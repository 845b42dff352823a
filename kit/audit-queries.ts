/** The products a statement looks at, or what else its rows are grouped by: see `find` in kit/audit.ts. */
export const looked = (row: string, group = 'product_id') => `${row}.${group} > $1::bigint and ${row}.${group} <= $2::bigint`

/** Where the next look ends: some rows of `table` further on. */
export const stepOf = (table: string, group = 'product_id') =>
  `select r.${group}::text as product_id from ${table} r where r.${group} > $1::bigint order by r.${group} offset $2::bigint limit 1`

/** What a look found, from its (product_id, drifts), a row for each that was compared. */
export const found = (compared: string) => `
  select coalesce(sum(p.rows), 0)::float8 as rows, count(*) filter (where p.drifts)::float8 as drifted,
    coalesce((array_agg(p.product_id::float8 order by p.product_id) filter (where p.drifts))[1:$3::bigint], '{}') as products
  from (select c.product_id, count(*) as rows, bool_or(c.drifts) as drifts from (${compared}) c group by c.product_id) p`
