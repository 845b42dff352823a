/**
 * Nudges counts by one, here and there, until there are `missing` more in all (fewer, when negative). The nudges fall
 * evenly, so a running total stays as near to proportional as it was drawn, and the last lands on the total.
 *
 * An owner without children stays without, one with children keeps one, and none passes its `most`: a style of one size
 * does not get five skus. Only where that cannot be (a set of a dozen products) is the total put first.
 */
export const settle = (counts: Uint8Array, missing: number, most: (index: number) => number) => {
  const natural = (count: number, index: number) => (missing > 0 ? count > 0 && count < most(index) : count > 1)
  const possible = (count: number) => (missing > 0 ? count < 255 : count > 0)
  const left = nudge(counts, nudge(counts, missing, natural), possible)
  if (left !== 0) throw new RangeError(`${left} of ${missing} do not fit into ${counts.length} counts`)
}

/** Answers what is still missing. */
const nudge = (counts: Uint8Array, missing: number, allowed: (count: number, index: number) => boolean) => {
  const step = Math.sign(missing)
  while (missing !== 0) {
    let placed = 0
    for (let i = 0; i < counts.length; i++) {
      const due = Math.round((missing * (i + 1)) / counts.length)
      if (placed === due || !allowed(counts[i]!, i)) continue
      counts[i]! += step
      placed += step
    }
    if (placed === 0) break
    missing -= placed
  }
  return missing
}

export const sum = (counts: Uint8Array) => {
  let total = 0
  for (let i = 0; i < counts.length; i++) total += counts[i]!
  return total
}
