import type { Endpoint, Fields } from '../kit/endpoint.ts'

/** The OpenAPI 3.1 description of the endpoints, from the same declarations that validate. https://spec.openapis.org/oas/v3.1.1 */
export const openApi = (endpoints: readonly Endpoint[], version: string): object => {
  const paths: Record<string, Record<string, object>> = {}
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Atelier',
      version,
      description: 'Every path is also served under `/api/fec2/{campus}`, with and without a trailing slash.',
    },
    paths,
  }
}

const operation = ({ summary, tag, params, query, answer, refusals }: Endpoint): object => ({
  summary,
  tags: [tag],
  parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
  responses: {
    200: { description: 'OK', ...(answer && { content: { 'application/json': { schema: answer } } }) },
    ...Object.fromEntries(
      Object.entries({ ...refusals, 500: 'An error occurred.' }).map(([status, description]) => [
        status,
        { description, content: { 'text/plain': { schema: { type: 'string' } } } },
      ]),
    ),
  },
})

const parameters = (fields: Fields, where: 'path' | 'query') =>
  Object.entries(fields).map(([name, { schema, required }]) => ({ name, in: where, required, schema }))
