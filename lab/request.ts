/** A text with places for the numbers of a key, taken apart once, so that the driver only puts it together. */
export type Template = {
  readonly texts: readonly string[]
  /** The column of the key that stands after each text but the last. */ readonly places: readonly number[]
}

export type RequestTemplate = {
  /** Ends where the length of the body goes, when there is one. */ readonly head: Template
  readonly body?: Template
}

export type RequestForm = { method: string; columns: number; path: (...key: number[]) => string; body?: (...key: number[]) => object }

export const requestTemplate = ({ method, columns, path, body }: RequestForm): RequestTemplate => {
  const head = (...key: number[]) => `${method} ${path(...key)} HTTP/1.1\r\nHost: 127.0.0.1\r\n`
  if (!body) return { head: template(columns, (...key) => `${head(...key)}\r\n`) }
  return {
    head: template(columns, (...key) => `${head(...key)}Content-Type: application/json\r\nContent-Length: `),
    body: template(columns, (...key) => JSON.stringify(body(...key))),
  }
}

/** The bytes of a request as they go on the wire, all ASCII. */
export const requestText = ({ head, body }: RequestTemplate, key: ArrayLike<number>): string => {
  const start = filled(head, key)
  if (!body) return start
  const content = filled(body, key)
  return `${start}${content.length}\r\n\r\n${content}`
}

const filled = ({ texts, places }: Template, key: ArrayLike<number>): string => {
  let text = texts[0]!
  for (let i = 0; i < places.length; i++) text += key[places[i]!]! + texts[i + 1]!
  return text
}

/** Made once for numbers that stand nowhere else, and cut where they stand. */
const template = (columns: number, make: (...key: number[]) => string): Template => {
  const marks = Array.from({ length: columns }, (_, column) => firstMark + column)
  const parts = make(...marks).split(new RegExp(`(${marks.join('|')})`))
  return {
    texts: parts.filter((_, i) => i % 2 === 0),
    places: parts.filter((_, i) => i % 2 === 1).map((mark) => Number(mark) - firstMark),
  }
}
const firstMark = 9_007_199_254_740_881
