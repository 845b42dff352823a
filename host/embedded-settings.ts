const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

/**
 * The configuration of the embedded PostgreSQL, as the text of a .conf file, for a machine that may use `memoryBytes` and has
 * `diskBytes` free. `durable: false` is for tests: fast, and lost when the machine stops.
 */
export const settings = (machine: { memoryBytes: number; diskBytes: number; durable: boolean }): string => {
  const { memoryBytes, diskBytes, durable } = machine
  const share = (part: number, min: number, max: number) => kilobytes(clamp(memoryBytes * part, min, max))
  const lines: Record<string, string> = {
    // The rest stays for the kernel's cache, the servers and the sorts, of which a small machine needs a larger part.
    shared_buffers: durable ? share(memoryBytes < 4 * GiB ? 1 / 4 : 3 / 8, 64 * MiB, 32 * GiB) : kilobytes(128 * MiB),
    effective_cache_size: share(0.6, 128 * MiB, Infinity),
    work_mem: share(1 / 128, 4 * MiB, 16 * MiB), // per sort, of which a hundred may run
    maintenance_work_mem: share(1 / 16, 32 * MiB, 256 * MiB),
    autovacuum_work_mem: share(1 / 32, 16 * MiB, 64 * MiB), // three workers at once, beside the servers
    huge_pages: 'try',
    max_connections: '100',
    // Reads are short index look-ups: compiling them, or handing them to I/O workers, costs more than it saves.
    jit: 'off',
    io_method: 'sync',
    // One PostgreSQL, no replica: the log need only survive a crash, so a bulk load into a new table may skip it.
    wal_level: 'minimal',
    max_wal_senders: '0',
    wal_compression: 'off',
    // Rare checkpoints: after each, the first change of a page logs the whole page. Replaying this much takes a minute or so.
    max_wal_size: kilobytes(clamp(Math.min(memoryBytes, diskBytes / 8), 256 * MiB, 8 * GiB)),
    checkpoint_timeout: '15min',
    autovacuum: 'on',
    // A refused row is an answer to a client, not news: one line each, without its statement.
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse', // the details quote the row, with the e-mail in it
    log_destination: 'stderr',
    logging_collector: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // What was in the buffers when it stopped is read back when it starts: the first requests do not wait for the disk one by one.
    ...(durable && { shared_preload_libraries: 'pg_prewarm' }),
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name} = '${value}'\n`)
    .join('')
}

const kilobytes = (bytes: number): string => `${Math.floor(bytes / KiB)}kB`

const clamp = (value: number, min: number, max: number): number => Math.min(Math.max(value, min), max)
