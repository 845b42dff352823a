import { isText, recordFault, recordNames, recordOver, splitLine, type CsvHandlers, type CsvRecord, type LineState } from './csv-record.ts'

const limitsUsual = {
  /** Bytes of a record, without its line end; so also how far is looked for a closing quote. */
  recordBytesMax: 1 << 20,
  /** Lines that one record may span. */
  linesJoinedMax: 1_000,
  /** Bytes of the file held at once, nearly all the memory that reading takes; at least what the longest record needs. */
  windowBytes: 2 << 20,
}
export type CsvLimits = typeof limitsUsual

/** The file has no header line, or one that cannot be read; the message says why. */
export class BadHeader extends Error {}

/** How much of a line that is too long `reject` is shown. */
const rawBytesMax = 1_024

const newline = 0x0a
const byteOrderMark = 0xef_bb_bf

/** A part of a file: from the beginning of a line on, to the first one that begins `bytesMax` after it or later. */
export type CsvPart = {
  /** The number of its first line. */
  line: number
  /** How many the header has; 0 where the part begins with the header. */
  columns: number
  bytesMax: number
}
const wholeFile: CsvPart = { line: 1, columns: 0, bytesMax: Infinity }

export type CsvResult = {
  records: number
  rejected: number
  /** Of the source, that were decided: where the next part begins. */
  bytes: number
  /** The number of the line there. */
  line: number
  /** There is no next part. */
  ended: boolean
}

/**
 * Reads CSV (RFC 4180, LF or CRLF, UTF-8) of any size in bounded memory: a file, or one of the parts it falls into, of which
 * the source begins with the first byte.
 *
 * Every line that is not empty ends in exactly one record or one reject, whatever the bytes and however they are cut into
 * chunks and parts. A record may span lines, and yet a quote that is never closed costs no more than its own line: see `join`.
 *
 * Throws `BadHeader`, and what a handler or the source throws.
 */
export const readCsv = async (
  source: AsyncIterable<Uint8Array>,
  handlers: CsvHandlers,
  limits: Partial<CsvLimits> = {},
  part: CsvPart = wholeFile,
): Promise<CsvResult> => {
  const reader = new CsvReader(handlers, { ...limitsUsual, ...limits }, part)
  for await (const chunk of source) {
    await reader.take(chunk)
    if (reader.isPartOver()) return reader.result(false)
  }
  return reader.finish()
}

class CsvReader {
  private readonly counts = { records: 0, rejected: 0 }
  private readonly handlers: CsvHandlers
  private readonly limits: CsvLimits
  private readonly capacity: number
  private readonly window: Buffer
  private readonly current: CsvRecord
  /** The next line by itself, while `current` has a quote open. */
  private readonly alone: CsvRecord
  /** What is yet to be decided is `window[at .. filled)`; a newline of ours stands at `filled`. */
  private at = 0
  private filled = 0
  /** Bytes of the source before the window. */
  private passed = 0
  /** No byte follows the last one in the window: the end of the file is a line end. */
  private ended = false
  /** The number of the line at `at`. */
  private line: number
  /** How many the header has; 0 until it is read. */
  private columns: number
  private readonly bytesMax: number
  /** Inside a line already rejected for its length. */
  private skipping = false
  /** All complete lines in the window are text: none has to be checked by itself. */
  private checked = true
  private pending: void | Promise<void> = undefined

  constructor(handlers: CsvHandlers, limits: CsvLimits, { line, columns, bytesMax }: CsvPart) {
    this.handlers = handlers
    this.limits = limits
    this.line = line
    this.columns = columns
    this.bytesMax = bytesMax
    // A byte-order mark, the longest record, and CRLF: a full window decides at least its first line.
    this.capacity = Math.max(limits.windowBytes, limits.recordBytesMax + 5)
    this.window = Buffer.allocUnsafe(this.capacity + 1)
    this.current = recordOver(this.window)
    this.alone = recordOver(this.window)
  }

  /** Decides nothing until the window is full: small chunks would have the beginning of a long line scanned for each. */
  async take(chunk: Uint8Array): Promise<void> {
    for (let from = 0; from < chunk.length && !this.isPartOver();) {
      const part = chunk.subarray(from, from + this.capacity - this.filled)
      this.window.set(part, this.filled)
      this.filled += part.length
      from += part.length
      if (this.filled === this.capacity) await this.drain()
    }
  }

  async finish(): Promise<CsvResult> {
    this.ended = true
    await this.drain()
    if (this.columns === 0) throw new BadHeader('the file is empty: no header line')
    return this.result(this.filled === 0)
  }

