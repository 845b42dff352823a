import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `atelier` as a user starts it: through Node. */
export type Run = AsyncDisposable & {
  readonly exited: Promise<number>
  readonly output: { out: string; err: string }
  /** The port it says it is at. Throws what it said when it ends first. */
  port(): Promise<number>
  kill(signal: NodeJS.Signals): void
  readonly pid: number
}

const throughNode = ['node', join(import.meta.dir, 'atelier.mjs')]
const straight = [process.execPath, join(import.meta.dir, 'main.ts')]

export const atelier = (args: string[], env: Record<string, string> = {}, program = throughNode): Run => {
  const child = Bun.spawn([...program, ...args], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, DATABASE_URL: '', LOG_LEVEL: 'error', ...env },
  })
  const output = { out: '', err: '' }
  let told = Promise.withResolvers<void>()
  const gather = async (stream: ReadableStream<Uint8Array>, name: 'out' | 'err') => {
    const decoder = new TextDecoder()
    for await (const chunk of stream) {
      output[name] += decoder.decode(chunk, { stream: true })
      told.resolve()
      told = Promise.withResolvers<void>()
    }
  }
  const exited = Promise.all([child.exited, gather(child.stdout, 'out'), gather(child.stderr, 'err')]).then(([code]) => code)
  return {
    exited,
    output,
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    async port() {
      for (;;) {
        const port = /Atelier is at http:\/\/localhost:(\d+) |"port":(\d+)/.exec(`${output.out}${output.err}`)
        if (port) return Number(port[1] ?? port[2])
        const ended = await Promise.race([told.promise.then(() => false), exited.then(() => true)])
        if (ended) throw new Error(`It ended: ${output.out}${output.err}`)
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** Runs a short command to its end; without Node, which would only take its time. */
export const ran = async (args: string[], env?: Record<string, string>) => {
  const run = atelier(args, env, straight)
  const code = await run.exited
  return { code, ...run.output }
}

/** The processes `pid` started that still run, with their command lines. Linux only. */
export const childrenOf = (pid: number): { pid: number; command: string }[] =>
  readdirSync('/proc').flatMap((name) => {
    try {
      if (!/^\d+$/.test(name)) return []
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(parent) !== pid || state === 'Z') return []
      return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }]
    } catch {
      return [] // it ended meanwhile
    }
  })
