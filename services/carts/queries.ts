import { skusPerCartMax, unitsPerSkuMax } from './types.ts'

export const cartQueries = {
  /** The answer for each of a batch of sessions: (n, answer) for the n-th, an empty list where there is no cart. */
  cart: `
    select k.n, '[' || coalesce(i.items, '') || ']'
    from unnest($1::bigint[], $2::bigint[]) with ordinality as k (session_id, session_check, n)
    cross join lateral (
      select string_agg('{"sku_id":' || i.sku_id || ',"count":"' || i.count || '"}', ',' order by i.sku_id) as items
      from carts.item i where i.session_id = k.session_id and i.session_check = k.session_check
    ) i`,

  /**
   * Takes `$1`, the additions as JSON text, and returns a row for each that was taken; see kit/write-lane.ts. What does not fit into its
   * cart is refused, alone. Additions of a batch were asked for at the same time, so any order among them is right: for units the small
   * ones go first, then none is refused that would fit beside those taken. Carts are locked in key order, and read under the lock.
   */
  add: `
    with item as materialized (
      select * from json_to_recordset($1::text::json) as i (n integer, session_id bigint, session_check bigint, sku_id bigint,
        units integer, touched_at timestamptz)
    ), held as (
      insert into carts.cart (session_id, session_check, touched_at)
      select session_id, session_check, max(touched_at) from item group by session_id, session_check order by session_id, session_check
      on conflict (session_id, session_check) do update set touched_at = greatest(cart.touched_at, excluded.touched_at)
      returning session_id, session_check
    ), content as materialized (
      select h.session_id, h.session_check, c.sku_id, c.count as units
      from held h cross join lateral carts.content(h.session_id, h.session_check) c
    ), sku as (
      select session_id, session_check, sku_id, coalesce(c.units, 0) as units,
        row_number() over (partition by session_id, session_check order by c.units is null, a.n) as place
      from content c
      full join (select session_id, session_check, sku_id, min(n) as n from item group by session_id, session_check, sku_id) a
        using (session_id, session_check, sku_id)
    ), filled as (
      select i.*, s.place, s.units + sum(i.units) over (
        partition by i.session_id, i.session_check, i.sku_id order by i.units, i.n rows unbounded preceding) as units_then
      from item i join sku s using (session_id, session_check, sku_id)
    ), taken as materialized (
      select * from filled where place <= ${skusPerCartMax} and units_then <= ${unitsPerSkuMax}
    ), added as (
      insert into carts.item (session_id, session_check, sku_id, count)
      select session_id, session_check, sku_id, sum(units) from taken group by session_id, session_check, sku_id
      order by session_id, session_check, sku_id
      on conflict (session_id, session_check, sku_id) do update set count = item.count + excluded.count
    )
    select n from taken`,
}
