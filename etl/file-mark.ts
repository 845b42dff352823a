import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

/**
 * What tells a file from another of its name, without reading it whole: its size, when it was written, to the nanosecond, and a
 * hash of how it begins and ends. `absent` when there is none.
 */
export const markOf = async (path: string): Promise<string> => {
  await using file = await open(path).catch(unlessAbsent)
  if (!file) return absent
  const { size, mtimeNs } = await file.stat({ bigint: true })
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(endBytes)
  for (const from of [0, Math.max(0, Number(size) - endBytes)]) {
    const { bytesRead } = await file.read(piece, 0, endBytes, from)
    hash.update(piece.subarray(0, bytesRead))
  }
  return `${size} ${mtimeNs} ${hash.digest('hex')}`
}

/** Of a mark, what is of the content: the same for a copy of the file. */
export const contentOf = (mark: string): string => mark.replace(/ \d+ /, ' ')

export const absent = 'absent'

const unlessAbsent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error
}

const endBytes = 65_536
