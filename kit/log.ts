import pino from 'pino'

export type Log = pino.Logger

/** Structured lines on standard error: standard output belongs to what a command answers. */
export const openLog = (level: string, bindings: object = {}): Log =>
  pino(
    { level, base: { pid: process.pid, ...bindings }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )

/** For tests and short commands that have nobody reading logs. */
export const silentLog = (): Log => pino({ level: 'silent' })
