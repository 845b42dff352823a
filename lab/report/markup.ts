/** Text that is HTML already. Everything else that is put into `html` is escaped, so nothing that a name says becomes an element. */
export class Markup {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  toString(): string {
    return this.#text
  }
}

export type Part = Markup | string | number | false | undefined | readonly Part[]

export const html = (strings: TemplateStringsArray, ...parts: Part[]): Markup =>
  new Markup(strings.reduce((text, string, i) => text + textOf(parts[i - 1]) + string))

const textOf = (part: Part): string => {
  if (part === undefined || part === false) return ''
  if (part instanceof Markup) return part.toString()
  if (Array.isArray(part)) return part.map(textOf).join('')
  return escaped(String(part))
}

/** For elements and for attributes in quotes. Control characters, which HTML has no way to write, become a mark that shows them. */
export const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(controls, '\uFFFD')
    .replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)

const controls = /[^\P{Cc}\t\n]/gu
