import { join, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { get, textField, type Endpoint } from '../kit/endpoint.ts'
import { notFound } from '../kit/errors.ts'
import { asset, empty, json, type Reply } from '../kit/reply.ts'
import { openApi } from './openapi.ts'

/** `/openapi.json`, and `/docs` that shows it with Swagger UI, every byte of it served from here. */
export const docsEndpoints = async (endpoints: readonly Endpoint[], version: string): Promise<Endpoint[]> => {
  const folder = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
  const load = async (name: string, type: string) => asset(await Bun.file(join(folder, name)).bytes(), of(type))
  const assets = new Map<string, Reply>([
    ['swagger-ui.css', await load('swagger-ui.css', 'text/css; charset=utf-8')],
    ['swagger-ui-bundle.js', await load('swagger-ui-bundle.js', 'text/javascript; charset=utf-8')],
    ['start.js', asset(Buffer.from(startScript), of('text/javascript; charset=utf-8'))],
  ])
  const page = asset(Buffer.from(pageHtml), of('text/html; charset=utf-8'))
  const description = json(Buffer.from(JSON.stringify(openApi(endpoints, version))))
  const tag = 'operations'

  return [
    get('/', { summary: 'To the description', tag }, () => toDocs),
    get('/openapi.json', { summary: 'This description', tag }, () => description),
    get('/docs', { summary: 'This description, to read and try', tag }, () => page),
    get('/docs/:file', { summary: 'What the page needs', tag, params: { file: textField('A file name') } }, ({ file }) => {
      const found = assets.get(file)
      if (!found) throw notFound()
      return found
    }),
  ]
}

const toDocs = empty(302, { location: '/docs' })

/** Swagger UI sets styles from its script and draws its icons from data URLs. */
const of = (type: string) => ({ 'content-type': type, 'content-security-policy': pagePolicy })
const pagePolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"

const pageHtml = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Atelier API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
`
const startScript = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true })\n`
