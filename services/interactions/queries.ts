export const interactionQueries = {
  /** Takes `$1`, the interactions as JSON text, and returns a row for each; see kit/write-lane.ts. */
  add: `
    with item as materialized (
      select * from json_to_recordset($1::text::json) as i (n integer, session_id bigint, session_check bigint, received_at timestamptz,
        element text, widget text, time text)
    ), added as (
      insert into interactions.interaction (session_id, session_check, received_at, element, widget, time)
      select session_id, session_check, received_at, element, widget, time from item order by session_id, n
    )
    select n from item`,
}
