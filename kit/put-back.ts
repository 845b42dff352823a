import type { Log } from './log.ts'
import type { Placed, Write } from './writes.ts'

/**
 * Ready documents that were found dropped are made again some time later, each once: one that is dropped by every batch of votes
 * is not worth making for every batch. Nobody waits for it, and one that fails is found dropped again by its next reader.
 */
export const openPutBack = (write: Write<{ id: number }, Placed>, log: Log): ((id: number) => void) => {
  let dropped = new Set<number>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const putBack = () => {
    const ids = dropped
    dropped = new Set()
    timer = undefined
    // Those that are no longer dropped, and those dropped again meanwhile, have no row and are refused.
    for (const id of ids) void write({ id }).catch((error: unknown) => log.debug({ err: error, id }, 'a document was not put back'))
  }
  return (id) => {
    if (dropped.size >= documentsMax) return
    dropped.add(id)
    timer ??= setTimeout(putBack, putBackWaitMs)
  }
}

const putBackWaitMs = 100
const documentsMax = 2_000
