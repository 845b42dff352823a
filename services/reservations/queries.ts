/** A date that came as days since 1970. */
const dateOf = (days: string) => `(date '1970-01-01' + ${days}::integer)`

/** What is free of day `d` for a party, from its summary `y`; made from the rows where a hold in it has ended, or clocks change. */
const freeMask = (house: string, y: string, d: string, party: string) => `
  case when ${y}.restaurant_id is not null and (${y}.stale_at is null or ${y}.stale_at > now()) then ${y}.free[${party}]
    when ${y}.restaurant_id is null and ${d}.plain
      then case when ${house}.parties >> ${party}::integer & 1 = 1 then ${house}.week[extract(isodow from ${d}.date)] else 0 end
    else reservations.free_mask(${house}.restaurant_id, ${d}.date, ${party}::integer, now()) end`

/** `00:00`, `00:30` and so on: to put a clock's time together costs PostgreSQL more than all the rest of an answer. */
const halfHours = Array.from({ length: 48 }, (_, n) => `${String(n >> 1).padStart(2, '0')}:${n % 2 ? '30' : '00'}`).join('')

/**
 * Who has a table: (city, date in days, minute, party). {days: starts within an hour of the time, for each zone and day; ids: restaurants,
 * at: which of the days, masks: which of its starts are free}. A time that clocks show twice is both.
 */
const openings = (chosen: string) => `
    select k.n, (
      with zone as materialized (
        select distinct h.zone from reservations.house h where ${chosen}
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
        from reservations.house h join day d on d.zone = h.zone
        left join reservations.day y on y.restaurant_id = h.restaurant_id and y.service_date = d.date
        where ${chosen} and d.date <= d.today + h.days_ahead
      )
      select '{"days":[' || coalesce((select string_agg('[' || d.starts || ']', ',' order by d.place) from day d), '') || '],"ids":['
        || coalesce(string_agg(o.restaurant_id::text, ',' order by o.restaurant_id, o.place), '') || '],"at":['
        || coalesce(string_agg(o.place::text, ',' order by o.restaurant_id, o.place), '') || '],"masks":['
        || coalesce(string_agg(o.bits::text, ',' order by o.restaurant_id, o.place), '') || ']}'
      from open o where o.bits <> 0
    )
    from (
      select u.city_id, ${dateOf('u.days')} as date, u.minute, u.party, u.n
      from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) with ordinality as u (city_id, days, minute, party, n)
    ) k`

/** Each statement answers a batch: (n, answer) for the n-th key. */
export const reservationQueries = {
  /**
   * (restaurant, date in days, minute or -1, party). With a minute the starts at most two hours from it, of the day and, in the night, of
   * its neighbour; without one those of the whole day.
   */
  availability: `
    select k.n, case when h.restaurant_id is not null then '{"restaurant_id":' || k.restaurant_id || ',"date":"' || k.date || '","party":' || k.party
      || ',"zone":' || to_json(h.zone) || ',"starts":[' || coalesce(s.starts, '') || ']}' end
    from (
      select u.restaurant_id, ${dateOf('u.days')} as date, u.minute, u.party, u.n
      from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) with ordinality as u (restaurant_id, days, minute, party, n)
    ) k left join reservations.house h on h.restaurant_id = k.restaurant_id
    left join lateral (
      select string_agg(case when d.plain then case b.b / 48 when 0 then d.this when 1 then d.next end || substr('${halfHours}', b.b % 48 * 5 + 1, 5) || d.rest
          else '"' || reservations.local(d.midnight + b.b * interval '30 minutes', h.zone) || '"' end, ',' order by d.date, b.b) as starts
      from generate_series(case when k.minute between 0 and 540 then -1 else 0 end, case when k.minute > 1320 then 1 else 0 end) o (o)
      cross join lateral (select k.date + o.o as date, (k.date + o.o)::timestamp at time zone h.zone as midnight offset 0) m
      cross join lateral (
        select m.date, m.midnight, reservations.is_plain(m.date, h.zone) as plain, to_char(m.date, '"\\""YYYY-MM-DD"T"') as this,
          to_char(m.date + 1, '"\\""YYYY-MM-DD"T"') as next, ':00' || right(reservations.local(m.midnight, h.zone), 6) || '"' as rest,
          floor(extract(epoch from now() - m.midnight) / 1800)::integer + 1 as first,
          case when k.minute < 0 then null
            else extract(epoch from ((k.date + make_interval(mins => k.minute::integer)) at time zone h.zone) - m.midnight)::integer / 1800 end as middle
        offset 0) d
      left join reservations.day y on y.restaurant_id = h.restaurant_id and y.service_date = d.date
      cross join lateral (select ${freeMask('h', 'y', 'd', 'k.party')} as bits offset 0) f
      cross join lateral generate_series(greatest(coalesce(d.middle - 4, 0), d.first, 0), least(coalesce(d.middle + 4, 62), 62)) b (b)
      where f.bits >> b.b & 1 = 1 and d.date <= (now() at time zone h.zone)::date + h.days_ahead
    ) s on h.restaurant_id is not null`,

  /** (restaurant, high, low; code). What is held is no reservation yet. */
  reservation: `
    select k.n, reservations.document(k.restaurant_id, k.high, k.low, k.code)
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) with ordinality as k (restaurant_id, high, low, code, n)`,

  /** (restaurant, high, low; code) */
  waiting: `
    select k.n, reservations.waiting_document(k.restaurant_id, k.high, k.low, k.code, now())
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) with ordinality as k (restaurant_id, high, low, code, n)`,

  /** (restaurant, high, low): whether that party was seated. */
  seated: `
    select k.n, case when exists (
      select from reservations.reservation r where r.restaurant_id = k.restaurant_id and r.code_high = k.high and r.code_low = k.low
        and r.state in ('seated', 'finished')) then 'true' else 'false' end
    from unnest($1::bigint[], $2::bigint[], $3::bigint[]) with ordinality as k (restaurant_id, high, low, n)`,

  openings: openings('h.city_id = k.city_id'),
  /** The same of all cities; theirs would be looked for in vain. */
  openingsOfAll: openings('true'),
}
