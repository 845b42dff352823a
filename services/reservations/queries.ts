/** A date that came as days since 1970. */
export const dateOf = (days: string) => `(date '1970-01-01' + ${days}::integer)`

/** What is free of day `d` for a party, from its summary `y`; made from the rows where a hold in it has ended, or clocks change. */
export const freeMask = (house: string, y: string, d: string, party: string) => `
  case when ${y}.restaurant_id is not null and (${y}.stale_at is null or ${y}.stale_at > now()) then ${y}.free[${party}]
    when ${y}.restaurant_id is null and ${d}.plain
      then case when ${house}.parties >> ${party}::integer & 1 = 1 then ${house}.week[extract(isodow from ${d}.date)] else 0 end
    else reservations.free_mask(${house}.restaurant_id, ${d}.date, ${party}::integer, now()) end`

/** `00:00`, `00:30` and so on: to put a clock's time together costs PostgreSQL more than all the rest of an answer. */
const halfHours = Array.from({ length: 48 }, (_, n) => `${String(n >> 1).padStart(2, '0')}:${n % 2 ? '30' : '00'}`).join('')

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
      from generate_series(case when k.minute between 0 and 540 then -1 else 0 end, case when k.minute >= 1320 then 1 else 0 end) o (o)
      cross join lateral (select k.date + o.o as date, (k.date + o.o)::timestamp at time zone h.zone as midnight offset 0) m
      cross join lateral (
        select m.date, m.midnight, reservations.is_plain(m.date, h.zone) as plain, to_char(m.date, '"\\""YYYY-MM-DD"T"') as this,
          to_char(m.date + 1, '"\\""YYYY-MM-DD"T"') as next, ':00' || right(reservations.local(m.midnight, h.zone), 6) || '"' as rest,
          floor(extract(epoch from now() - m.midnight) / 1800)::integer + 1 as first,
          case when k.minute < 0 then null
            else extract(epoch from ((k.date + make_interval(mins => k.minute::integer)) at time zone h.zone) - m.midnight) / 1800 end as middle
        offset 0) d
      left join reservations.day y on y.restaurant_id = h.restaurant_id and y.service_date = d.date
      cross join lateral (select ${freeMask('h', 'y', 'd', 'k.party')} as bits offset 0) f
      cross join lateral generate_series(greatest(coalesce(ceil(d.middle)::integer - 4, 0), d.first, 0), least(coalesce(floor(d.middle)::integer + 4, 62), 62)) b (b)
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
}
