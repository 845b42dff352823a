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
  /** Keys that may wait for the database in a process at most; fewer when it is slow (kit/admission.ts). The next one is refused. */
  keysWaitingMax: 20_000,
  /** Where that bound begins and what it is while there is room, at least; and what it never falls below. */
  admittedKeysFirst: 384,
  admittedKeysMin: 128,
  /** As many keys may wait as the database answers in this time: in a burst, and while others are refused. */
  burstWaitMs: 80,
  admittedWaitMs: 35,
  /** A read not answered after this is refused with 503, or answered stale when memory still has it. */
  readWaitMsMax: 800,
  /** A read connection whose statement takes longer than this is given up and opened anew. */
  statementMsMax: 10_000,
  reconnectWaitMsMax: 1_000,
  /** An answer in memory is asked for again after this, so staleness is bounded even when a notification is lost. */
  memoryAgeMsMax: 60_000,

  /** Connections of a process that write; each kind of write uses one at a time. */
  writeConnections: 4,
  /** Items of one commit; what is more waits for the next. */
  writeBatchItemsMax: 256,
  /** Items that may wait for a commit, for each kind of write; the next one is refused. */
  writesWaitingMax: 20_000,
  /** An item that has waited this long for its turn is refused with 503, and was not written. */
  writeWaitMsMax: 2_000,
  /** A commit that takes longer than this is no longer waited for: its callers cannot know. The database ends it after as long. */
  writeStatementMsMax: 5_000,
  /** How often a batch is sent again that lost a deadlock to another process. */
  writeAttemptsMax: 5,

  /** How often a process tidies, and what it tidies away at once. */
  tidyWaitMs: 1_000,
  tidyRowsMax: 200,

  /** A page of a moderator's lists. */
  moderationRowsMax: 500,
  /** What is found by one scan for a person's words; what is more is found by another. */
  erasureFoundMax: 10_000,
  /** What is erased by one transaction, during which nobody else can write to it. */
  erasureBatchMax: 100,
  /** A scan for a person's words, or an erasure of some of them, that takes longer is ended by the database. */
  erasureStatementMsMax: 600_000,

  sqlConnections: 4,
  connectSecondsMax: 5,
  readinessMsMax: 1_000,
  drainMsMax: 10_000,
} as const
