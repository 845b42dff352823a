import type { LoadRequest } from '../../kit/load.ts'
import { productQueries } from './queries.ts'

const byProduct = { keys: (products: number) => products, columns: (key: number) => [key] }

/** Any product, any page of the catalogue: nothing is asked for twice on purpose. */
export const productLoad: readonly LoadRequest[] = [
  { name: 'GET /products/:id', path: (key) => `/products/${key}`, statement: productQueries.product, ...byProduct },
  { name: 'GET /products/:id/styles', path: (key) => `/products/${key}/styles`, statement: productQueries.styles, ...byProduct },
  { name: 'GET /products/:id/related', path: (key) => `/products/${key}/related`, statement: productQueries.related, ...byProduct },
  {
    name: 'GET /products?page',
    path: (key) => `/products?page=${key}`,
    keys: (products) => Math.ceil(products / 5),
    statement: productQueries.pages,
    columns: (key) => [(key - 1) * 5, 5],
  },
]
