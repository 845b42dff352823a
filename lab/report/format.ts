/** Numbers as people read them, one way for charts and tables; a number and its unit stay on one line. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en')

export const rate = (perSecond: number): string => `${perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : whole(perSecond)}/s`

export const ms = (value: number): string =>
  value >= 10_000
    ? `${(value / 1000).toFixed(1)}\u00a0s`
    : `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : whole(value)}\u00a0ms`

/** Of a tick: no digit more than it needs. */
export const shortMs = (value: number): string => (value >= 1000 ? `${short(value / 1000)}\u00a0s` : `${short(value)}\u00a0ms`)

export const percent = (share: number): string => `${short(share * 100)}\u00a0%`

/** Rounded down: only all is 100 %. */
export const percentDown = (share: number): string => `${Math.floor(share * 1e4 + 1e-6) / 100}\u00a0%`

export const micros = (value: number): string => `${value < 100 ? value.toFixed(1) : whole(value)}\u00a0µs`

export const cores = (value: number): string => value.toFixed(2)

export const ratio = (value: number): string => value.toFixed(value < 10 ? 2 : 1)

export const short = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 9 })

export const duration = (seconds: number): string =>
  seconds < 120 ? `${Number(seconds.toFixed(1))}\u00a0s` : `${Number((seconds / 60).toFixed(1))}\u00a0min`

export const bytes = (count: number): string => {
  const unit = units.findLast(([size]) => count >= size)
  return unit ? `${short(count / unit[0])}\u00a0${unit[1]}` : `${whole(count)}\u00a0B`
}

/** 2026-11-20 17:53 UTC, from ISO 8601; what is no date stays as it is. */
export const moment = (iso: string): string => /^\d{4}-\d\d-\d\dT\d\d:\d\d/.exec(iso)?.[0].replace('T', ' ').concat(' UTC') ?? iso

const units: readonly [number, string][] = [
  [1e3, 'kB'],
  [1e6, 'MB'],
  [1e9, 'GB'],
  [1e12, 'TB'],
]
