import type { ImportColumn, ImportFamily } from '../../kit/import-family.ts'
import { dayFree } from './day-queries.ts'

const restaurant: ImportColumn = { name: 'restaurant_id', kind: 'id' }
const ofHouse = [{ column: 'restaurant_id', of: 'houses' }]
const numbers = (...names: string[]): ImportColumn[] => names.map((name) => ({ name, kind: 'quantity' }))

const longest = 'greatest(h.turn_2, h.turn_4, h.turn_6, h.turn_more)'
/** A day's summary can say nothing of turns that are longer. */
const turn = (column: string) => `least(greatest(f.${column}, 15), 360)`

/** The first opening that has the start: after midnight it may be that of the day before. */
const serviceDate = (next: string) => `
  case when extract(hour from l.at) < 6 and exists (
    select from ${next}.hours o where o.restaurant_id = h.restaurant_id and o.weekday = extract(isodow from l.at::date - 1)
      and o.closes > 1440 + extract(epoch from l.at::time) / 60) then l.at::date - 1 else l.at::date end`

/** Two parties at a table at once are not imported: the later one goes. */
const reservations = (stage: string, next: string) => `
  with given as materialized (
    select r.id, r.restaurant_id, r.starts_at, r.starts_at + reservations.quarters(r.party, h.turn_2, h.turn_4, h.turn_6, h.turn_more) * interval '15 minutes' as ends_at,
      case when r.table_id is not null then array[r.table_id] else j.table_ids end as table_ids,
      r.party, r.state, r.name, r.email, r.phone, r.notes, ${serviceDate(next)} as service_date,
      md5(gen_random_uuid()::text || gen_random_uuid()) as bits
    from ${stage}.reservations r join ${next}.house h on h.restaurant_id = r.restaurant_id
    left join (select join_id, array_agg(table_id order by table_id) as table_ids from ${stage}.house_join_tables group by join_id) j using (join_id)
    cross join lateral (select r.starts_at at time zone h.zone as at) l
    where r.party between 1 and 20 and r.state in ('booked', 'seated', 'finished', 'no_show', 'cancelled')
      and extract(epoch from r.starts_at)::bigint % 900 = 0
  ), met as materialized (
    select distinct m.id from (
      select g.id, g.starts_at < max(g.ends_at) over (partition by g.restaurant_id, t.t order by g.starts_at, g.id rows between unbounded preceding and 1 preceding) as meets
      from given g cross join lateral unnest(g.table_ids) t (t) where g.state in ('booked', 'seated')
    ) m where m.meets
  )
  insert into ${next}.reservation (restaurant_id, code_high, code_low, service_date, starts_at, ends_at, table_ids, party, state, created_at, name, email,
    phone, notes)
  select restaurant_id, ('x' || substr(bits, 1, 13))::bit(50)::bigint as high, ('x' || substr(bits, 14, 13))::bit(50)::bigint as low, service_date, starts_at,
    ends_at, table_ids, party, state, now(), name, email, phone, notes
  from given g where table_ids is not null and not exists (select from met m where m.id = g.id) order by restaurant_id, high, low`

