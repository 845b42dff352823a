/** A directive, a comment, or a block with what is in it. */
export type Directive = string | readonly [head: string, body: readonly Directive[]]

export const renderDirectives = (directives: readonly Directive[], indent = ''): string =>
  directives
    .map((one) => {
      if (typeof one === 'string') return one === '' ? '\n' : `${indent}${one}${one.startsWith('#') ? '' : ';'}\n`
      return `${indent}${one[0]} {\n${renderDirectives(one[1], `${indent}  `)}${indent}}\n`
    })
    .join('')

/** A value in quotes. NGINX knows no way to write a dollar sign, which begins a variable. */
export const quoted = (value: string): string => {
  if (/[$"\\\r\n]/.test(value)) throw new Error(`NGINX cannot be told of ${value}: it holds a dollar sign, a quote or a backslash.`)
  return `"${value}"`
}

/** The same for what has quotes in it. */
export const singleQuoted = (value: string): string => {
  if (/[$'\\\r\n]/.test(value)) throw new Error(`NGINX cannot be told of ${value}: it holds a dollar sign, a single quote or a backslash.`)
  return `'${value}'`
}

/**
 * A regular expression, as the source of a map, for a path that begins with one of these segments, under a campus or not; as sent, not
 * decoded. It ends where a request line goes on.
 */
export const pathPattern = (methods: string, segments: readonly string[]): string =>
  `"~^${methods}(?:/api/fec2/[^/?]*)?/(?:${segments.join('|')})(?:[/? ]|$)"`

/** Whole ones, upwards. */
export const seconds = (ms: number): string => `${Math.ceil(ms / 1000)}s`
