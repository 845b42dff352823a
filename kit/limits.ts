/** Bounds that hold in every process; each one's unit is in its name. A field's own bounds stand in its service's types. */
export const limits = {
  /** A request body above this is refused with 413 before it is read. */
  bodyBytesMax: 1_048_576,
  /** Request line and headers; above it 414 or 431. */
  headBytesMax: 16_384,
  /** A connection on which nothing moves for this long is closed; so a request has this long to come in whole. */
  idleMsMax: 30_000,
  /** How long an answered client that will be disconnected is still read from, so that it sees its answer. */
  lingerMsMax: 2_000,
  /** Further requests a client may send before it has its answer; then it is not read from. */
  pipelinedBytesMax: 65_536,
  connectionsMax: 10_000,
  /** A page of any list. Clients send counts up to 9007199254740991 and get this many. */
  pageRowsMax: 5_000,

  /** Statements in flight per process and lane. A second one makes batches half as big: 4 to 10 % fewer answers (docs/decisions/read-path.md). */
  readConnections: 1,
  /** Rows asked for by one statement; what is more waits for the next. */
  batchRowsMax: 1_024,
  /** A key that asks for more rows than this goes to the bulk lane and cannot hold up its small neighbours. */
  lightRowsMax: 100,
  /** Keys that may wait for a statement, per read; the next one is refused. */
  keysWaitingMax: 20_000,
  /** A read not answered after this is refused with 503, or answered stale when memory still has it. */
  readWaitMsMax: 800,
  /** A read connection whose statement takes longer than this is given up and opened anew. */
  statementMsMax: 10_000,
  reconnectWaitMsMax: 1_000,
  /** An answer in memory is asked for again after this, so staleness is bounded even when a notification is lost. */
  memoryAgeMsMax: 60_000,

  sqlConnections: 4,
  connectSecondsMax: 5,
  readinessMsMax: 1_000,
  drainMsMax: 10_000,
} as const
