import type { Random } from './random.ts'

export const photoUrl = (photo: string, width: number) =>
  `https://images.atelier.example/photo-${photo}?ixlib=rb-1.2.1&auto=format&fit=crop&w=${width}&q=80`

/**
 * A photo's own part of its address, `1501088430049-71c79fa3283e`: thirteen digits that begin like a year of this century in
 * milliseconds, and twelve hexadecimal ones.
 */
export const photoName = (random: Random) => {
  const taken = `1${400_000 + random.below(300_000)}${100_000 + random.below(900_000)}`
  const [high, low] = [random.next(), random.next()]
  return `${taken}-${threeHexDigits(high)}${threeHexDigits(high >>> 12)}${threeHexDigits(low)}${threeHexDigits(low >>> 12)}`
}

// A table, because a full set asks 28 million times.
const THREE_HEX_DIGITS = Array.from({ length: 4096 }, (_, bits) => bits.toString(16).padStart(3, '0'))
const threeHexDigits = (bits: number) => THREE_HEX_DIGITS[bits & 4095]!
