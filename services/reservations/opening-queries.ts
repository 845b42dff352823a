import { dateOf, freeMask } from './queries.ts'

/** More of a city are looked at by their ids. */
export const housesMax = 10_000

const low31 = 2_147_483_647
/** A week's masks as numbers that JSON keeps exactly: of each day its lower 31 bits and those above. */
const weekParts = [1, 2, 3, 4, 5, 6, 7].map((day) => `(h.week[${day}] & ${low31}) || ',' || (h.week[${day}] >> 31)`).join(` || ',' || `)

export const openingQueries = {
  /** (city): its houses column by column, by id; none of a city of more than `housesMax`. */
  houses: `
    select k.n, (
      with zone as materialized (
        select z.zone, row_number() over (order by z.zone) - 1 as place
        from (select distinct h.zone from reservations.house h where h.city_id = k.city_id) z
      )
      select '{"zones":' || coalesce((select json_agg(z.zone order by z.place) from zone z)::text, '[]') || ',"ids":[' || coalesce(string_agg(h.restaurant_id::text, ','), '')
        || '],"zone":[' || coalesce(string_agg(h.place::text, ','), '') || '],"ahead":[' || coalesce(string_agg(h.days_ahead::text, ','), '')
        || '],"parties":[' || coalesce(string_agg(h.parties::text, ','), '') || '],"weeks":[' || coalesce(string_agg(${weekParts}, ','), '') || ']}'
      from (
        select h.*, z.place from reservations.house h join zone z on z.zone = h.zone where h.city_id = k.city_id order by h.restaurant_id
      ) h having count(*) <= ${housesMax}
    )
    from unnest($1::bigint[]) with ordinality as k (city_id, n)`,

  /**
   * (date in days, minute; zone): the days whose starts are within an hour of the time, {away: days from the date, low: the first of the
   * bits, wanted: so many of them, weekday, plain: no clock is changed, ahead: days from today, starts}.
   */
  windows: `
    select k.n, (
      with near as materialized (
        select o.o as away, k.date + o.o as date, (k.date + o.o)::timestamp at time zone k.zone as midnight,
          (k.date + make_interval(mins => k.minute::integer)) at time zone k.zone as at
        from generate_series(case when k.minute < 480 then -1 else 0 end, case when k.minute >= 1380 then 1 else 0 end) o (o)
      ), near_bits as materialized (
        select n.*, greatest(ceil(extract(epoch from n.at - n.midnight - interval '1 hour') / 1800), floor(extract(epoch from now() - n.midnight) / 1800) + 1, 0)::integer as low,
          least(floor(extract(epoch from n.at - n.midnight + interval '1 hour') / 1800), 62)::integer as high
        from near n
      )
      select '[' || coalesce(string_agg('{"away":' || b.away || ',"low":' || b.low || ',"wanted":' || (b.high - b.low + 1) || ',"weekday":' || extract(isodow from b.date)
        || ',"plain":' || reservations.is_plain(b.date, k.zone) || ',"ahead":' || b.date - (now() at time zone k.zone)::date || ',"starts":['
        || (select string_agg('"' || reservations.local(b.midnight + x * interval '30 minutes', k.zone) || '"', ',' order by x) from generate_series(b.low, b.high) x)
        || ']}', ',' order by b.away), '') || ']'
      from near_bits b where b.low <= b.high
    )
    from (
      select ${dateOf('u.days')} as date, u.minute, u.zone, u.n
      from unnest($1::bigint[], $2::bigint[], $3::text[]) with ordinality as u (days, minute, zone, n)
    ) k`,

  /** (city, date in days, party, bit): houses that have a summary of the day, by id, and its sixteen bits from there on; -1 of one to be made anew. */
  days: `
    select k.n, (
      select '{"ids":[' || coalesce(string_agg(y.restaurant_id::text, ','), '') || '],"bits":[' || coalesce(string_agg(y.bits::text, ','), '') || ']}'
      from (
        select y.restaurant_id, case when y.stale_at <= now() then -1 else (y.free[k.party] >> k.bit::integer) & 65535 end as bits
        from reservations.day y where y.city_id = k.city_id and y.service_date = k.date order by y.restaurant_id
      ) y
    )
    from (
      select u.city_id, ${dateOf('u.days')} as date, u.party, u.bit, u.n
      from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) with ordinality as u (city_id, days, party, bit, n)
    ) k`,

  /**
   * (date in days, minute, party; ids as an array): the same of these houses, whatever clocks do. {days: starts within an hour of the time, for
   * each zone and day; ids, at: which of the days, masks: which of its starts are free}. A time that clocks show twice is both.
   */
  exact: `
    select k.n, (
      with house as materialized (
        select h.* from unnest(k.ids::bigint[]) i (id) join reservations.house h on h.restaurant_id = i.id
      ), zone as materialized (
        select distinct h.zone from house h
      ), near as materialized (
        select z.zone, k.date + o.o as date, (k.date + o.o)::timestamp at time zone z.zone as midnight,
          (k.date + make_interval(mins => k.minute::integer)) at time zone z.zone as at
        from zone z, generate_series(case when k.minute < 480 then -1 else 0 end, case when k.minute >= 1380 then 1 else 0 end) o (o)
      ), both_times as materialized (
        select n.zone, n.date, n.midnight, least(n.at, t.at) - interval '1 hour' as from_at, greatest(n.at, t.at) + interval '1 hour' as to_at
        from near n, lateral (select coalesce(max(a.at), n.at) as at from (values (n.at - interval '1 hour'), (n.at + interval '1 hour')) a (at)
          where a.at at time zone n.zone = n.at at time zone n.zone) t
      ), near_bits as materialized (
        select b.*, greatest(ceil(extract(epoch from b.from_at - b.midnight) / 1800), floor(extract(epoch from now() - b.midnight) / 1800) + 1, 0)::integer as low,
          least(floor(extract(epoch from b.to_at - b.midnight) / 1800), 62)::integer as high
        from both_times b
      ), day as materialized (
        select b.zone, b.date, b.low, (1::bigint << (b.high - b.low + 1)) - 1 as wanted, reservations.is_plain(b.date, b.zone) as plain,
          (row_number() over ())::integer - 1 as place,
          (now() at time zone b.zone)::date as today,
          (select string_agg('"' || reservations.local(b.midnight + x * interval '30 minutes', b.zone) || '"', ',' order by x)
            from generate_series(b.low, b.high) x) as starts
        from near_bits b where b.low <= b.high
      ), open as materialized (
        select h.restaurant_id, d.place, ((${freeMask('h', 'y', 'd', 'k.party')}) >> d.low) & d.wanted as bits
        from house h join day d on d.zone = h.zone
        left join reservations.day y on y.restaurant_id = h.restaurant_id and y.service_date = d.date
        where d.date <= d.today + h.days_ahead
      )
      select '{"days":[' || coalesce((select string_agg('[' || d.starts || ']', ',' order by d.place) from day d), '') || '],"ids":['
        || coalesce(string_agg(o.restaurant_id::text, ',' order by o.restaurant_id, o.place), '') || '],"at":['
        || coalesce(string_agg(o.place::text, ',' order by o.restaurant_id, o.place), '') || '],"masks":['
        || coalesce(string_agg(o.bits::text, ',' order by o.restaurant_id, o.place), '') || ']}'
      from open o where o.bits <> 0
    )
    from (
      select ${dateOf('u.days')} as date, u.minute, u.party, u.ids, u.n
      from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) with ordinality as u (days, minute, party, ids, n)
    ) k`,
}
