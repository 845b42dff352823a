import { posix } from 'node:path'
import { schemaFaults } from './testing-schema.ts'
import { lineAt, readSource, type Source } from './testing-source.ts'

/** Files by their paths from the root: sources, schemas and package.json. */
export type Files = ReadonlyMap<string, string>
export type Rule = 'imports' | 'packages' | 'sql' | 'schema' | 'environment' | 'start' | 'barrel' | 'length' | 'room'
export type Violation = { path: string; line: number; rule: Rule; fault: string }
/** A violation that is meant, and why. */
export type Exception = { path: string; rule: Rule; reason: string }

/** Everything in these files that ARCHITECTURE.md forbids. */
export const violations = (files: Files): Violation[] => [...files].flatMap(([path, text]) => [...fileViolations(path, text, files)])

/** Programs by themselves: they read the environment and start when they are run. */
const mains: ReadonlySet<string> = new Set([
  'cli/main.ts',
  'lab/bench.ts',
  'lab/bookings-rate.ts',
  'lab/bookings.ts',
  'lab/copy.ts',
  'lab/crash.ts',
  'lab/drive.ts',
  'lab/history.ts',
  'lab/limit.ts',
  'lab/load/driver.ts',
  'lab/one-commit.ts',
  'lab/visibility.ts',
])

/** Tests and what only tests use: they put the rooms together as they need. */
const isTest = (path: string) => /(?:^|\/)(?:[^/]*\.test|(?:[^/]*-)?testing[^/]*|[^/]*-fixture[^/]*)\.tsx?$/.test(path)
const isModule = (path: string) => /\.(?:tsx?|mjs)$/.test(path)

const isContract = (target: string) => /^services\/\w+\/types\.ts$/.test(target)
/** What a neighbour may be asked: its type, nothing that runs. */
const isApi = (target: string) => /^services\/\w+\/api\.ts$/.test(target)
const isFragment = (target: string) => /^services\/\w+\/fragment\.tsx$/.test(target)

/** The rooms of the house, and what a file of each may import. */
const rooms: Record<string, (target: string, from: string) => boolean> = {
  cli: () => true,
  host: (target) => isIn(target, 'host', 'services', 'gateway', 'deploy', 'kit'),
  deploy: (target) => isIn(target, 'deploy', 'kit'),
  gateway: (target) => isIn(target, 'gateway', 'kit') || isContract(target) || isFragment(target),
  services: (target, from) => isIn(target, 'kit', from === 'services/index.ts' ? 'services' : `services/${ownerOf(from)}`) || isApi(target),
  client: (target) => isIn(target, 'client') || isContract(target),
  web: (target) => isIn(target, 'web') || isContract(target),
  etl: (target) => isIn(target, 'etl', 'kit'),
  // The benchmark starts the whole house to measure it, and the proofs to hurt it.
  lab: (target, from) =>
    isIn(target, 'lab', 'kit', ...(/^lab\/(?:bench|bookings|copy|crash|visibility)[^/]*$/.test(from) ? ['host', 'services'] : [])) ||
    // One of them times what an import does to a file.
    (/^lab\/copy[^/]*$/.test(from) && isIn(target, 'etl')),
  kit: (target) => isIn(target, 'kit'),
}
const isIn = (target: string, ...folders: string[]) => folders.some((folder) => target.startsWith(`${folder}/`))