  result(ended: boolean): CsvResult {
    return { ...this.counts, bytes: this.passed + this.at, line: this.line, ended }
  }

  /** Never in the middle of a line, nor before the header is read. */
  isPartOver(): boolean {
    return this.passed + this.at >= this.bytesMax && this.columns > 0 && !this.skipping
  }

  /** Decides what can be decided and moves the rest to the start of the window. */
  private async drain(): Promise<void> {
    const { window, filled } = this
    window[filled] = newline
    if (this.line === 1 && window.readUIntBE(0, 3) === byteOrderMark) this.at = 3
    const complete = this.ended ? filled : window.lastIndexOf(newline, filled - 1) + 1
    this.checked = isText(window.subarray(this.at, complete))
    while (this.advance()) await this.pending
    window.copyWithin(0, this.at, filled)
    this.filled = filled - this.at
    this.passed += this.at
    this.at = 0
  }

  /** True when a handler asks to wait, false when no more can be decided or is to be. Not async: most records wait for nothing. */
  private advance(): boolean {
    this.pending = undefined
    while (this.at < this.filled && !this.isPartOver() && (this.skipping ? this.skip() : this.decide())) {
      if (this.pending !== undefined) return true
    }
    return false
  }

  private skip(): boolean {
    const end = this.window.indexOf(newline, this.at)
    this.skipping = end === this.filled
    return this.pass(end + 1, 0)
  }

  /** Decides the line at `at`; false when that needs bytes still to come. */
  private decide(): boolean {
    const { current, at, limits } = this
    current.line = this.line
    const state = splitLine(current, at, false)
    const { recordEnd, next } = current
    const cut = this.isCut(current)
    if (recordEnd - at > limits.recordBytesMax) {
      this.skipping = cut
      const shownEnd = at + Math.min(rawBytesMax, limits.recordBytesMax)
      return this.refuse(`longer than ${limits.recordBytesMax} bytes`, shownEnd, next)
    }
    if (cut) return false
    if (recordEnd === at) return this.pass(next, 1)
    if (state === 'malformed') return this.refuse('text after a closing quote', recordEnd, next)
    return state === 'open' ? this.join(recordEnd, next) : this.accept(1)
  }

  /**
   * The line at `at` leaves a quote open: joins the lines after it until the quote closes. When it does not close, or what
   * it closes to is no record, or a line on the way is a record by itself, then only the first line is bad, and reading
   * goes on with the second. The work stays linear when every line leaves a quote open: such a line closes the quote that
   * is open already and begins one more field, so `columns` of them are the most that are joined in vain.
   */
  private join(firstEnd: number, second: number): boolean {
    const { current, alone, at, columns, limits } = this
    let state: LineState = 'open'
    let lines = 1
    while (state === 'open' && current.count <= columns && lines < limits.linesJoinedMax) {
      if (current.next >= this.filled && this.ended) break
      alone.line = this.line + lines
      const lone = splitLine(alone, current.next, false) === 'closed' && alone.count === columns
      if (alone.recordEnd - at > limits.recordBytesMax) break
      if (this.isCut(alone)) return false
      if (lone && alone.recordEnd > alone.recordStart && this.handlers.plausible(alone)) break
      state = splitLine(current, current.next, true)
      lines++
    }
    if (state === 'closed' && current.count === columns) return this.accept(lines)
    return this.refuse('a quote is never closed', firstEnd, second)
  }

  /** The end of this line is not in the window yet. */
  private isCut(record: CsvRecord): boolean {
    return record.next > this.filled && !this.ended
  }

  private accept(lines: number): boolean {
    const { current } = this
    const fault = recordFault(current, this.columns || current.count, this.checked)
    if (fault !== undefined) return this.refuse(fault, current.recordEnd, current.next, lines)
    this.pass(current.next, lines)
    if (this.columns > 0) {
      this.counts.records++
      this.pending = this.handlers.record(current)
    } else {
      this.columns = current.count
      this.handlers.header(recordNames(current))
    }
    return true
  }

  private refuse(reason: string, end: number, next: number, lines = 1): boolean {
    if (this.columns === 0) throw new BadHeader(`the header line cannot be read: ${reason}`)
    const { line } = this
    const raw = this.window.subarray(this.at, end)
    this.pass(next, lines)
    this.counts.rejected++
    this.pending = this.handlers.reject(line, reason, raw)
    return true
  }

  private pass(next: number, lines: number): boolean {
    this.at = Math.min(next, this.filled)
    this.line += lines
    return true
  }
}
