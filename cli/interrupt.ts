/** Aborted by Ctrl-C or SIGTERM; the command then undoes what it had begun and exits with `interruptedCode`. */
export const openInterrupt = (): AbortSignal & Disposable => {
  const controller = new AbortController()
  const abort = () => controller.abort(new Interrupted('Interrupted.'))
  process.on('SIGINT', abort)
  process.on('SIGTERM', abort)
  return Object.assign(controller.signal, {
    [Symbol.dispose]() {
      process.off('SIGINT', abort)
      process.off('SIGTERM', abort)
    },
  })
}

export class Interrupted extends Error {}
/** 128 + SIGINT, as shells have it. */
export const interruptedCode = 130
