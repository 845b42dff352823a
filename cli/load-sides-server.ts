import { spawn } from 'node:child_process'

/** A server that was started to be compared. */
export type SideServer = AsyncDisposable & {
  /** Aborted, with what it said, when it ends before it is disposed of. */
  readonly gone: AbortSignal
}

export type SideServerOptions = {
  name: string
  command: readonly string[]
  cwd: string
  /** Goes by the environment: arguments stand in every list of processes. */
  databaseUrl: string
  url: string
  signal: AbortSignal
  readyMsMax?: number
}

/** Resolves when `/readyz` is 200. Throws when it does not come to that, with the last lines it wrote to standard error. */
export const openSideServer = async (options: SideServerOptions): Promise<SideServer> => {
  const { name, command, cwd, databaseUrl, url, signal, readyMsMax = readyMsUnlessTold } = options
  signal.throwIfAborted()
  const [program = '', ...args] = command
  await using opened = new AsyncDisposableStack()
  const gone = new AbortController()
  // In a group of its own: a terminal's Ctrl-C is for us, and what it started can be ended with it.
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, DATABASE_URL: databaseUrl },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => void (said = `${said}${chunk.toString()}`.slice(-saidMax)))
  const wholly = new Promise((closed) => child.once('close', closed))
  const ended = new Promise<string>((settle) => {
    child.once('exit', (code, killed) => settle(killed ?? `exit code ${code}`))
    child.once('error', (error) => settle(error.message))
  })
  const state = { stopping: false }
  const watch = async () => {
    const how = await ended
    if (state.stopping) return
    // Its last words may come after its end.
    await Promise.race([wholly, Bun.sleep(lastWordsMsMax)])
    gone.abort(new Error(`${name} ended (${how}).${lastLines(said)}`))
  }
  void watch()
  opened.defer(async () => {
    state.stopping = true
    child.kill('SIGTERM')
    const late = setTimeout(() => killGroup(child.pid), stopMsMax)
    await ended
    clearTimeout(late)
    killGroup(child.pid)
  })
  for (const untilMs = performance.now() + readyMsMax; ; await Bun.sleep(pollMs)) {
    const why = await whyNotReady(url)
    signal.throwIfAborted()
    gone.signal.throwIfAborted()
    if (why === undefined) break
    if (performance.now() > untilMs) throw new Error(`${name} was not ready within ${readyMsMax / 1000} s: ${why}.${lastLines(said)}`)
  }
  const kept = opened.move()
  return { gone: gone.signal, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

const whyNotReady = (url: string): Promise<string | undefined> =>
  fetch(`${url}/readyz`, { keepalive: false, signal: AbortSignal.timeout(answerMsMax) }).then(
    async (answer) => (answer.status === 200 ? undefined : (await answer.text()).trim()),
    () => 'it does not answer',
  )

const lastLines = (said: string) => {
  const lines = said.trim().split('\n').slice(-linesMax)
  return said.trim() === '' ? ' It said nothing.' : ` It said last:\n${lines.map((line) => `  ${line}`).join('\n')}`
}

/** Whatever is left of it. */
const killGroup = (pid: number | undefined) => {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nothing is.
  }
}

const readyMsUnlessTold = 60_000
const answerMsMax = 2_000
const pollMs = 50
/** More than a fleet takes: NGINX answers what it has, then its servers. */
const stopMsMax = 40_000
const lastWordsMsMax = 500
const saidMax = 8_192
const linesMax = 30
