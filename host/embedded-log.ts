import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync } from 'node:fs'

const logBytesMax = 10 * 1024 * 1024
const trimEveryMs = 60_000
const tailBytesMax = 4_096

/** The file PostgreSQL writes to. The newest ten megabytes or so are kept, and the ten before in `….1`. */
export type ServerLog = Disposable & {
  /** For the child's standard output and error; opened for appending. */
  fd: number
  bytes(): number
  /** The last `lines` lines written since it was opened. */
  tail(lines: number): string
}

export const openServerLog = (path: string): ServerLog => {
  const fd = openSync(path, 'a', 0o640)
  trim(path)
  const bytes = () => statSync(path).size
  let start = bytes()
  const timer = setInterval(() => {
    if (trim(path)) start = 0
  }, trimEveryMs)
  timer.unref()
  return {
    fd,
    bytes,
    tail: (lines) => lastBytes(path, start).trimEnd().split('\n').slice(-lines).join('\n'),
    [Symbol.dispose]() {
      clearInterval(timer)
      closeSync(fd)
    },
  }
}

/** PostgreSQL holds the file open, so it is copied and emptied in place; appending goes on at the new end. */
const trim = (path: string): boolean => {
  if (statSync(path).size <= logBytesMax) return false
  copyFileSync(path, `${path}.1`)
  truncateSync(path)
  return true
}

const lastBytes = (path: string, start: number): string => {
  const end = statSync(path).size
  const from = Math.max(start, end - tailBytesMax)
  const buffer = Buffer.alloc(Math.max(end - from, 0))
  const fd = openSync(path, 'r')
  try {
    readSync(fd, buffer, 0, buffer.length, from)
  } finally {
    closeSync(fd)
  }
  return buffer.toString()
}
