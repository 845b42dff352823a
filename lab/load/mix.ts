import type { DrivePart } from './driving.ts'
import { openKeys } from './keys.ts'
import type { Random } from './random.ts'
import { openRequestBytes } from './request-bytes.ts'

/** What the next request is, of which key, and its bytes. */
export type Mix = {
  part(): number
  key(part: number): number
  /** In memory that the next request of the part uses again. */
  fill(part: number, key: number): { bytes: Uint8Array; length: number }
}

export const openMix = async (parts: readonly DrivePart[], random: Random): Promise<Mix> => {
  const all = parts.reduce((sum, { weight }) => sum + weight, 0)
  let sum = 0
  const bounds = Float64Array.from(parts, ({ weight }) => (sum += weight) / all)
  const keys = parts.map(({ keys: { distribution, max } }) => openKeys(distribution, max, random))
  const requests = await Promise.all(parts.map(openPart))
  return {
    part() {
      const chance = random()
      let part = 0
      while (part < bounds.length - 1 && chance >= bounds[part]!) part++
      return part
    },
    key: (part) => keys[part]!(),
    fill: (part, key) => requests[part]!(key),
  }
}

const openPart = async ({ request, keys: { rows, max } }: DrivePart) => {
  const { bytes, fill } = openRequestBytes(request)
  const filled = { bytes, length: 0 }
  const one = [0]
  const values = rows && new Float64Array(await Bun.file(rows.file).arrayBuffer())
  if (rows && values && values.length < max * rows.columns) throw new Error(`${rows.file} has fewer than ${max} rows of ${rows.columns}.`)
  return (key: number) => {
    if (rows && values) filled.length = fill(values.subarray((key - 1) * rows.columns, key * rows.columns))
    else {
      one[0] = key
      filled.length = fill(one)
    }
    return filled
  }
}
