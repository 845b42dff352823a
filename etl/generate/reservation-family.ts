import { openBookings } from './bookings.ts'
import { type CsvFile, field } from './csv-file.ts'
import { type House, openHouses } from './houses.ts'
import type { ReservationPlan } from './restaurant-plan.ts'

/** The seven files about when restaurants are open and who has which table. Each can be written alone and in any order. */
export const reservationFamily = (plan: ReservationPlan): CsvFile[] => {
  const { seed, from, restaurants, rows } = plan
  const bookingsOf = openBookings(seed, from)
  /** The rows of each house in turn; ids of tables and joins go on from one house to the next. */
  const ofHouses = (rowsOf: (house: House, id: number, first: { table: number; join: number }) => Iterable<string>) =>
    function* () {
      const houseOf = openHouses(seed)
      const first = { table: 1, join: 1 }
      for (let id = 1; id <= restaurants; id++) {
        const house = houseOf(id)
        yield* rowsOf(house, id, first)
        first.table += house.tables.length
        first.join += house.joins.length
      }
    }
  const numbered = (name: string, columns: string[], rowsTotal: number, rowsOf: Parameters<typeof ofHouses>[0]): CsvFile => ({
    name,
    columns: ['id', ...columns],
    rowsTotal,
    *rows() {
      let rowId = 0
      for (const row of ofHouses(rowsOf)()) yield `${++rowId},${row}`
    },
  })

  return [
    {
      name: 'houses.csv',
      columns: [
        'restaurant_id',
        'city_id',
        'zone',
        'party_min',
        'party_max',
        'last_booking_minutes',
        'days_ahead',
        'turn_2',
        'turn_4',
        'turn_6',
        'turn_more',
      ],
      rowsTotal: restaurants,
      rows: ofHouses(({ city, partyMax, lastBookingMinutes, daysAhead, turns }, id) => [
        `${id},${city.id},${city.zone},1,${partyMax},${lastBookingMinutes},${daysAhead},${turns.join()}`,
      ]),
    },
    numbered('house_hours.csv', ['restaurant_id', 'weekday', 'opens', 'closes'], rows.hours, ({ openings }, id) =>
      openings.map(({ weekday, opens, closes }) => `${id},${weekday},${opens},${closes}`),
    ),
    { name: 'house_closures.csv', columns: ['id', 'restaurant_id', 'closed_on'], rowsTotal: 0, rows: () => [] },
    numbered('house_tables.csv', ['restaurant_id', 'seats_min', 'seats_max'], rows.tables, ({ tables }, id) =>
      tables.map(({ seatsMin, seatsMax }) => `${id},${seatsMin},${seatsMax}`),
    ),
    numbered('house_joins.csv', ['restaurant_id', 'party_min', 'party_max'], rows.joins, ({ joins }, id) =>
      joins.map(({ partyMin, partyMax }) => `${id},${partyMin},${partyMax}`),
    ),
    numbered('house_join_tables.csv', ['join_id', 'table_id'], rows.joinTables, ({ joins }, _, first) =>
      joins.flatMap(({ tables }, place) => tables.map((table) => `${first.join + place},${first.table + table}`)),
    ),
    numbered(
      'reservations.csv',
      ['restaurant_id', 'table_id', 'join_id', 'starts_at', 'party', 'state', 'name', 'email', 'phone', 'notes'],
      rows.reservations,
      (house, id, first) =>
        bookingsOf(id, house).map(({ table, join, startsAt, party, state, name, email, phone, notes }) => {
          const seating = table >= 0 ? `${first.table + table},` : `,${first.join + join}`
          return `${id},${seating},${new Date(startsAt).toISOString()},${party},${state},${name},${email},${phone},${notes === '' ? '' : field(notes)}`
        }),
    ),
  ]
}

export const RESERVATION_FILES = [
  'houses.csv',
  'house_hours.csv',
  'house_closures.csv',
  'house_tables.csv',
  'house_joins.csv',
  'house_join_tables.csv',
  'reservations.csv',
]
