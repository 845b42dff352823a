/** One kind of request the lab sends, and how it knows that an answer is right. */
export type LoadRequest = {
  readonly name: string
  /** The path for a key. */
  readonly path: (key: number) => string
  /** Keys are 1 … this, for so many products. */
  readonly keys: (products: number) => number
  /** The read's own statement, run alone: its (n, body) is what the answer must be. */
  readonly statement: string
  readonly columns: (key: number) => number[]
}
