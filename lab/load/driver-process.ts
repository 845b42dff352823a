import { join } from 'node:path'
import { secondsOf } from './arrivals.ts'
import type { DriveMessage, DriveOptions, DriveResult } from './driving.ts'

export type DriverWatch = { heard?: (message: DriveMessage) => void; signal?: AbortSignal }

/** Runs the driver beside us to its end. It is killed when it does not come to one in time, or when the signal aborts. */
export const runDriver = async (options: DriveOptions, { heard, signal }: DriverWatch = {}): Promise<DriveResult> => {
  signal?.throwIfAborted()
  const timeout = (options.warmupSeconds + secondsOf(options.phases)) * 1000 + options.timeoutMs + graceMs
  const driver = Bun.spawn([process.execPath, join(import.meta.dir, 'driver.ts')], {
    stdin: new Blob([JSON.stringify(options)]),
    stdout: 'pipe',
    stderr: 'inherit',
    timeout,
    killSignal: 'SIGKILL',
    ...(signal && { signal }),
  })
  let result: DriveResult | undefined
  for await (const line of linesOf(driver.stdout)) {
    const message = JSON.parse(line) as DriveMessage
    heard?.(message)
    if (message.kind === 'failed') throw new Error(message.reason)
    if (message.kind === 'result') result = message.result
  }
  await driver.exited
  signal?.throwIfAborted()
  if (!result) throw new Error(`The driver ended without a result (${driver.signalCode ?? `exit code ${driver.exitCode}`}).`)
  return result
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop()!
    yield* lines
  }
}

const graceMs = 15_000
