/** From values to places on a drawing, and the values worth a line. */
export type Scale = {
  (value: number): number
  readonly ticks: readonly number[]
}

export type Range = readonly [from: number, to: number]

/** From zero to a round number not below `max`. */
export const linearScale = (max: number, [from, to]: Range, ticksMax = 5): Scale => {
  const step = max > 0 ? roundStep(max, ticksMax) : 1
  const steps = Math.max(1, Math.ceil(max / step - 1e-9))
  const place = (value: number) => from + (value / (steps * step)) * (to - from)
  return Object.assign(place, { ticks: Array.from({ length: steps + 1 }, (_, i) => clean(i * step)) })
}

/** Seconds, within exactly these bounds, with ticks where a clock has them. */
export const timeScale = ([first, last]: Range, [from, to]: Range, ticksMax = 10): Scale => {
  const length = last - first || 1
  const step = clockSteps.find((step) => length / step <= ticksMax) ?? clockSteps.at(-1)!
  const begin = Math.ceil(first / step - 1e-9)
  const place = (second: number) => from + ((second - first) / length) * (to - from)
  return Object.assign(place, {
    ticks: Array.from({ length: Math.max(0, Math.floor(last / step + 1e-9) - begin + 1) }, (_, i) => (begin + i) * step),
  })
}

/** Logarithmic over the 1, 2, 5 of each ten that hold `min` and `max`. */
export const logScale = (min: number, max: number, [from, to]: Range, ticksMax = 8): Scale => {
  const low = Math.max(min, smallest)
  const bottom = steps125(low).findLast((step) => step <= low * (1 + 1e-9))!
  const top = steps125(Math.max(max, low)).find((step) => step >= Math.max(max, bottom * 2) * (1 - 1e-9))!
  const place = (value: number) => from + (Math.log(Math.max(value, bottom) / bottom) / Math.log(top / bottom)) * (to - from)
  const all = steps125(Math.sqrt(bottom * top), bottom, top)
  const tens = all.filter((step) => Number.isInteger(Math.log10(step)) || step === bottom || step === top)
  return Object.assign(place, { ticks: all.length <= ticksMax ? all : tens })
}

/** Shares of requests by how many nines they have: 0, 90 %, 99 %, 99.9 % … are equally far from each other. */
export const ninesScale = (ninesMax: number, [from, to]: Range): Scale => {
  const place = (share: number) => from + (ninesOf(share) / ninesMax) * (to - from)
  const nines = Array.from({ length: Math.floor(ninesMax + 1e-9) }, (_, i) => shareOf(i + 1))
  return Object.assign(place, { ticks: [0, 0.5, ...nines] })
}

export const ninesOf = (share: number): number => -Math.log10(1 - share)
export const shareOf = (nines: number): number => clean(1 - 10 ** -nines)

/** The 1, 2, 5 of every ten around a value, or between two. */
const steps125 = (around: number, min = around / 100, max = around * 100): number[] => {
  const [first, last] = [Math.floor(Math.log10(min)) - 1, Math.ceil(Math.log10(max)) + 1]
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .flatMap((ten) => [1, 2, 5].map((factor) => clean(factor * 10 ** ten)))
    .filter((step) => step >= min * (1 - 1e-9) && step <= max * (1 + 1e-9))
}

const roundStep = (length: number, ticksMax: number): number => {
  const ten = 10 ** Math.floor(Math.log10(length / ticksMax))
  return [1, 2, 5, 10].map((factor) => factor * ten).find((step) => length / step <= ticksMax * (1 + 1e-9))!
}

/** Without the dust that floating-point arithmetic leaves. */
const clean = (value: number) => Number(value.toPrecision(12))
const clockSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600]
/** A microsecond, in milliseconds: the finest the driver records. */
const smallest = 0.001
