import { Type, type Static } from 'typebox'

export const skusPerCartMax = 200
export const unitsPerSkuMax = 9_999
const unitsPerAdditionMax = 99

export const Cart = Type.Array(
  Type.Object({
    sku_id: Type.Integer({ minimum: 1 }),
    count: Type.String({ pattern: '^[1-9]\\d*$', description: 'Units, as text' }),
  }),
  { maxItems: skusPerCartMax, description: 'By sku id' },
)
export type Cart = Static<typeof Cart>

export const Addition = Type.Object({
  sku_id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER - 1 }),
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: unitsPerAdditionMax, description: 'Units; 1 when absent' })),
})
export type Addition = Static<typeof Addition>
