import { readlinkSync } from 'node:fs'
import { postgresIn, signal } from './processes.ts'
import { testPostmaster } from './testing-cluster.ts'
import { suspendPatience } from './testing-patience.ts'

/** Stops every process of the tests' PostgreSQL where it stands, as a machine that hangs would; disposing lets them go on. Linux only. */
export const freezeTestDatabase = async (): Promise<Disposable> => {
  const postmaster = await testPostmaster()
  if (postmaster === undefined) throw new Error('No test has opened the database yet.')
  const home = readlinkSync(`/proc/${postmaster}/cwd`)
  signal(postmaster, 'SIGSTOP')
  const frozen = postgresIn(home, postmaster)
  for (const pid of frozen) signal(pid, 'SIGSTOP')
  const impatience = suspendPatience()
  return {
    [Symbol.dispose]() {
      impatience[Symbol.dispose]()
      for (const pid of [postmaster, ...frozen]) signal(pid, 'SIGCONT')
    },
  }
}
