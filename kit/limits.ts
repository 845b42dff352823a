/** Bounds that hold in every process; each one's unit is in its name. A field's own bounds stand in its service's types. */
export const limits = {
  /** A request body above this is refused with 413 before it is read. */
  bodyBytesMax: 1_048_576,
  /** A connection that says nothing for this long is closed. */
  idleSecondsMax: 30,
  /** A page of any list. Clients send counts up to 9007199254740991 and get this many. */
  pageRowsMax: 5_000,

  /** Statements in flight per process; more would only make each batch smaller. */
  readConnections: 2,
  /** Rows asked for by one statement; what is more waits for the next. */
  batchRowsMax: 1_024,
  /** A key that asks for more rows than this goes to the bulk lane and cannot hold up its small neighbours. */
  lightRowsMax: 100,
  /** Keys that may wait for a statement, per read; the next one is refused. */
  keysWaitingMax: 20_000,
  /** A read not answered after this is refused with 503, or answered stale when memory still has it. */
  readWaitMsMax: 800,
  /** A database connection silent for this long with a statement in flight is given up and opened anew. */
  readSilenceMsMax: 10_000,
  reconnectWaitMsMax: 1_000,
  /** An answer in memory is asked for again after this, so staleness is bounded even when a notification is lost. */
  memoryAgeMsMax: 60_000,

  sqlConnections: 4,
  connectSecondsMax: 5,
  readinessMsMax: 1_000,
  drainMsMax: 10_000,
} as const
