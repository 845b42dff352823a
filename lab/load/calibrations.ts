import { bodyBytesOf, calibrate, reaches } from './calibrate.ts'
import type { DriveOptions } from './driving.ts'
import type { Calibration } from './result.ts'

/** The proof that the driver reaches twice a rate, for many rates: what it reached once is not asked of it again. */
export const openCalibrations = (drive: DriveOptions, signal?: AbortSignal): ((rate: number) => Promise<Calibration>) => {
  let bodyBytes: number | undefined
  let best: Calibration | undefined
  const attempt = async (rate: number) => {
    bodyBytes ??= await bodyBytesOf(drive, signal)
    const found = await calibrate({ ...drive, phases: [{ rate, seconds: 1 }] }, bodyBytes, signal)
    if (!best || found.reachedPerSecond > best.reachedPerSecond) best = found
    return best
  }
  return async (rate) => {
    const demandedPerSecond = 2 * rate
    const proven = () => best && reaches(best.reachedPerSecond, demandedPerSecond)
    // A schedule reaches what it offers and never more, so the first look is ahead of the rate.
    if (!proven()) await attempt(rate * ahead)
    if (!proven()) await attempt(rate)
    return { ...best!, demandedPerSecond }
  }
}

const ahead = 2
