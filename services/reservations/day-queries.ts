/**
 * The summary of a day of house `h` from the rows of a schema: what `reservations.day_now` says, of many days in one statement, for an
 * import, whose tables are not in service yet. The audit proves that both say the same.
 */
export const dayFree = (schema: string, date: string) => `
  with base as materialized (
    select ${date}::timestamp at time zone h.zone as midnight, (
      case when reservations.is_plain(${date}, h.zone) then h.week[extract(isodow from ${date})]
      else coalesce((
        select bit_or(reservations.span(reservations.elapsed(${date}, o.opens, h.zone),
          reservations.elapsed(${date}, o.closes, h.zone) - h.last_booking_minutes, greatest(h.turn_2, h.turn_4, h.turn_6, h.turn_more)))
        from ${schema}.hours o where o.restaurant_id = h.restaurant_id and o.weekday = extract(isodow from ${date})), 0) end
      & ~coalesce((
        select bit_or(reservations.span(reservations.elapsed(${date}, c.from_minute, h.zone), reservations.elapsed(${date}, c.to_minute, h.zone) - 1, 0))
        from ${schema}.closure c where c.restaurant_id = h.restaurant_id and c.closed_on = ${date}), 0)) as mask
  ), busy as materialized (
    select g.table_id, bit_or(case g.q % 2 when 0 then 1::bigint << (g.q / 2) else 0 end) as even,
      bit_or(case g.q % 2 when 1 then 1::bigint << (g.q / 2) else 0 end) as odd
    from base b cross join lateral (
      select l.table_id, extract(epoch from l.slot_start - b.midnight)::integer / 900 as q from ${schema}.slot l
      where l.restaurant_id = h.restaurant_id
        and l.table_id = any (array(select t.table_id from ${schema}.dining_table t where t.restaurant_id = h.restaurant_id))
        and l.slot_start >= b.midnight and l.slot_start < b.midnight + interval '1890 minutes'
      offset 0
    ) g group by g.table_id
  ), taken as materialized (
    select s.party_min, s.party_max, o.even, o.odd
    from ${schema}.seating s left join lateral (
      select bit_or(y.even), bit_or(y.odd) from busy y where y.table_id = any (s.table_ids)
    ) o (even, odd) on true
    where s.restaurant_id = h.restaurant_id
  ), wide as materialized (
    select party_min, party_max, even, even | (even >> 1) as even_2, even | (even >> 1) | (even >> 2) | (even >> 3) as even_4,
      odd, odd | (odd >> 1) as odd_2, odd | (odd >> 1) | (odd >> 2) | (odd >> 3) as odd_4
    from taken
  ), seated as (
    select p.p, bit_or(case when t.even is null then b.mask
      else b.mask & ~(reservations.any_of((p.turn + 1) / 2, t.even, t.even_2, t.even_4)
        | reservations.any_of(p.turn / 2, t.odd, t.odd_2, t.odd_4)) end) as bits
    from base b cross join wide t join (
      select p, reservations.quarters(p, h.turn_2, h.turn_4, h.turn_6, h.turn_more) as turn from generate_series(h.party_min::integer, h.party_max::integer) p
    ) p on p.p between t.party_min and t.party_max group by p.p
  )
  select array_agg(coalesce(s.bits, 0) order by n.n) as free from generate_series(1, 20) n (n) left join seated s on s.p = n.n`
