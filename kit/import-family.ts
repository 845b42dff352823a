/**
 * What a column of a CSV file holds, and the type of its staging column:
 * `id` a positive integer (bigint) · `number` an integer of zero or more (bigint) · `quantity` an integer (integer) ·
 * `rating` an integer from 1 to 5 (smallint) ·
 * `price` an amount (bigint, in hundredths) · `flag` 0/1/true/false (boolean) · `text` (text) · `moment` a date, with or without
 * a time, in ISO or in epoch milliseconds (timestamptz, to the millisecond; UTC where it names no offset).
 */
export type ColumnKind = 'id' | 'number' | 'quantity' | 'rating' | 'price' | 'flag' | 'text' | 'moment'

export type ImportColumn = {
  readonly name: string
  readonly kind: ColumnKind
  /** The bare word `null` or nothing at all is null; in other columns it is empty text, and an error where text is no answer. */
  readonly nullable?: boolean
  /** Names the header may have beside `name`; case, spaces and underscores do not count. */
  readonly aliases?: readonly string[]
}

export type ImportFile = {
  /** The file is `name`.csv, the staging table `name` with a column `line` before its own. */
  readonly name: string
  /** The first is the file's own id; a second record with the same one is rejected. */
  readonly columns: readonly ImportColumn[]
  /** A record whose `column` is no id of the file `of` is an orphan, listed once; a null names no parent and makes none. */
  readonly parents?: readonly ImportParent[]
}
export type ImportParent = { readonly column: string; readonly of: string }

/** One table of the service made from staged rows, or from tables made before it. */
export type ImportTable = {
  readonly table: string
  /** Tables and files it reads; it is made after them. */
  readonly from: readonly string[]
  /**
   * Fills the table: `stage` is the schema of the staging tables, `next` that of the tables being made. Without it the import
   * empties the table: what hung on rows that are replaced, such as votes, would else hang on others that have their ids now.
   */
  readonly fill?: (stage: string, next: string) => string
  /** The file whose rows it holds: rows staged but not filled in were dropped on purpose. */
  readonly rowsOf?: string
}

/**
 * A sequence, named without its schema, that gives out ids of rows an import brings too: it goes on above the greatest id
 * imported, and never goes back. No column may own it, or it would go with the table that is replaced.
 */
export type ImportSequence = { readonly sequence: string } & (
  | { readonly table: string; readonly column: string }
  /** A query for the greatest id, or null, where ids are not a column of their own: `schema` is that of the new tables. */
  | { readonly max: (schema: string) => string }
)

/** The files of a service and the tables they become. The first file is the root: without it the others cannot be imported. */
export type ImportFamily = {
  readonly files: readonly ImportFile[]
  readonly tables: readonly ImportTable[]
  readonly sequences?: readonly ImportSequence[]
}
