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
      description:
        'Every path but those that ask for a token is also served under `/api/fec2/{campus}`, with and without a trailing slash.',
    },
    ...(endpoints.some(({ guard }) => guard) && { components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } } }),
    paths,
  }
}

const operation = ({ summary, tag, params, query, body, answer, success = 200, refusals, guard }: Endpoint): object => ({
  summary,
  tags: [tag],
  ...(guard && { security: [{ token: [] }] }),
  parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
  ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body.schema } } } }),
  responses: {
    [success]: { description: successes[success], ...(answer && { content: { 'application/json': { schema: answer } } }) },
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

const successes = { 200: 'OK', 201: 'Created', 204: 'Done' } as const
