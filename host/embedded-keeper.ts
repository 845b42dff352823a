import { openEmbedded, type Embedded, type EmbeddedOptions } from './embedded.ts'

/** A PostgreSQL that is there for as long as we are: one that ends by itself, or is killed, is started again on the same socket. */
export const keepEmbedded = async (options: EmbeddedOptions): Promise<AsyncDisposable & { readonly url: string }> => {
  let current: Embedded = await openEmbedded(options)
  const stop = { asked: false }

  const watch = async () => {
    for (;;) {
      const how = await current.exited
      if (stop.asked) return
      options.log?.(`PostgreSQL ended (${how}); starting it again.`)
      await current.stop() // what it left: its socket folder, its log file
      const next = await restarted()
      if (!next) return
      current = next
      if (stop.asked) return current.stop()
    }
  }
  const restarted = async (): Promise<Embedded | undefined> => {
    while (!stop.asked) {
      try {
        return await openEmbedded(options)
      } catch (error) {
        options.log?.(`PostgreSQL could not be started: ${error instanceof Error ? error.message : String(error)}`)
        await Bun.sleep(restartWaitMs)
      }
    }
    return undefined
  }
  const watching = watch()
  return {
    url: current.url,
    async [Symbol.asyncDispose]() {
      stop.asked = true
      await current.stop()
      await watching
    },
  }
}

const restartWaitMs = 1_000
