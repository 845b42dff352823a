import type { ImportFamily } from '../kit/import-family.ts'

/** Something an import does whole or not at all: it is in the journal when it is done. */
export type Step = { readonly name: string; readonly after: readonly string[]; readonly does: Doing; readonly of: string }
export type Doing = 'load' | 'check' | 'fill' | 'index' | 'table' | 'rejects'

/**
 * What is to be done for a family, by name: `load X` and `X` (its ids unique and its parents there, for which those must have been
 * checked) of each file, `fill T`, `index T` and `table T` of each table, and `rejects X`, which reads a file again.
 */
export const planOf = ({ files, tables }: ImportFamily): Step[] => [
  ...files.flatMap(({ name, parents = [] }): Step[] => [
    { name: `load ${name}`, after: [], does: 'load', of: name },
    { name, after: [`load ${name}`, ...parents.map(({ of }) => of)], does: 'check', of: name },
  ]),
  ...tables.flatMap(({ table, from }): Step[] => [
    { name: `fill ${table}`, after: from, does: 'fill', of: table },
    { name: `index ${table}`, after: [`fill ${table}`], does: 'index', of: table },
    { name: `table ${table}`, after: [`index ${table}`], does: 'table', of: table },
  ]),
  ...files.map(({ name }): Step => ({ name: `rejects ${name}`, after: [name], does: 'rejects', of: name })),
]
