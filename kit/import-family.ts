/**
 * What a column of a CSV file holds, and the type of its staging column:
 * `id` a positive integer (bigint) · `number` an integer of zero or more (bigint) · `quantity` an integer (integer) ·
 * `price` an amount (bigint, in hundredths) · `flag` 0/1/true/false (boolean) · `text` (text).
 * Dates come with the families that have them.
 */
export type ColumnKind = 'id' | 'number' | 'quantity' | 'price' | 'flag' | 'text'

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
  /** A record whose `column` is no id of the file `of` is an orphan. */
  readonly parent?: { readonly column: string; readonly of: string }
}

/** One table of the service made from staged rows, or from tables made before it. */
export type ImportTable = {
  readonly table: string
  /** Tables and files it reads; it is made after them. */
  readonly from: readonly string[]
  /** Fills the table: `stage` is the schema of the staging tables, `next` that of the tables being made. */
  readonly fill: (stage: string, next: string) => string
  /** The file whose rows it holds: rows staged but not filled in were dropped on purpose. */
  readonly rowsOf?: string
}

/** The files of a service and the tables they become. The first file is the root: without it there is nothing to import. */
export type ImportFamily = { readonly files: readonly ImportFile[]; readonly tables: readonly ImportTable[] }