function* fileViolations(path: string, text: string, files: Files): Generator<Violation> {
  const found = (rule: Rule, at: number, fault: string): Violation => ({ path, line: lineAt(text, at), rule, fault })
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  if (path === 'package.json') return
  if (lines > linesMax) yield found('length', text.length - 1, `has ${lines} lines, more than ${linesMax}`)
  if (!rooms[roomOf(path)] || !path.includes('/')) yield found('room', 0, 'stands in no room of the house')

  if (path.endsWith('.sql')) {
    const owner = ownerOf(path)
    if (roomOf(path) === 'services') for (const { at, fault } of schemaFaults(owner, text)) yield found('schema', at, fault)
    yield* foreignTables(owner, text, files).map(({ at, fault }) => found('schema', at, fault))
    return
  }
  if (!isModule(path)) return
  const source = readSource(text)
  const exported = /\bexport\s+(?:type\s+)?(?:\*|\{[^}]*\})\s*(?:as\s+\w+\s*)?from\b/.exec(source.code)
  if (exported) yield found('barrel', exported.index, 'exports what another file makes')
  if (/(?:^|\/)index\.\w+$/.test(path) && path !== 'services/index.ts') yield found('barrel', 0, 'is a barrel')
  if (isTest(path)) return

  yield* importFaults(path, source, files).map(({ rule, at, fault }) => found(rule, at, fault))
  yield* sqlFaults(path, source, files).map(({ rule, at, fault }) => found(rule, at, fault))
  if (roomOf(path) !== 'cli' && !mains.has(path)) {
    for (const { index, 0: name } of source.code.matchAll(/\b(?:process\.env|Bun\.env|import\.meta\.env)\b/g))
      yield found('environment', index, `reads ${name}`)
  }
  if (!path.endsWith('.mjs') && !mains.has(path)) {
    for (const { at, fault } of startFaults(source.code)) yield found('start', at, fault)
  }
}

type Fault = { rule: Rule; at: number; fault: string }

const importFaults = (path: string, { imports }: Source, files: Files): Fault[] =>
  imports.flatMap(({ specifier, at, typeOnly }): Fault[] => {
    if (!specifier.startsWith('.')) {
      const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
      const known = /^(?:node|bun):|^bun$/.test(specifier) || roomOf(path) === 'lab' || serverPackages(files).includes(name)
      return known ? [] : [{ rule: 'packages', at, fault: `imports ${name}, which is no dependency of the server` }]
    }
    const target = posix.join(posix.dirname(path), specifier)
    const room = rooms[roomOf(path)]
    const foreign = roomOf(path) === 'services' && ownerOf(path) !== ownerOf(target) && isApi(target) && path !== 'services/index.ts'
    const allowed = room?.(target, path) && !isTest(target) && (typeOnly || !foreign)
    return allowed ? [] : [{ rule: 'imports', at, fault: `imports ${target}` }]
  })

const serverPackages = (files: Files): string[] => {
  const manifest = JSON.parse(files.get('package.json') ?? '{}') as { dependencies?: Record<string, string> }
  return Object.keys(manifest.dependencies ?? {})
}

/** Where SQL may stand. */
const holdsSql = (path: string) => /(?:^|[/-])queries\.ts$/.test(path) || /^services\/\w+\/import\.ts$/.test(path)

