import type { Service } from '../kit/service.ts'
import { productImport } from './products/import.ts'
import { productRoutes } from './products/routes.ts'

/** Every service there is; a name stands nowhere else. */
export const services: readonly Service[] = [
  { name: 'products', schema: new URL('products/schema.sql', import.meta.url), routes: productRoutes, imports: productImport },
]
