/** A source file as the architecture test sees it: what it imports, its literals, and its code without them. */
export type Source = {
  /** The file with comments, and the insides of literals, blanked out; as long as the file, with the same lines. */
  readonly code: string
  /** Strings and templates; what a template puts in stands as `${}`. */
  readonly literals: readonly { text: string; at: number }[]
  /** What stands after `from`, `import`, `import(` and `new URL(…, import.meta.url)`. */
  readonly imports: readonly { specifier: string; at: number; /** Nothing of it is left when it runs. */ typeOnly: boolean }[]
}

/** A lexer just good enough for formatted TypeScript: it tells code from comments, strings, templates and regular expressions. */
export const readSource = (text: string): Source => {
  const code = text.split('')
  const literals: { text: string; at: number }[] = []
  let at = 0

  const blank = (from: number, to: number) => {
    for (let i = from; i < to; i++) if (code[i] !== '\n') code[i] = ' '
  }
  const comment = (end: string) => {
    const found = text.indexOf(end, at + 2)
    const to = found < 0 ? text.length : found + (end === '\n' ? 0 : end.length)
    blank(at, to)
    at = to
  }
  const string = (quote: string) => {
    const start = at++
    while (at < text.length && text[at] !== quote) at += text[at] === '\\' ? 2 : 1
    literals.push({ text: text.slice(start + 1, at), at: start })
    blank(start + 1, at++)
  }
  const regex = () => {
    const start = at++
    for (let inClass = false; at < text.length && (inClass || text[at] !== '/'); at++) {
      if (text[at] === '\\') at++
      else if (text[at] === '[') inClass = true
      else if (text[at] === ']') inClass = false
    }
    blank(start + 1, at++)
  }
  const template = () => {
    const start = at++
    let inner = ''
    while (at < text.length && text[at] !== '`') {
      if (text.startsWith('${', at)) {
        inner += '${}'
        blank(at, at + 2)
        at += 2
        upToBrace()
        blank(at, at + 1)
        at++
        continue
      }
      const length = text[at] === '\\' ? 2 : 1
      inner += text.slice(at, at + length)
      blank(at, at + length)
      at += length
    }
    literals.push({ text: inner, at: start })
    at++
  }
  /** The last word or sign of code before this place. */
  const before = () => {
    let end = at
    while (end > 0 && /\s/.test(code[end - 1]!)) end--
    return code.slice(Math.max(0, end - 8), end).join('')
  }
  /** Reads code up to the brace that closes what is open, or to the end. */
  const upToBrace = () => {
    for (let depth = 0; at < text.length;) {
      const char = text[at]!
      if (char === '}' && depth-- === 0) return
      if (char === '{') depth++
      if (text.startsWith('//', at)) comment('\n')
      else if (text.startsWith('/*', at)) comment('*/')
      else if (char === "'" || char === '"') string(char)
      else if (char === '`') template()
      else if (char === '/' && regexMayFollow.test(before())) regex()
      else at++
    }
  }
  upToBrace()

  const blanked = code.join('')
  const starts = new Map(literals.map((literal) => [literal.at, literal.text]))
  const imports = [...blanked.matchAll(importForms)].map((match) => {
    const quoteAt = match.index + match[0].length - 1
    const statement = blanked.slice(blanked.lastIndexOf('import', match.index), match.index)
    const typeOnly = match[0].startsWith('from') && /^import\s+type\b/.test(statement)
    return { specifier: starts.get(quoteAt) ?? '', at: quoteAt, typeOnly, url: match[0].startsWith('new') }
  })
  return { code: blanked, literals, imports: imports.filter(({ specifier, url }) => !url || specifier.startsWith('.')) }
}

/** The line of a place in a text, from 1. */
export const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length

/** After these a slash begins a regular expression; after anything else it divides. */
const regexMayFollow = /(?:^|[(,=:[!&|?{};~^+\-*%<>]|\b(?:return|typeof|case|in|of|void|await|yield|throw|else|do))$/
const importForms = /(?:\bfrom|\bimport|\bimport\s*\(|\bnew URL\s*\()\s*['"]/g
