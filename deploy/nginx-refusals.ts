import { problemBody, problemType } from '../kit/problems.ts'
import { headerLines, strictHeaders } from '../kit/reply.ts'
import { pathPattern, quoted, singleQuoted, type Directive } from './nginx-syntax.ts'
import type { Door } from './topology.ts'

/** `$refused_as` is how a refusal is worded, `$start` where a request begins. */
export const refusedAs = ({ problems }: Door): Directive[] => [
  // The whole line, for it is known when the path in it is not well-formed and $request_uri is empty.
  ['map $request $refused_as', [`${pathPattern(String.raw`\S+ `, problems)} problem`, 'default text']],
  // A request whose path is not known is refused where its way would be looked up, for only there NGINX leads it.
  [
    'map $status $start',
    ['volatile', ...Object.keys(pathless).map((status) => `${status} /refused-${status}-$refused_as`), 'default /$way'],
  ],
]

/** What NGINX answers itself, in our servers' words and headers. */
export const refusal = (status: number, text: string, as: Wording = 'text'): Directive[] => [
  ...headerLines({ ...strictHeaders, 'cache-control': 'no-store', ...(status >= 502 && { 'retry-after': '1' }) })
    .trimEnd()
    .split('\r\n')
    .map((line) => `add_header ${line.replace(': ', ' "')}" always`),
  ...(as === 'problem' ? [`default_type ${problemType}`] : []),
  `return ${status} ${as === 'problem' ? singleQuoted(problemBody(status, text)) : quoted(text)}`,
]
type Wording = (typeof wordings)[number]
const wordings = ['text', 'problem'] as const

/** By NGINX's own numbers: 494 is a head that is too large. */
const withPath = { 413: 'Content Too Large', 494: 'Request Header Fields Too Large', 502: 'Bad Gateway', 504: 'Gateway Timeout' }
const pathless = { 400: 'Bad Request', 414: 'URI Too Long' }
const statusOf = (status: string) => (status === '494' ? 431 : Number(status))

export const refusals: Directive[] = [
  ...Object.entries(withPath).flatMap(([status, text]): Directive[] => [
    `error_page ${status} = @${status}-$refused_as`,
    ...wordings.map((as): Directive => [`location @${status}-${as}`, refusal(statusOf(status), text, as)]),
  ]),
  ...Object.entries(pathless).flatMap(([status, text]): Directive[] => [
    `error_page ${status} /refused`,
    ...wordings.map((as): Directive => [`location = /refused-${status}-${as}`, ['internal', ...refusal(statusOf(status), text, as)]]),
  ]),
]
