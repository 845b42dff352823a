import { Random } from './random.ts'

/**
 * How the real files depart from tidy ones, in rows per occurrence. `clean` leaves all of this out. A quirk changes a
 * row or its place, never how many rows there are, and never touches the hand-made products' rows.
 *
 * What concerns a whole file (byte-order mark, line ends, the header's spaces) stands with the file, in its `look`.
 */
export const QUIRKS = {
  /** names, sizes, features and what people write stand without quotes, where they can */
  bareText: 8,
  /** a row comes after its successor: 8 before 7 */
  swappedRows: 10_000,
  /** one to four ids are left out */
  idGap: 500,
  /** a photo's quotes do not balance; still on one line of its own */
  unbalancedPhoto: 16_000,
  /** a review's closing quote is missing, or one too many; still on one line of its own */
  unbalancedReview: 50_000,
  /** a row's parent is nowhere, its id beyond the highest: of every file but product, styles and related */
  orphan: 200_000,
  /** what is related is product 0 */
  relatedZero: 1_000,
  /** a product's row says what the row before it said; its first row cannot, so this is 1 in 500 of all rows */
  relatedTwice: 400,
  /** the product is related to itself */
  relatedSelf: 5_000,
  /** a review's date is a day, 2019-01-01, not milliseconds */
  isoDate: 2_000,
  /** a review's summary is longer than sixty characters */
  longSummary: 1_000,
  /** there is no response, and the field is empty instead of the bare word null */
  emptyResponse: 500,
  /** a seller did respond: with the word null, in quotes */
  quotedNull: 20_000,
  /** a review, question or answer has quotes, scripts, emoji or backslashes in it (see strange-texts.ts) */
  strangeText: 2_000,
}

/** The first of each comes within so many rows, so that a small set has every quirk too. */
const FIRST_WITHIN_ROWS = 500
/** A gap leaves out at most four ids, so no id passes five times the rows. */
export const IDS_PER_ROW_MAX = 5

export type Quirks = {
  /** Ask once for each row: yes about once in QUIRKS[quirk] rows, never for the hand-made ones. */
  of: (quirk: keyof typeof QUIRKS) => () => boolean
  /** The rows' ids, ascending. */
  ids: () => () => number
  /** The row's owner, or now and then one beyond the highest there is. */
  owner: (highest: number) => (owner: number) => number
  /** The rows, now and then two of them exchanged. */
  order: (rows: Iterable<string>) => Iterable<string>
}

export const quirksOf = (seed: number, file: string, handMadeRows: number): Quirks => {
  const of: Quirks['of'] = (quirk) => {
    const random = new Random(seed, `${file} ${quirk}`)
    const rows = QUIRKS[quirk]
    let left = handMadeRows + 1 + random.below(Math.min(rows, FIRST_WITHIN_ROWS))
    return () => {
      if (--left > 0) return false
      left = 1 + random.below(2 * rows - 1)
      return true
    }
  }
  return {
    of,
    ids: () => {
      const gap = of('idGap')
      const sizes = new Random(seed, `${file} ids left out`)
      let id = 0
      return () => (id += gap() ? 2 + sizes.below(IDS_PER_ROW_MAX - 1) : 1)
    },
    owner: (highest) => {
      const orphan = of('orphan')
      const strays = new Random(seed, `${file} strays`)
      return (owner) => (orphan() ? highest + 1 + strays.below(1_000) : owner)
    },
    order: (rows) => exchanged(rows, of('swappedRows')),
  }
}

/** The same of a file that has none. */
export const noQuirks: Quirks = {
  of: () => () => false,
  ids: () => {
    let id = 0
    return () => ++id
  },
  owner: () => (owner) => owner,
  order: (rows) => rows,
}

/** A row that is struck waits for the next one to pass. */
function* exchanged(rows: Iterable<string>, swap: () => boolean) {
  let held: string | undefined
  for (const row of rows) {
    if (held === undefined && swap()) {
      held = row
      continue
    }
    yield row
    if (held !== undefined) yield held
    held = undefined
  }
  if (held !== undefined) yield held
}
