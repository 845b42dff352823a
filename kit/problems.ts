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
  const members = { type: 'about:blank', title: titles[reply.status] ?? 'Error', status: reply.status, detail, ...more }
  return {
    status: reply.status,
    headers: reply.headers.replace(textType, problemType),
    etag: undefined,
    body: Buffer.from(JSON.stringify(members)),
  }
}

const textType = 'content-type: text/plain; charset=utf-8\r\n'
const problemType = 'content-type: application/problem+json\r\n'
const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}
