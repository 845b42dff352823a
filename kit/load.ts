/** One kind of request the lab sends, and how it knows that an answer is right. */
export type LoadRequest = {
  readonly name: string
  /** The path for a key. */
  readonly path: (key: number) => string
  /** Keys are 1 … this, for so many products and restaurants; of none it is not asked. */
  readonly keys: (products: number, restaurants: number) => number
  /** The read's own statement, run alone: its (n, body) is what the answer must be. */
  readonly statement: string
  readonly columns: (key: number) => number[]
}

/** One kind of request that changes something, and how the lab knows that none was lost or counted twice. */
export type LoadWrite = {
  readonly name: string
  readonly method: 'PUT' | 'POST'
  /** The status of one that was taken. */
  readonly status: 201 | 204
  /** Path and JSON body for a key, which is a row of `keys`. ASCII only. */
  readonly path: (...key: number[]) => string
  readonly body?: (...key: number[]) => object
  /** Where keys are that are never refused: bigint columns of a table. */
  readonly keys: { readonly table: string; readonly columns: readonly string[]; /** The same one every time. */ readonly hot?: true }
  /** What each adds 1 to: the sum of the column or, without one, the rows of the table. */
  readonly adds: { readonly table: string; readonly column?: string }
  /** The write's own statement. Its item is the body, `created_at`, and the id in the path by the name `pathId`. */
  readonly statement: string
  readonly pathId?: string
}
