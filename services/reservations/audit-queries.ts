import { found, looked } from '../../kit/audit-queries.ts'

const look = (row: string) => looked(row, 'restaurant_id')

/** Who has a slot. */
const owner = `select from reservations.reservation r
  where r.restaurant_id = l.restaurant_id and r.code_high = l.code_high and r.code_low = l.code_low and r.state in ('held', 'booked', 'seated')
    and l.table_id = any (r.table_ids) and l.slot_start >= r.starts_at and l.slot_start < r.ends_at and l.held_until is not distinct from r.held_until`

/** The slots a reservation should have. */
const due = `select t.t as table_id, q.q as slot_start from unnest(r.table_ids) t (t),
  generate_series(r.starts_at, r.ends_at - interval '15 minutes', interval '15 minutes') q (q)`
const lives = `(r.state in ('booked', 'seated') or r.state = 'held' and r.held_until > now())`

/** Who writes holds the house until the commit. */
const locked = (houses: string) =>
  `select 1 from reservations.house h where h.restaurant_id = any(${houses}) order by h.restaurant_id for no key update;`

/** See kit/audit.ts; what is a product there is a restaurant here. */
export const reservationAuditQueries = {
  findOwners: found(`select l.restaurant_id as product_id, not exists (${owner}) as drifts from reservations.slot l where ${look('l')}`),
  mendOwners: (houses: string) => `
    ${locked(houses)}
    with gone as (
      delete from reservations.slot l where l.restaurant_id = any(${houses}) and not exists (${owner}) returning l.restaurant_id
    )
    select distinct restaurant_id::float8 as product_id from gone`,

  /** Where a slot is not within its owner's time, the check before this one says so: here it is enough to count them. */
  findSlots: found(`
    select r.restaurant_id as product_id, ${lives}
      and coalesce(c.slots, 0) <> extract(epoch from r.ends_at - r.starts_at)::integer / 900 * cardinality(r.table_ids) as drifts
    from reservations.reservation r left join (
      select l.restaurant_id, l.code_high, l.code_low, count(*) as slots from reservations.slot l where ${look('l')} group by 1, 2, 3
    ) c on c.restaurant_id = r.restaurant_id and c.code_high = r.code_high and c.code_low = r.code_low
    where ${look('r')}`),
  /** What somebody else has stays theirs, and is found again. */
  mendSlots: (houses: string) => `
    ${locked(houses)}
    with added as (
      insert into reservations.slot (restaurant_id, table_id, slot_start, code_high, code_low, held_until)
      select r.restaurant_id, d.table_id, d.slot_start, r.code_high, r.code_low, r.held_until
      from reservations.reservation r cross join lateral (${due}) d where r.restaurant_id = any(${houses}) and ${lives}
      on conflict do nothing returning restaurant_id
    )
    select distinct restaurant_id::float8 as product_id from added`,

  /** A day on which a hold has ended is made from the rows by who reads it. */
  findDays: found(`
    with y as materialized (select * from reservations.day d where ${look('d')})
    select y.restaurant_id as product_id, (y.stale_at is null or y.stale_at > now()) and y.free is distinct from n.free as drifts
    from y join reservations.days_now(
      (select array_agg(restaurant_id order by restaurant_id, service_date) from y),
      (select array_agg(service_date order by restaurant_id, service_date) from y), now()) n using (restaurant_id, service_date)`),
  mendDays: (houses: string) => `
    ${locked(houses)}
    with y as materialized (select restaurant_id, service_date from reservations.day where restaurant_id = any(${houses})),
    made as materialized (select reservations.refresh(array_agg(restaurant_id), array_agg(service_date), now()) from y)
    select distinct y.restaurant_id::float8 as product_id from y, made`,

  /** Without a row a day is free as the house says. */
  findMissing: found(`
    select r.restaurant_id as product_id, r.state in ('booked', 'seated') and y.restaurant_id is null as drifts
    from reservations.reservation r left join reservations.day y on y.restaurant_id = r.restaurant_id and y.service_date = r.service_date
    where ${look('r')}`),
  mendMissing: (houses: string) => `
    ${locked(houses)}
    with r as materialized (
      select distinct restaurant_id, service_date from reservations.reservation where restaurant_id = any(${houses}) and state in ('booked', 'seated')),
    made as materialized (select reservations.refresh(array_agg(restaurant_id), array_agg(service_date), now()) from r)
    select distinct r.restaurant_id::float8 as product_id from r, made`,
}