export const reservationImport: ImportFamily = {
  files: [
    {
      name: 'houses',
      columns: [
        restaurant,
        { name: 'city_id', kind: 'id' },
        { name: 'zone', kind: 'text' },
        ...numbers('party_min', 'party_max', 'last_booking_minutes', 'days_ahead', 'turn_2', 'turn_4', 'turn_6', 'turn_more'),
      ],
    },
    { name: 'house_hours', parents: ofHouse, columns: [{ name: 'id', kind: 'id' }, restaurant, ...numbers('weekday', 'opens', 'closes')] },
    { name: 'house_closures', parents: ofHouse, columns: [{ name: 'id', kind: 'id' }, restaurant, { name: 'closed_on', kind: 'moment' }] },
    { name: 'house_tables', parents: ofHouse, columns: [{ name: 'id', kind: 'id' }, restaurant, ...numbers('seats_min', 'seats_max')] },
    { name: 'house_joins', parents: ofHouse, columns: [{ name: 'id', kind: 'id' }, restaurant, ...numbers('party_min', 'party_max')] },
    {
      name: 'house_join_tables',
      parents: [
        { column: 'join_id', of: 'house_joins' },
        { column: 'table_id', of: 'house_tables' },
      ],
      columns: [
        { name: 'id', kind: 'id' },
        { name: 'join_id', kind: 'id' },
        { name: 'table_id', kind: 'id' },
      ],
    },
    {
      name: 'reservations',
      parents: [...ofHouse, { column: 'table_id', of: 'house_tables' }, { column: 'join_id', of: 'house_joins' }],
      columns: [
        { name: 'id', kind: 'id' },
        restaurant,
        { name: 'table_id', kind: 'id', nullable: true },
        { name: 'join_id', kind: 'id', nullable: true },
        { name: 'starts_at', kind: 'moment' },
        ...numbers('party'),
        { name: 'state', kind: 'text' },
        { name: 'name', kind: 'text', nullable: true },
        { name: 'email', kind: 'text', nullable: true },
        { name: 'phone', kind: 'text', nullable: true },
        { name: 'notes', kind: 'text', nullable: true },
      ],
    },
  ],

  tables: [
    {
      table: 'hours',
      from: ['house_hours'],
      rowsOf: 'house_hours',
      fill: (stage, next) => `
        insert into ${next}.hours (restaurant_id, hours_id, weekday, opens, closes)
        select restaurant_id, id, weekday, opens, closes from ${stage}.house_hours
        where weekday between 1 and 7 and opens >= 0 and opens < closes and closes <= 1800 order by 1, 2`,
    },
    {
      table: 'closure',
      from: ['house_closures'],
      rowsOf: 'house_closures',
      fill: (stage, next) => `
        insert into ${next}.closure (restaurant_id, closure_id, closed_on)
        select restaurant_id, id, (closed_on at time zone 'UTC')::date from ${stage}.house_closures order by 1, 2`,
    },
    {
      table: 'dining_table',
      from: ['house_tables'],
      rowsOf: 'house_tables',
      fill: (stage, next) => `
        insert into ${next}.dining_table (restaurant_id, table_id, seats_min, seats_max)
        select restaurant_id, id, seats_min, seats_max from ${stage}.house_tables order by 1, 2`,
    },
    {
      // The smallest that suffices comes first, and one table before some put together.
      table: 'seating',
      from: ['house_tables', 'house_joins', 'house_join_tables'],
      fill: (stage, next) => `
        insert into ${next}.seating (restaurant_id, rank, seating_id, table_ids, party_min, party_max)
        select restaurant_id, seats_max * 10, id, array[id], seats_min, least(seats_max, 20) from ${stage}.house_tables
        union all
        select j.restaurant_id, j.party_max * 10 + 5, j.id, array_agg(t.table_id order by t.table_id), j.party_min, least(j.party_max, 20)
        from ${stage}.house_joins j join ${stage}.house_join_tables t on t.join_id = j.id group by j.id, j.restaurant_id, j.party_min, j.party_max
        order by 1, 2, 3`,
    },
    {
      // A zone that PostgreSQL does not know would make every question about the house an error.
      table: 'house',
      from: ['houses', 'table hours', 'table seating'],
      rowsOf: 'houses',
      fill: (stage, next) => `
        insert into ${next}.house (restaurant_id, city_id, zone, party_min, party_max, last_booking_minutes, days_ahead, turn_2, turn_4, turn_6,
          turn_more, week, parties)
        select h.restaurant_id, h.city_id, h.zone, h.party_min, h.party_max, h.last_booking_minutes, h.days_ahead, h.turn_2, h.turn_4, h.turn_6,
          h.turn_more, w.week, p.parties & ((1::bigint << (h.party_max + 1)) - (1::bigint << h.party_min))
        from (
          select f.restaurant_id, f.city_id, f.zone, greatest(f.party_min, 1) as party_min, least(f.party_max, 20) as party_max,
            least(f.last_booking_minutes, 1800) as last_booking_minutes, least(f.days_ahead, 1000) as days_ahead,
            ${['turn_2', 'turn_4', 'turn_6', 'turn_more'].map((column) => `${turn(column)} as ${column}`).join(', ')}
          from ${stage}.houses f where f.zone in (select name from pg_timezone_names) and f.party_min <= 20
        ) h
        cross join lateral (
          select array_agg(coalesce((
            select bit_or(reservations.span(o.opens, o.closes - h.last_booking_minutes, ${longest})) from ${next}.hours o
            where o.restaurant_id = h.restaurant_id and o.weekday = n.n), 0) order by n.n) as week
          from generate_series(1, 7) n (n)
        ) w
        cross join lateral (
          select coalesce(bit_or((1::bigint << (s.party_max + 1)) - (1::bigint << s.party_min)), 0) as parties
          from ${next}.seating s where s.restaurant_id = h.restaurant_id
        ) p
        order by h.restaurant_id`,
    },
    {
      table: 'reservation',
      from: ['reservations', 'house_join_tables', 'table house', 'table hours'],
      rowsOf: 'reservations',
      fill: reservations,
    },
    {
      table: 'slot',
      from: ['table reservation'],
      fill: (_, next) => `
        insert into ${next}.slot (restaurant_id, table_id, slot_start, code_high, code_low)
        select r.restaurant_id, t.t, q.q, r.code_high, r.code_low
        from ${next}.reservation r cross join lateral unnest(r.table_ids) t (t)
        cross join lateral generate_series(r.starts_at, r.ends_at - interval '15 minutes', interval '15 minutes') q (q)
        where r.state in ('booked', 'seated') order by 1, 2, 3`,
    },
    {
      // In the order in which a city's are read. The night of a day may reach into the starts of its neighbours, where a house opens early.
      table: 'day',
      from: ['table house', 'table hours', 'table closure', 'table seating', 'table slot', 'table reservation'],
      fill: (_, next) => `
        insert into ${next}.day (restaurant_id, service_date, free, city_id)
        select k.restaurant_id, k.service_date, f.free, h.city_id
        from (
          select distinct r.restaurant_id, r.service_date + o.o as service_date
          from ${next}.reservation r join ${next}.house h using (restaurant_id)
          cross join lateral generate_series(case when (h.week[1] | h.week[2] | h.week[3] | h.week[4] | h.week[5] | h.week[6] | h.week[7]) & 32767 <> 0
            then -1 else 0 end, case when r.ends_at > (r.service_date + 1)::timestamp at time zone h.zone
              and (h.week[1] | h.week[2] | h.week[3] | h.week[4] | h.week[5] | h.week[6] | h.week[7]) & 32767 <> 0 then 1 else 0 end) o (o)
          where r.state in ('booked', 'seated')
          union select c.restaurant_id, c.closed_on from ${next}.closure c
        ) k join ${next}.house h using (restaurant_id) cross join lateral (${dayFree(next, 'k.service_date')}) f
        order by h.city_id, k.service_date, k.restaurant_id`,
    },
    { table: 'waiting', from: [] },
    { table: 'answer', from: [] },
  ],
  sequences: [
    {
      sequence: 'part_id',
      max: (schema) => `select greatest((select max(hours_id) from ${schema}.hours), (select max(closure_id) from ${schema}.closure))`,
    },
  ],
}
