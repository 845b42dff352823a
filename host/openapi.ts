import { headerName, type Endpoint, type Fields } from '../kit/endpoint.ts'

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

const operation = ({
  summary,
  tag,
  params,
  query,
  headers = {},
  body,
  answer,
  success = 200,
  refusals,
  guard,
  problems,
}: Endpoint): object => ({
  summary,
  tags: [tag],
  ...(guard && { security: [{ token: [] }] }),
  parameters: [...parameters(params, 'path'), ...parameters(query, 'query'), ...parameters(headers, 'header')],
  ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body.schema } } } }),
  responses: {
    [success]: { description: successes[success], ...(answer && { content: { 'application/json': { schema: answer } } }) },
    ...Object.fromEntries(
      Object.entries({ ...refusals, 500: 'An error occurred.' }).map(([status, description]) => [
        status,
        {
          description,
          content: problems ? { 'application/problem+json': { schema: problem } } : { 'text/plain': { schema: { type: 'string' } } },
        },
      ]),
    ),
  },
})

const parameters = (fields: Fields, where: 'path' | 'query' | 'header') =>
  Object.entries(fields).map(([name, { schema, required }]) => ({
    name: where === 'header' ? headerName(name) : name,
    in: where,
    required,
    schema,
  }))

/** RFC 9457; further members are named where they are given. */
const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { field: { type: 'string' }, detail: { type: 'string' } }, required: ['field', 'detail'] },
    },
  },
}

const successes = { 200: 'OK', 201: 'Created', 204: 'Done' } as const
