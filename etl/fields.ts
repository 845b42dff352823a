import type { CsvRecord } from './csv-record.ts'

/** A field that is not what its column holds; the message is the reason in the reject file. */
export class BadField extends Error {}

/** The bare word `null`, or nothing at all. `"null"` in quotes is a text. */
export const isNull = ({ bytes, start, end, quoted }: CsvRecord, i: number): boolean => {
  const from = start[i]!
  const length = end[i]! - from
  if (quoted[i]) return false
  return (
    length === 0 || (length === 4 && bytes[from] === 110 && bytes[from + 1] === 117 && bytes[from + 2] === 108 && bytes[from + 3] === 108)
  )
}

/** Digits of field i as a number up to 2^53 - 1, with a sign where `signed`; NaN when it is anything else. */
export const integerOf = ({ bytes, start, end }: CsvRecord, i: number, signed = false): number => {
  let at = start[i]!
  const to = end[i]!
  const negative = signed && bytes[at] === 45
  if (negative) at++
  if (at === to || to - at > 16) return Number.NaN
  let value = 0
  for (; at < to; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  if (value > Number.MAX_SAFE_INTEGER) return Number.NaN
  return negative ? -value : value
}

/** An amount such as `140`, `140.5` or `140.00`, in hundredths; NaN when it is anything else. A third decimal is rounded. */
export const hundredthsOf = (record: CsvRecord, i: number): number => {
  const whole = integerOf(record, i)
  if (whole <= priceMax) return whole * 100
  const match = /^(\d{1,12})\.(\d{1,16})$/.exec(record.bytes.toString('latin1', record.start[i], record.end[i]))
  if (!match) return Number.NaN
  const thousandths = Number(match[2]!.slice(0, 3).padEnd(3, '0'))
  const hundredths = Number(match[1]) * 100 + Math.round(thousandths / 10)
  return hundredths < (priceMax + 1) * 100 ? hundredths : Number.NaN
}

/** 0 or 1; NaN when the field is neither 0/1 nor true/false, in any case. */
export const flagOf = ({ bytes, start, end }: CsvRecord, i: number): number => {
  const from = start[i]!
  const length = end[i]! - from
  if (length === 1 && (bytes[from] === 48 || bytes[from] === 49)) return bytes[from] - 48
  const word = length <= 5 ? bytes.toString('latin1', from, end[i]).toLowerCase() : ''
  return word === 'true' ? 1 : word === 'false' ? 0 : Number.NaN
}

/** What numeric(14, 2) holds, before the point. */
const priceMax = 999_999_999_999
