import type { Fleet } from '../host/fleet.ts'
import { readLock } from '../host/lock.ts'

/** Of rolling restarts, kept in the lock: how many were asked for, how many are done, and what became of the last. */
export type Restarts = { begun: number; done: number; failure: string | null }

export type OnRestart = { fleet: Fleet; describe: (restarts: Restarts) => Promise<void>; terminal: boolean }

/** SIGUSR2 restarts the servers one by one, and so does SIGHUP, unless it says that the terminal is gone: then the fleet ends. */
export const onRestart = async ({ fleet, describe, terminal }: OnRestart): Promise<Disposable> => {
  const restarts: Restarts = { begun: 0, done: 0, failure: null }
  await describe(restarts)
  const restart = async () => {
    restarts.begun++
    await describe(restarts)
    restarts.failure = await fleet.restart().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    restarts.done++
    await describe(restarts)
  }
  const asked = () => void restart().catch(() => {}) // the lock is gone: the fleet has ended
  const hungUp = () => (terminal ? process.kill(process.pid, 'SIGTERM') : asked())
  process.on('SIGUSR2', asked)
  process.on('SIGHUP', hungUp)
  return {
    [Symbol.dispose]() {
      process.off('SIGUSR2', asked)
      process.off('SIGHUP', hungUp)
    },
  }
}

/** Asks the fleet on `dataDir` and waits until it is done. The exit code. */
export const askForRestart = async (dataDir: string): Promise<number> => {
  const before = await restartsOf(dataDir)
  process.kill(before.pid, 'SIGUSR2')
  const startedMs = performance.now()
  for (;;) {
    await Bun.sleep(pollMs)
    const { done, failure } = await restartsOf(dataDir)
    if (done > before.begun && failure !== null) throw new Error(`The servers were not restarted: ${failure}`)
    if (done > before.begun) {
      console.log(`Every server was restarted, in ${((performance.now() - startedMs) / 1000).toFixed(1)} s.`)
      return 0
    }
    if (performance.now() - startedMs > waitMsMax)
      throw new Error(`The servers are still being restarted after ${waitMsMax / 1000} s; what the fleet logs says why.`)
  }
}

const restartsOf = async (dataDir: string): Promise<Restarts & { pid: number }> => {
  const holder = await readLock(dataDir)
  const restarts = holder?.info['restarts'] as Restarts | undefined
  if (!holder || !restarts) throw new Error(`No fleet runs on ${dataDir}.`)
  return { ...restarts, pid: holder.pid }
}

const pollMs = 100
const waitMsMax = 600_000
