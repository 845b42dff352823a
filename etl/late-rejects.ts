import type { Sql } from '../kit/db.ts'
import type { ImportFile } from '../kit/import-family.ts'
import { readCsv } from './csv.ts'
import { openShape } from './load-file.ts'
import * as queries from './queries.ts'
import { readFile } from './read-file.ts'
import type { Rejects } from './rejects.ts'

type LateReject = { line: number; reason: string }
type Late = { path: string; file: ImportFile; stage: string; rejects: Rejects; signal: AbortSignal }

/** Duplicates and orphans are known by their lines only: the file is read again for what stood there. */
export const writeLateRejects = async (sql: Sql, { path, file, stage, rejects, signal }: Late): Promise<void> => {
  const page = (after: number) => sql.unsafe<LateReject[]>(queries.rejectedLines(stage), [file.name, after, rowsMax])
  let late: LateReject[] = await page(0)
  if (late.length === 0) return
  let next = 0
  const { header, plausible } = openShape(file)
  await readCsv(
    readFile(path, 0, () => signal.throwIfAborted()),
    {
      header,
      plausible,
      reject: () => {},
      record({ line, bytes, recordStart, recordEnd }) {
        if (late[next]?.line !== line) return
        const added = rejects.add(line, late[next++]!.reason, bytes.subarray(recordStart, recordEnd))
        if (next < rowsMax) return added
        next = 0
        return Promise.resolve(added)
          .then(() => page(line))
          .then((rows) => void (late = rows))
      },
    },
  )
}

const rowsMax = 10_000
