/** How many children each owner has, in the owners' order. */
export type Counts = Uint8Array | Uint16Array

/**
 * Nudges counts by one, here and there, until there are `missing` more in all (fewer, when negative). The nudges fall
 * evenly, so a running total stays as near to proportional as it was drawn, and the last lands on the total.
 *
 * An owner without children stays without, one with children keeps one, and none passes its `most`: a style of one size
 * does not get five skus. Only where that cannot be (a set of a dozen products) is the total put first.
 */
export const settle = (counts: Counts, missing: number, most: (index: number) => number) => {
  const highest = counts instanceof Uint8Array ? 255 : 65_535
  const natural = (count: number, index: number) => (missing > 0 ? count > 0 && count < most(index) : count > 1)
  const possible = (count: number) => (missing > 0 ? count < highest : count > 0)
  const left = place(counts, nudge(counts, nudge(counts, missing, natural), possible), possible)
  if (left !== 0) throw new RangeError(`${left} of ${missing} do not fit into ${counts.length} counts`)
}

/** Nudges evenly where it is allowed; answers what is still missing. */
const nudge = (counts: Counts, missing: number, allowed: (count: number, index: number) => boolean) => {
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

/** Puts what is missing wherever it is allowed, from the first on: evenness asks too late for the only count that may give. */
export const place = (counts: Counts, missing: number, allowed: (count: number, index: number) => boolean) => {
  const step = Math.sign(missing)
  for (let i = 0; i < counts.length && missing !== 0; i++) {
    while (missing !== 0 && allowed(counts[i]!, i)) {
      counts[i]! += step
      missing -= step
    }
  }
  return missing
}

export const sum = (counts: Counts) => {
  let total = 0
  for (let i = 0; i < counts.length; i++) total += counts[i]!
  return total
}

/** How far, in the list of all children, those of hand-made products reach, those in proportion, and all rows. */
export type Extent = { handMade: number; inProportion: number; rows: number }

export const extentOf = (counts: Counts, owners: Pick<Extent, 'handMade' | 'inProportion'>): Extent => ({
  handMade: sum(counts.subarray(0, owners.handMade)),
  inProportion: sum(counts.subarray(0, owners.inProportion)),
  rows: sum(counts),
})
