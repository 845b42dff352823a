import { Type, type Static } from 'typebox'

/** The wire format is fixed to the byte; what stands last in an object is ours. */
const price = Type.String({ pattern: '^\\d+\\.\\d\\d$', description: 'Two decimals', examples: ['140.00'] })
const nullable = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: T) =>
  Type.Union([schema, Type.Null()])

export const Product = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  name: Type.String(),
  slogan: Type.String(),
  description: Type.String(),
  category: Type.String(),
  default_price: price,
  campus: Type.String({ description: "The path's campus, else hr-rfp" }),
  created_at: Type.String({ format: 'date-time' }),
  updated_at: Type.String({ format: 'date-time' }),
})
export type Product = Static<typeof Product>

export const Products = Type.Array(Product)

export const ProductWithFeatures = Type.Interface([Product], {
  features: Type.Array(Type.Object({ feature: Type.String(), value: nullable(Type.String()) })),
})
export type ProductWithFeatures = Static<typeof ProductWithFeatures>

const Style = Type.Object({
  style_id: Type.Integer({ minimum: 1 }),
  name: Type.String(),
  original_price: price,
  sale_price: Type.Union([price, Type.Null()]),
  'default?': Type.Boolean(),
  photos: Type.Array(Type.Object({ thumbnail_url: nullable(Type.String()), url: nullable(Type.String()) }), {
    minItems: 1,
    description: 'In id order; one of nulls when there are none',
  }),
  skus: Type.Record(Type.String(), Type.Object({ quantity: nullable(Type.Integer()), size: nullable(Type.String()) }), {
    description: 'By sku id; under "null" one of nulls when there are none',
  }),
})

export const Styles = Type.Object({ product_id: Type.String({ description: 'A number sent as text' }), results: Type.Array(Style) })
export type Styles = Static<typeof Styles>

export const Related = Type.Array(Type.Integer({ minimum: 1 }))
export type Related = Static<typeof Related>
