import { availableParallelism } from 'node:os'
import { highestRate, secondsOf } from './arrivals.ts'
import { runDriver } from './driver-process.ts'
import type { DriveOptions } from './driving.ts'
import { openLimit } from './limit-server.ts'
import type { Calibration } from './result.ts'

/**
 * How far the driver gets, with the same mix and connections, against a server that only answers: L1, a bare Bun.serve. It has to
 * reach twice the rate that is to be offered, otherwise what is measured would be the driver. What it can do is the best of some attempts.
 */
export const calibrate = async (options: DriveOptions, bodyBytes: number, signal?: AbortSignal): Promise<Calibration> => {
  const demandedPerSecond = 2 * highestRate(options.phases)
  await using limit = await openLimit(bodyBytes, Math.min(processesMax, availableParallelism()))
  let best = { reachedPerSecond: 0, driverMicrosPerRequest: 0 }
  let attempts = 0
  for (let worth = true; worth; worth = attempts < attemptsMax && isClose(best.reachedPerSecond, demandedPerSecond)) {
    attempts++
    const { answeredInTime, seconds, cpuMicros } = await runDriver(
      {
        ...options,
        host: '127.0.0.1',
        port: limit.port,
        mix: options.mix.map((part) => ({ ...part, status: 200 })),
        phases: [{ rate: demandedPerSecond, seconds: attemptSeconds }],
        warmupSeconds: attemptSeconds / 4,
        waitingMax: Math.ceil(demandedPerSecond / 10),
        timeoutMs: 1_000,
        seed: options.seed + attempts,
        samplesMax: 0,
      },
      { ...(signal && { signal }) },
    )
    const reachedPerSecond = answeredInTime / seconds
    if (reachedPerSecond > best.reachedPerSecond)
      best = { reachedPerSecond, driverMicrosPerRequest: cpuMicros / Math.max(1, answeredInTime) }
  }
  return { bodyBytes, demandedPerSecond, ...best, attempts }
}

/** How large the answers are: a few requests, before anything is measured. */
export const bodyBytesOf = async (drive: DriveOptions, signal?: AbortSignal): Promise<number> => {
  const rate = Math.min(probeRate, highestRate(drive.phases))
  const { answered, bodyBytes } = await runDriver(
    {
      ...drive,
      phases: [{ rate, seconds: Math.min(probeSeconds, secondsOf(drive.phases)) }],
      warmupSeconds: 0,
      connections: Math.min(probeConnections, drive.connections),
      samplesMax: 0,
    },
    { ...(signal && { signal }) },
  )
  return answered === 0 ? unknownBodyBytes : bodyBytes / answered
}

export const reaches = (reachedPerSecond: number, demandedPerSecond: number): boolean => reachedPerSecond >= almost * demandedPerSecond

/** Worth another attempt: below it no quiet moment helps, above it there is nothing to find out. */
const isClose = (reachedPerSecond: number, demandedPerSecond: number) =>
  reachedPerSecond > demandedPerSecond / 5 && !reaches(reachedPerSecond, demandedPerSecond)

/** Answers under way at the end do not count. */
const almost = 0.97
const attemptsMax = 3
const attemptSeconds = 2
const processesMax = 4
const probeRate = 200
const probeSeconds = 0.5
const probeConnections = 8
const unknownBodyBytes = 1_500
