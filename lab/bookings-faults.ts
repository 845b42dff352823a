import type { House } from './crash-house.ts'

export const faultKinds = ['a server killed', 'PostgreSQL killed', 'a server stopped', 'PostgreSQL stopped', 'a backend killed'] as const
export type FaultKind = (typeof faultKinds)[number]

export type Faults = {
  readonly house: House
  readonly processes: number
  /** Answers so far, of whomever. */
  answered(): number
  /** Nobody asks any more. */
  idle(): boolean
}

/** The nth fault; resolves with the milliseconds until all processes listened and guests were answered again, Infinity if they were not. */
export const inflict = async ({ house, processes, answered, idle }: Faults, nth: number): Promise<{ kind: FaultKind; ms: number }> => {
  const kind = faultKinds[nth % faultKinds.length]!
  const sinceMs = performance.now()
  await doing[kind](house)
  const before = answered()
  while (house.listeners() < processes || (answered() < before + answersAgain && !idle())) {
    if (performance.now() - sinceMs > recoveryMsMax) return { kind, ms: Infinity }
    await Bun.sleep(pollMs)
  }
  return { kind, ms: performance.now() - sinceMs }
}

const doing: Record<FaultKind, (house: House) => Promise<unknown>> = {
  'a server killed': (house) => house.killServer(),
  'PostgreSQL killed': (house) => house.killPostgres(),
  'a server stopped': (house) => house.pauseServer(pauseMs),
  'PostgreSQL stopped': (house) => house.pausePostgres(pauseMs),
  'a backend killed': (house) => house.killBackend(),
}

const pauseMs = 1_000
const pollMs = 20
const answersAgain = 20
/** As in the proof of crashes. */
const recoveryMsMax = 120_000
