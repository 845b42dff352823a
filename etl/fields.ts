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

/**
 * Epoch milliseconds of the moment in field i: milliseconds, also as a spreadsheet writes them (`1.59508E+12`), or an ISO date,
 * to which a time and an offset may belong; without an offset it is UTC. NaN when it is anything else or outside the years 1 to 9999.
 */
export const momentOf = (record: CsvRecord, i: number): number => {
  let value = integerOf(record, i, true)
  if (Number.isNaN(value)) {
    const text = record.bytes.toString('latin1', record.start[i], Math.min(record.end[i]!, record.start[i]! + momentBytesMax + 1))
    value = roundedNumber.test(text) ? Math.round(Number(text)) : isoMomentOf(text)
  }
  return value >= momentMin && value <= momentMax ? value : Number.NaN
}

const isoMomentOf = (text: string): number => {
  const match = isoMoment.exec(text)
  if (!match) return Number.NaN
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', sign, offsetHour = 0, offsetMinute = 0] = match
  const at = new Date(0)
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (at.getUTCMonth() !== Number(month) - 1) return Number.NaN // a 30th of February would be a day in March
  const time = (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000
  return at.getTime() + time + (sign === '-' ? offset : -offset)
}

/** `1.59508E+12` and `1595080000000.0` alike. */
const roundedNumber = /^-?\d{1,16}(?:\.\d{1,16})?(?:[eE]\+?\d{1,2})?$/
const isoMoment =
  /^(\d{4})-(\d\d)-([0-3]\d)(?:[Tt ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?(?:[Zz]|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)?)?$/
const momentBytesMax = 40
const momentMin = -62_135_596_800_000
const momentMax = 253_402_300_799_999

/** What numeric(14, 2) holds, before the point. */
const priceMax = 999_999_999_999
