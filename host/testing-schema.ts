/** The keys by which data may one day be spread over machines: what belongs together has the same one. */
export const groupKeys = ['product_id', 'restaurant_id', 'session_id']

/** What is wrong with a service's schema.sql, each with its place. */
export const schemaFaults = (service: string, text: string): { at: number; fault: string }[] => {
  const faults: { at: number; fault: string }[] = []
  const sql = text.replaceAll(/--[^\n]*/g, (comment) => ' '.repeat(comment.length)).toLowerCase()

  for (const { index } of sql.matchAll(/\bcreate\s+(?:or\s+replace\s+)?(?:constraint\s+|event\s+)?trigger\b/g))
    faults.push({ at: index, fault: 'has a trigger' })
  for (const { index, 1: other } of sql.matchAll(/\breferences\s+"?(\w+)"?\s*\./g))
    if (other !== service) faults.push({ at: index, fault: `has a foreign key into the schema ${other}` })
  for (const { index, 1: target } of sql.matchAll(/\breferences\s+(\w+)(?![\w.])/g))
    faults.push({ at: index, fault: `does not say in which schema ${target} is` })

  for (const { index, 0: head, 1: table } of sql.matchAll(/\bcreate\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?([\w.]+)\s*\(/g)) {
    const parts = partsOf(sql, index + head.length)
    const add = (fault: string) => faults.push({ at: index, fault: `${table} ${fault}` })
    const keys = parts.flatMap((part) => keyColumns(part))
    const primary = keys.find(({ kind }) => kind === 'primary key')
    const group = groupKeys.find((name) => parts.some((part) => part.startsWith(`${name} `)))
    if (!primary) add('has no primary key')
    else if (primary.columns[0] === undefined || !groupKeys.includes(primary.columns[0]))
      add('has a primary key that does not begin with the group key')
    if (group && !parts.some((part) => new RegExp(`^${group}\\s+bigint\\s+not\\s+null`).test(part)))
      add(`has a ${group} that is not bigint not null`)
    for (const { kind, columns } of keys)
      if (!columns.some((column) => groupKeys.includes(column))) add(`has a ${kind} without the group key`)
  }
  for (const { index, 1: columns = '' } of sql.matchAll(/\bcreate\s+unique\s+index\b[^(;]*\(([^)]*)\)/g))
    if (!columns.split(',').some((column) => groupKeys.includes(column.trim())))
      faults.push({ at: index, fault: 'has a unique index without the group key' })
  return faults.toSorted((a, b) => a.at - b.at)
}

/** Primary, unique and foreign keys in a part of a table's definition, and their columns. */
const keyColumns = (part: string): { kind: string; columns: string[] }[] => {
  const listed = /\b(primary key|unique|foreign key)\s*\(([^)]*)\)/.exec(part)
  if (listed) return [{ kind: listed[1]!, columns: listed[2]!.split(',').map((column) => column.trim()) }]
  const [column = ''] = part.split(/\s/, 1)
  const own = /\b(primary key|unique|references)\b/.exec(part)
  return own ? [{ kind: own[1] === 'references' ? 'foreign key' : own[1]!, columns: [column] }] : []
}

/** What stands between the bracket opened before `from` and its partner, cut at the commas that are in no other bracket. */
const partsOf = (sql: string, from: number): string[] => {
  const parts: string[] = []
  let start = from
  for (let at = from, depth = 0; at < sql.length; at++) {
    if (sql[at] === '(') depth++
    const closes = sql[at] === ')' && depth-- === 0
    if (closes || (sql[at] === ',' && depth === 0)) {
      parts.push(sql.slice(start, at).trim())
      start = at + 1
    }
    if (closes) break
  }
  return parts
}
