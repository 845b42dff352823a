import { catalogue } from './catalogue.ts'
import { settle, sum } from './counts.ts'
import { rowsInProportion } from './full-set.ts'
import { HAND_MADE, type HandMadeProduct } from './hand-made.ts'
import { Random, weighted } from './random.ts'

export type ProductChild = 'styles' | 'skus' | 'photos' | 'features' | 'related'

export type PlanOptions = { products: number; seed: number; clean: boolean; also?: number[] }

/** Who owns how many: 22 MB for the full set. Everything else is drawn when it is written. */
export type ProductPlan = {
  seed: number
  clean: boolean
  /** Products 1 … products are there, and what is related is one of them. */
  products: Owners
  styles: Owners
  /** Styles, features and related are counted per product, skus and photos per style. */
  counts: Record<ProductChild, Uint8Array>
}

/** Products, or styles, in the order they are written: hand-made, then generated in proportion, then asked for by id. */
export type Owners = {
  /** The product (a style's product). */
  ids: Uint32Array
  /** Which of the product's styles, from 0; a product itself has 0. */
  nths: Uint8Array
  handMade: number
  /** The hand-made ones and those in proportion. */
  inProportion: number
}

// Numbers of children to draw from. Their means are the full set's to half a percent; `settle` does the rest.
const STYLES = weighted({ 0: 40, 1: 206, 2: 132, 3: 60, 4: 33, 5: 15, 6: 8, 8: 3, 12: 2, 24: 1 })
const PHOTOS = weighted({ 0: 12, 1: 45, 2: 48, 3: 40, 4: 24, 5: 14, 6: 11, 8: 3, 12: 2, 36: 1 })
const FEATURES = weighted({ 0: 14, 1: 22, 2: 26, 3: 20, 4: 9, 5: 5, 6: 2, 7: 1, 8: 1 })
const RELATED = weighted({ 0: 5, 1: 8, 2: 12, 3: 15, 4: 15, 5: 13, 6: 11, 7: 8, 8: 5, 9: 4, 12: 4 })

export const planProducts = (options: PlanOptions): ProductPlan => {
  const { seed, clean } = options
  const { kind } = catalogue(seed)
  const products = productOwners(options)
  const counts = (file: ProductChild, owners: Owners, children: Children) => drawCounts(seed, file, options.products, owners, children)

  const stylesOfProducts = counts('styles', products, {
    choices: () => STYLES,
    most: () => 24,
    handMade: (product) => product.styles.length,
  })
  // A product asked for by its id is one that somebody looks at.
  for (let i = products.inProportion; i < products.ids.length; i++) stylesOfProducts[i] ||= 1

  const styles = styleOwners(products, stylesOfProducts)
  return {
    seed,
    clean,
    products,
    styles,
    counts: {
      styles: stylesOfProducts,
      skus: counts('skus', styles, {
        choices: (id) => kind(id).category.skuCounts,
        most: (id) => kind(id).category.sizes.length + 1,
        handMade: (product, nth) => product.styles[nth]!.quantities.length,
      }),
      photos: counts('photos', styles, {
        choices: () => PHOTOS,
        most: () => 36,
        handMade: (product, nth) => product.styles[nth]!.photos,
      }),
      features: counts('features', products, {
        choices: () => FEATURES,
        most: () => 8,
        handMade: (product) => product.features.length,
      }),
      related: counts('related', products, {
        choices: () => RELATED,
        most: () => Math.min(12, options.products - 1),
        handMade: (product) => product.related.filter((id) => id <= options.products).length,
      }),
    },
  }
}

type Children = {
  /** Numbers of children to pick one from. */
  choices: (id: number) => readonly number[]
  most: (id: number) => number
  handMade: (product: HandMadeProduct, nth: number) => number
}

const drawCounts = (
  seed: number,
  file: ProductChild,
  products: number,
  { ids, nths, handMade, inProportion }: Owners,
  children: Children,
) => {
  const random = new Random(seed, `how many ${file}`)
  const counts = Uint8Array.from(ids, (id, index) => {
    const nth = nths[index]!
    const known = HAND_MADE[id - 1]
    if (known) return children.handMade(known, nth)
    return Math.min(random.at(id, nth).pick(children.choices(id)), children.most(id))
  })
  // Fewer products than the hand-made ones have the rows they were made with, whatever the proportion.
  if (products < HAND_MADE.length) return counts
  const missing = rowsInProportion(file, products) - sum(counts.subarray(0, inProportion))
  settle(counts.subarray(handMade, inProportion), missing, (i) => children.most(ids[handMade + i]!))
  return counts
}

export const productOwners = ({ products, also = [] }: PlanOptions): Owners => {
  const beyond = [...new Set(also)].sort((one, other) => one - other)
  const ids = new Uint32Array(products + beyond.length)
  for (let i = 0; i < products; i++) ids[i] = i + 1
  ids.set(beyond, products)
  const handMade = ids.filter((id) => id <= HAND_MADE.length).length
  return { ids, nths: new Uint8Array(ids.length), handMade, inProportion: products }
}

const styleOwners = (products: Owners, counts: Uint8Array): Owners => {
  const ids = new Uint32Array(sum(counts))
  const nths = new Uint8Array(ids.length)
  let index = 0
  counts.forEach((count, product) => {
    for (let nth = 0; nth < count; nth++) {
      ids[index] = products.ids[product]!
      nths[index++] = nth
    }
  })
  return {
    ids,
    nths,
    handMade: sum(counts.subarray(0, products.handMade)),
    inProportion: sum(counts.subarray(0, products.inProportion)),
  }
}
