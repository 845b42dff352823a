/** An element of a page, with everything below it. */
export type Node = { name: string; attributes: Record<string, string>; children: (Node | string)[] }

/** Reads a page as strictly as XML is read, and throws at what is not closed, quoted or escaped; browsers would guess. */
export const readPage = (page: string): Node => {
  const root: Node = { name: '', attributes: {}, children: [] }
  const open: Node[] = [root]
  let at = 0
  const fail = (why: string): never => {
    throw new Error(`${why} at ${at}: ${page.slice(Math.max(0, at - 60), at + 60)}`)
  }
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const sticky = new RegExp(pattern, 'y')
    sticky.lastIndex = at
    const found = sticky.exec(page)
    if (found) at = sticky.lastIndex
    return found ?? undefined
  }
  if (!take(/<!doctype html>/)) fail('no doctype')
  while (at < page.length) {
    const text = take(/[^<]+/)?.[0]
    if (text !== undefined) {
      if (/&(?!(?:#\d+|nbsp);)/.test(text) || text.includes('>')) fail('not escaped')
      open.at(-1)!.children.push(plain(text))
      continue
    }
    const closed = take(/<\/([a-z][a-z0-9]*)\s*>/)
    if (closed) {
      if (open.pop()?.name !== closed[1] || open.length === 0) fail(`</${closed[1]}> closes nothing`)
      continue
    }
    const opened = take(/<([a-z][a-z0-9]*)/) ?? fail('no element')
    const node: Node = { name: opened[1]!, attributes: {}, children: [] }
    for (let one; (one = take(/\s+([A-Za-z][\w-]*)="([^"<>]*)"/));) {
      if (Object.hasOwn(node.attributes, one[1]!)) fail(`${one[1]} twice`)
      node.attributes[one[1]!] = plain(one[2]!)
    }
    const [, slash] = take(/\s*(\/?)>/) ?? fail('attributes that are none')
    open.at(-1)!.children.push(node)
    if (slash) continue
    if (voids.has(node.name)) fail(`<${node.name}> is not closed`)
    // What stands in them is no HTML.
    if (node.name === 'style' || node.name === 'script') node.children.push(take(/[\s\S]*?(?=<\/)/)![0])
    open.push(node)
  }
  if (open.length > 1) fail(`<${open.at(-1)!.name}> is not closed`)
  return root
}

export const all = (node: Node, name?: string): Node[] =>
  node.children.flatMap((child) =>
    typeof child === 'string' ? [] : [...(name === undefined || child.name === name ? [child] : []), ...all(child, name)],
  )

export const byId = (node: Node, id: string): Node | undefined => all(node).find(({ attributes }) => attributes['id'] === id)

export const textOf = (node: Node): string =>
  node.children
    .map((child) => (typeof child === 'string' ? child : textOf(child)))
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** Of the lines of a chart, the number of points of each. */
export const pointsOf = (figure: Node): number[] =>
  all(figure, 'path')
    .filter(({ attributes }) => attributes['class']?.startsWith('line') && /^M[\d.]+ [\d.]+(?:L|h0\.1|$)/.test(attributes['d']!))
    .map(({ attributes }) => attributes['d']!.match(/[ML]/g)!.length)

const plain = (text: string) => text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
const voids = new Set(['meta', 'link', 'br', 'img', 'input', 'hr'])
