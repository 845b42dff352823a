import type { Endpoint } from './endpoint.ts'
import { pathOf } from './router.ts'
import type { Reply } from './reply.ts'

/** Whether a refusal of a request for this path is a problem: below the first segment of every endpoint that answers so. */
export const openProblems = (endpoints: readonly Endpoint[]): ((path: string) => boolean) => {
  const roots = new Set(endpoints.filter(({ problems }) => problems).map(({ path }) => pathOf(path)[0]))
  return (path) => roots.has(pathOf(path)[0])
}

/**
 * The same refusal as RFC 9457 has it: its text becomes the detail. `more` are further members; among them `type` and `title` where
 * the status alone does not say what is the matter. What is no text, such as a problem that was made elsewhere, stays as it is.
 */
export const problem = (reply: Reply, more: Readonly<Record<string, unknown>> = {}): Reply => {
  if (reply.status < 400 || !reply.headers.includes(textType)) return reply
  const detail = Buffer.from(reply.body)
    .toString()
    .replace(/^Error: /, '')
  return {
    status: reply.status,
    headers: reply.headers.replace(textType, `content-type: ${problemType}\r\n`),
    etag: undefined,
    body: Buffer.from(problemBody(reply.status, detail, more)),
  }
}

export const problemBody = (status: number, detail: string, more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ type: 'about:blank', title: titles[status] ?? 'Error', status, detail, ...more })

export const problemType = 'application/problem+json'
const textType = 'content-type: text/plain; charset=utf-8\r\n'
const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}
