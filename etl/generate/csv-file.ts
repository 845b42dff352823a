import { open, rename, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/** One file to write. Its rows are made as they are asked for, so only the chunk in hand is ever in memory. */
export type CsvFile = {
  name: string
  columns: readonly string[]
  rowsTotal: number
  /** Records without their line ends. */
  rows: () => Iterable<string>
  look?: CsvLook
}

/** How a file departs from a plain one, which has `a,b` in its header, LF, and a newline at the end. */
export type CsvLook = {
  byteOrderMark?: boolean
  spacesInHeader?: boolean
  crlf?: boolean
  openEnd?: boolean
}

export type Written = { file: string; rows: number; bytes: number }
export type Progress = (file: string, rows: number, rowsTotal: number) => void

/** Text as a CSV field. `bare` leaves the quotes off where nothing needs them. */
export const field = (text: string, bare = false) => {
  if (text.includes('"')) return `"${text.replaceAll('"', '""')}"`
  return bare && !text.includes(',') ? text : `"${text}"`
}

const CHUNK_CHARACTERS = 2 ** 18
const ROWS_BETWEEN_PROGRESS = 50_000

/**
 * Writes `folder/name`, as `name.partial` until it is whole: what a killed process leaves is never taken for a file.
 * The next chunk is made when the last is with the operating system, so a slow disk slows the making.
 */
export const writeCsvFile = async (folder: string, csv: CsvFile, progress?: Progress): Promise<Written> => {
  const path = join(folder, csv.name)
  const written = await writeRows(`${path}.partial`, csv, progress)
  await rename(`${path}.partial`, path)
  return written
}

const writeRows = async (path: string, csv: CsvFile, progress?: Progress): Promise<Written> => {
  const { name, columns, rowsTotal, look = {} } = csv
  const lineEnd = look.crlf ? '\r\n' : '\n'
  await using file = await open(path, 'w')
  const append = appender(file)

  let chunk = (look.byteOrderMark ? '\ufeff' : '') + columns.join(look.spacesInHeader ? ', ' : ',')
  let rows = 0
  let bytes = 0
  let reported = 0
  for (const row of csv.rows()) {
    chunk += lineEnd + row
    rows++
    if (chunk.length < CHUNK_CHARACTERS) continue
    bytes += await append(chunk)
    chunk = ''
    if (rows - reported < ROWS_BETWEEN_PROGRESS) continue
    progress?.(name, rows, rowsTotal)
    reported = rows
  }
  bytes += await append(look.openEnd ? chunk : chunk + lineEnd)
  progress?.(name, rows, rowsTotal)
  return { file: name, rows, bytes }
}

/** Appends text to a file through one buffer, made once; answers the bytes. */
const appender = (file: FileHandle) => {
  const encoder = new TextEncoder()
  const buffer = new Uint8Array(2 * CHUNK_CHARACTERS)
  return async (text: string) => {
    let bytes = 0
    for (let rest = text; rest.length > 0;) {
      const { read, written } = encoder.encodeInto(rest, buffer)
      rest = rest.slice(read)
      // The system may take less than it is given (a full disk, a signal).
      for (let from = 0; from < written;) {
        from += (await file.write(buffer, from, written - from)).bytesWritten
      }
      bytes += written
    }
    return bytes
  }
}
