/** What is decided is decided by functions in the schema: each takes `$1`, the items as JSON text, and returns a row for each. */
const decided = (name: string) => `select n, status, body, location, replayed, effect from reservations.${name}($1)`

export const reservationWrites = {
  /** Holds, reservations and confirmations of holds. */
  book: decided('book'),
  /** Changes, cancellations and states. */
  amend: decided('amend'),
  wait: decided('wait'),
  reschedule: decided('reschedule'),
}

/** Takes a number of rows; returns the restaurants of whose tables some are free now, or offered to who waits. */
export const reap = `select restaurant_id::float8 from reservations.reap($1::integer) as r (restaurant_id)`