const sqlFaults = (path: string, { code, literals }: Source, files: Files): Fault[] => {
  const faults: Fault[] = []
  for (const { text, at } of literals) {
    if (!holdsSql(path) && !looksLikeSql(text)) continue
    if (!holdsSql(path)) faults.push({ rule: 'sql', at, fault: `holds SQL: ${text.trim().slice(0, 40)}` })
    for (const one of foreignTables(ownerOf(path), text, files)) faults.push({ rule: 'schema', at: at + one.at, fault: one.fault })
  }
  if (!holdsSql(path))
    for (const { index } of code.matchAll(/\bsql(?:<[^`;]*>)?`/g)) faults.push({ rule: 'sql', at: index, fault: 'holds SQL' })
  return faults
}

/** A statement, maybe after what a template puts in; in the lower case of the house or all in capitals: a sentence has one capital. */
export const looksLikeSql = (text: string): boolean => {
  const statement = text
    .replaceAll(/--[^\n]*/g, '')
    .replace(/^(?:\$\{\}|[;\s])+/, '')
    .trimEnd()
  const [verb = ''] = statement.split(/\W/, 1)
  if (verb !== verb.toLowerCase() && verb !== verb.toUpperCase()) return false
  return statementForms.test(statement.toLowerCase())
}

const things = 'table|schema|index|database|view|materialized view|sequence|type|function|trigger|extension|role|user|policy|system'
const statementForms = new RegExp(
  [
    String.raw`select\s+(?:[^;]*\bfrom\b|\w+\(|[\d$'(*])`,
    String.raw`insert\s+into\s`,
    String.raw`update\s+\S+\s+set\s`,
    String.raw`delete\s+from\s`,
    String.raw`(?:create|alter|drop)\s+(?:or\s+replace\s+|unlogged\s+|temp\s+|temporary\s+|unique\s+)?(?:${things})\s`,
    String.raw`copy\s+\S+\s*(?:\([^)]*\)\s*)?(?:from|to)\s`,
    String.raw`with\s+\w+\s*(?:\([^)]*\)\s*)?as\s+(?:materialized\s+|not\s+materialized\s+)?\(`,
    String.raw`truncate\s+(?:table\s+\S|\S+$)`,
    String.raw`vacuum\s*[\w($]`,
    String.raw`analyze\s+\S+;?$`,
    String.raw`explain\s+(?:\(|analyze\b|select\b)`,
    String.raw`lock\s+table\s`,
    String.raw`set\s+(?:local|session)\s`,
    String.raw`(?:grant|revoke)\s[^;]*\son\s`,
    String.raw`(?:notify|listen)\s+\w+$`,
  ]
    .map((form) => `^${form}`)
    .join('|'),
)

/** Tables of another owner's schema in a text that is SQL. */
const foreignTables = (owner: string, sql: string, files: Files): { at: number; fault: string }[] => {
  const schemas = new Set([...files.keys()].flatMap((path) => /^services\/(\w+)\//.exec(path)?.[1] ?? []).concat('etl', 'host'))
  return [...sql.matchAll(/(?<![\w.'"-])"?([a-z_]\w*)"?\."?[a-z_]\w*/g)]
    .filter(([, schema = '']) => schemas.has(schema) && schema !== owner)
    .map(({ index, 0: table }) => ({ at: index, fault: `names ${table}` }))
}

/** The schema whose tables a file may name: its service's, or its room's. */
const ownerOf = (path: string): string => /^services\/(\w+)\//.exec(path)?.[1] ?? roomOf(path)
const roomOf = (path: string): string => path.split('/', 1)[0]!

/** Statements at the top of a module that do something when it is imported. What stands behind an arrow runs later. */
const startFaults = (code: string): { at: number; fault: string }[] =>
  topStatements(code).flatMap(({ text, at }) => {
    if (
      /^(?:import|type|interface|declare|enum|export\s+(?:type|interface|declare|\{|\*))\b/.test(text) ||
      /^(?:export|import)\s*[{*]/.test(text)
    )
      return []
    if (/^(?:export\s+)?(?:default\s+)?(?:abstract\s+)?(?:async\s+)?(?:function|class)\b/.test(text)) return []
    const [shown = ''] = text.split('\n', 1)
    if (!/^(?:export\s+)?(?:const|let|var)\b/.test(text)) return [{ at, fault: `runs at import: ${shown.slice(0, 40)}` }]
    const now = withoutBraces(text).split(/=>|\bfunction\b/, 1)[0]!
    return startForms.test(now) ? [{ at, fault: `starts something at import: ${shown.slice(0, 40)}` }] : []
  })

const startForms =
  /\bawait\b|\b(?:set(?:Interval|Timeout|Immediate)|queueMicrotask|spawn(?:Sync)?|fork|exec(?:File)?(?:Sync)?|createServer|fetch|postgres|openSql|(?:read|write|mkdir|readdir|exists|stat)\w*Sync)\s*\(|\bBun\.(?:serve|listen|connect|spawn|spawnSync|udpSocket)\b|\bnew (?:Worker|WebSocket)\b|\bprocess\.(?:on|once|exit|chdir|kill)\b/

/** Bodies of methods run later, too. */
const withoutBraces = (text: string): string => {
  let depth = 0
  return [...text].filter((char) => (char === '{' ? depth++ === 0 : char === '}' ? --depth === 0 : depth === 0)).join('')
}

/** Statements in no bracket; formatted code begins each in the first column and indents what belongs to it. */
const topStatements = (code: string): { text: string; at: number }[] => {
  const starts: number[] = []
  let depth = 0
  let at = 0
  for (const line of code.split('\n')) {
    if (depth === 0 && /^[\w@({['"!+~/-]/.test(line)) starts.push(at)
    for (const char of line) {
      if ('([{'.includes(char)) depth++
      else if (')]}'.includes(char)) depth--
    }
    at += line.length + 1
  }
  return starts.map((start, i) => ({ text: code.slice(start, starts[i + 1]), at: start }))
}

const linesMax = 300
