import { countField, get, idField, pageField } from '../../kit/endpoint.ts'
import { json, stale, type Reply } from '../../kit/reply.ts'
import { defaultCampus } from '../../kit/router.ts'
import type { Service } from '../../kit/service.ts'
import { productQueries } from './queries.ts'
import { Products, ProductWithFeatures, Related, Styles } from './types.ts'

type Page = { page: number; count: number }

const params = { product_id: idField('product_id') }
const busy = { 503: 'The database does not answer; Retry-After says when to ask again' }
const refusals = { 404: 'No such product', 422: 'Error: invalid product_id provided', ...busy }

export const productRoutes: Service['routes'] = ({ reads }) => {
  const byProduct = (name: string, statement: string) => reads.open<number>({ name, statement, columns: [(id) => id], id: (id) => id })
  const product = byProduct('product', productQueries.product)
  const styles = byProduct('styles', productQueries.styles)
  const related = byProduct('related', productQueries.related)
  const page = reads.open<Page>({
    name: 'products',
    statement: productQueries.pages,
    columns: [({ page, count }) => Math.min((page - 1) * count, Number.MAX_SAFE_INTEGER), ({ count }) => count],
    id: ({ page, count }) => `${page} ${count}`,
    rows: ({ count }) => count,
  })

  return [
    get(
      '/products',
      { summary: 'The catalogue, by id', tag: 'products', query: { page: pageField, count: countField }, answer: Products, refusals: busy },
      (input, { campus }) => withCampus(page(input), campus),
    ),
    get(
      '/products/:product_id',
      { summary: 'A product with its features', tag: 'products', params, answer: ProductWithFeatures, refusals },
      ({ product_id }, { campus }) => withCampus(product(product_id), campus),
    ),
    get(
      '/products/:product_id/styles',
      { summary: 'Its styles with photos and skus', tag: 'products', params, answer: Styles, refusals },
      ({ product_id }) => styles(product_id),
    ),
    get(
      '/products/:product_id/related',
      { summary: 'Ids of related products', tag: 'products', params, answer: Related, refusals },
      ({ product_id }) => related(product_id),
    ),
  ]
}

/** Documents are made for the default campus; for another one the field is put in on the way out. */
const withCampus = (reply: Reply | Promise<Reply>, campus: string): Reply | Promise<Reply> => {
  if (campus === defaultCampus) return reply
  if (reply instanceof Promise) return reply.then((landed) => withCampus(landed, campus))
  if (reply.status !== 200) return reply
  const text = Buffer.from(reply.body).toString()
  const ours = json(Buffer.from(text.replaceAll(defaultField, () => `,"campus":${JSON.stringify(campus)},`)))
  return reply.stale ? stale(ours) : ours
}

/** Inside a string its quotes would be escaped, so this text stands in a document only where the field is. */
const defaultField = `,"campus":"${defaultCampus}",`
