/**
 * How far the clocks of a zone are ahead of UTC at noon of a day, which begins at `dayMs` in UTC. Where clocks change they do so in the
 * small hours: it holds from then to midnight.
 */
export const offsetMs = (zone: string, dayMs: number): number => {
  const key = `${zone} ${dayMs}`
  const kept = known.get(key)
  if (kept !== undefined) return kept
  const noonMs = dayMs + 43_200_000
  const offset = offsetAt(zone, noonMs - offsetAt(zone, noonMs))
  if (known.size >= keptMax) known.clear()
  known.set(key, offset)
  return offset
}

const offsetAt = (zone: string, atMs: number): number => {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...numeric }).formatToParts(atMs)
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)!.value)
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - atMs
}

const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const
const known = new Map<string, number>()
const keptMax = 10_000
