import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/**
 * L5: how often a second a page of 8 kB can be written and made safe (fdatasync), one after the other, in a file that has its full
 * length already, as PostgreSQL's log has. A server that commits each request by itself can share a flush, but not outrun this by much.
 */
export const flushesPerSecond = (folder: string, seconds: number): number => {
  const path = join(folder, `flushes-${process.pid}`)
  const file = openSync(path, 'w')
  try {
    writeSync(file, Buffer.alloc(fileBytes), 0, fileBytes, 0)
    fsyncSync(file)
    const page = Buffer.alloc(pageBytes, 97)
    const startedMs = performance.now()
    let flushes = 0
    let spentMs = 0
    for (; spentMs < seconds * 1000; spentMs = performance.now() - startedMs) {
      writeSync(file, page, 0, pageBytes, (flushes * pageBytes) % fileBytes)
      fdatasyncSync(file)
      flushes++
    }
    return (flushes * 1000) / spentMs
  } finally {
    closeSync(file)
    rmSync(path, { force: true })
  }
}

const pageBytes = 8_192
const fileBytes = 16 * 1_048_576
