export type Random = () => number

/** sfc32 (Chris Doty-Humphrey, PractRand): numbers in [0, 1), the same for the same seed on every machine. */
export const openRandom = (seed: number): Random => {
  let [a, b, c, count] = [0, seed | 0, Math.floor(seed / 2 ** 32) | 0, 1]
  const next = () => {
    const sum = (((a + b) | 0) + count) | 0
    count = (count + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let i = 0; i < mixingRounds; i++) next()
  return next
}

/** Seeds that differ in one bit only give sequences alike until they have been mixed. */
const mixingRounds = 15
