import { getPriority, setPriority } from 'node:os'
import { drive } from './drive.ts'
import type { DriveMessage, DriveOptions } from './driving.ts'

/** The driver as a process of its own, so that its processor time can be told apart: options on standard input, messages on standard output. */
const parent = process.ppid
const tell = (message: DriveMessage) => {
  // Nobody would hear the result, and the load would go on all the same.
  if (process.ppid !== parent) process.exit(1)
  console.log(JSON.stringify(message))
}
// Ctrl-C reaches us, too; it is the command that decides what becomes of the run, and of us.
process.on('SIGINT', () => {})
try {
  // As though it stood on a machine of its own: a server that takes every core must not make its own clients late. Only root may.
  // With both cores busy it made the p99 of the lateness 1 to 3 ms instead of 4 to 6.
  setPriority(-10)
} catch {}
try {
  const result = await drive((await Bun.stdin.json()) as DriveOptions, tell)
  tell({ kind: 'result', result: { ...result, nice: getPriority() } })
} catch (error) {
  tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
}
process.exit()
