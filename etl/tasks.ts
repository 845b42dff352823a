export type Task = { readonly name: string; readonly after: readonly string[]; readonly run: () => Promise<void> }

/** Runs tasks, each after those it names, at most `atOnceMax` at a time, earlier ones first. The first failure ends it, when all under way have ended. */
export const runTasks = async (tasks: readonly Task[], atOnceMax: number): Promise<void> => {
  const waiting = new Set(tasks)
  const done = new Set<string>()
  const running = new Set<Promise<void>>()
  let failure: { error: unknown } | undefined

  const start = (task: Task) => {
    waiting.delete(task)
    const run = task.run().then(
      () => void done.add(task.name),
      (error: unknown) => void (failure ??= { error }),
    )
    const tracked: Promise<void> = run.finally(() => running.delete(tracked))
    running.add(tracked)
  }

  for (;;) {
    if (!failure) {
      for (const task of waiting) {
        if (running.size >= atOnceMax) break
        if (task.after.every((name) => done.has(name))) start(task)
      }
    }
    if (running.size === 0) break
    await Promise.race(running)
  }
  if (failure) throw failure.error
  if (waiting.size > 0) throw new Error(`tasks wait for each other: ${[...waiting].map(({ name }) => name).join(', ')}`)
}
