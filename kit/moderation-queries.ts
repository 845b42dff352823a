/** Whether a column holds the address `$1`, whatever the case and the spaces around. No index serves this: it is asked rarely. */
export const isAddress = (column: string) => `lower(btrim(${column}, E' \\t\\r\\n')) = lower(btrim($1, E' \\t\\r\\n'))`

/** What decisions take, as kit/write-lane.ts sends it. */
export const decisionItems = `
  item as materialized (
    select * from json_to_recordset($1::text::json) as i (n integer, id bigint, reason text, response text, decided_at timestamptz)
  )`
