import { catalogue } from './catalogue.ts'
import { sum } from './counts.ts'
import { type CsvFile, field } from './csv-file.ts'
import { csvFile, type FamilyFile, quirksIn } from './family-file.ts'
import { photoUrl } from './photo-address.ts'
import type { ProductPlan } from './product-plan.ts'
import { IDS_PER_ROW_MAX } from './quirks.ts'

/** The six files about what is for sale. Each can be written alone and in any order. */
export const productFamily = (plan: ProductPlan): CsvFile[] => FILES.map((file) => csvFile(plan, file))

type ProductFile = FamilyFile<ProductPlan>

const PRODUCTS: ProductFile = {
  of: 'products',
  name: 'product.csv',
  columns: ['id', 'name', 'slogan', 'description', 'category', 'default_price'],
  look: { spacesInHeader: true },
  size: ({ products }) => ({ rows: products.ids.length, handMade: products.handMade }),
  *rows({ seed, products }, quirks) {
    const { text, kind } = catalogue(seed)
    const bareText = quirks.of('bareText')
    for (const id of products.ids) {
      const { name, slogan, description } = text(id)
      const { category, price } = kind(id)
      const bare = bareText()
      yield `${id},${field(name, bare)},${field(slogan)},${field(description)},${field(category.name, bare)},${price}`
    }
  },
}

const STYLES: ProductFile = {
  of: 'styles',
  name: 'styles.csv',
  columns: ['id', 'productId', 'name', 'sale_price', 'original_price', 'default_style'],
  look: { openEnd: true },
  size: ({ products, counts }) => ({ rows: sum(counts.styles), handMade: sum(counts.styles.subarray(0, products.handMade)) }),
  *rows({ seed, products, counts }, quirks) {
    const { kind, style, defaultStyle } = catalogue(seed)
    const nextId = quirks.ids()
    const bareText = quirks.of('bareText')
    for (const [index, id] of products.ids.entries()) {
      const count = counts.styles[index]!
      const first = defaultStyle(id, count)
      for (let nth = 0; nth < count; nth++) {
        const { name, sale } = style(id, nth)
        const isDefault = nth === first ? 1 : 0
        yield `${nextId()},${id},${field(name, bareText())},${sale},${kind(id).price},${isDefault}`
      }
    }
  },
}

const SKUS: ProductFile = {
  of: 'skus',
  name: 'skus.csv',
  columns: ['id', 'styleId', 'size', 'quantity'],
  look: { spacesInHeader: true },
  size: ({ styles, counts }) => ({ rows: sum(counts.skus), handMade: sum(counts.skus.subarray(0, styles.handMade)) }),
  *rows(plan, quirks) {
    const { stock } = catalogue(plan.seed)
    const nextId = quirks.ids()
    const owner = quirks.owner(highestStyleId(plan))
    const bareText = quirks.of('bareText')
    for (const { id, nth, styleId, count } of stylesWith(plan, 'skus')) {
      for (const { size, quantity } of stock(id, nth, count)) {
        yield `${nextId()},${owner(styleId)},${field(size, bareText())},${quantity}`
      }
    }
  },
}

const PHOTOS: ProductFile = {
  of: 'photos',
  name: 'photos.csv',
  columns: ['id', 'styleId', 'url', 'thumbnail_url'],
  look: { spacesInHeader: true },
  size: ({ styles, counts }) => ({ rows: sum(counts.photos), handMade: sum(counts.photos.subarray(0, styles.handMade)) }),
  *rows(plan, quirks) {
    const { photos } = catalogue(plan.seed)
    const nextId = quirks.ids()
    const owner = quirks.owner(highestStyleId(plan))
    const unbalanced = quirks.of('unbalancedPhoto')
    for (const { id, nth, styleId, count } of stylesWith(plan, 'photos')) {
      for (const photo of photos(id, nth, count)) {
        const photoId = nextId()
        const quoted = unbalanced() ? UNBALANCED[photoId % UNBALANCED.length]! : QUOTED
        yield `${photoId},${owner(styleId)},${quoted(photoUrl(photo, 668), photoUrl(photo, 300))}`
      }
    }
  },
}

const FEATURES: ProductFile = {
  of: 'features',
  name: 'features.csv',
  columns: ['id', 'product_id', 'feature', 'value'],
  look: { spacesInHeader: true, byteOrderMark: true },
  size: ({ products, counts }) => ({ rows: sum(counts.features), handMade: sum(counts.features.subarray(0, products.handMade)) }),
  *rows({ seed, products, counts }, quirks) {
    const { features } = catalogue(seed)
    const nextId = quirks.ids()
    const owner = quirks.owner(products.ids.at(-1)!)
    const bareText = quirks.of('bareText')
    for (const [index, id] of products.ids.entries()) {
      for (const [name, value] of features(id, counts.features[index]!)) {
        const bare = bareText()
        const text = value === null ? 'null' : field(value, bare)
        yield `${nextId()},${owner(id)},${field(name, bare)},${text}`
      }
    }
  },
}

const RELATED: ProductFile = {
  of: 'related',
  name: 'related.csv',
  columns: ['id', 'current_product_id', 'related_product_id'],
  look: { crlf: true },
  size: ({ products, counts }) => ({ rows: sum(counts.related), handMade: sum(counts.related.subarray(0, products.handMade)) }),
  *rows({ seed, products, counts }, quirks) {
    const { related } = catalogue(seed)
    const nextId = quirks.ids()
    const zero = quirks.of('relatedZero')
    const self = quirks.of('relatedSelf')
    const twice = quirks.of('relatedTwice')
    for (const [index, id] of products.ids.entries()) {
      const others = related(id, counts.related[index]!, products.inProportion)
      for (const [nth, other] of others.entries()) {
        const quirk = zero() ? 0 : self() ? id : nth > 0 && twice() ? others[nth - 1] : undefined
        yield `${nextId()},${id},${quirk ?? other}`
      }
    }
  },
}

/** Each style, its id as styles.csv has it, and how many children it has in another file. */
function* stylesWith(plan: ProductPlan, file: 'skus' | 'photos') {
  const nextStyleId = quirksIn(plan, STYLES).ids()
  for (const [index, id] of plan.styles.ids.entries()) {
    const nth = plan.styles.nths[index]!
    yield { id, nth, styleId: nextStyleId(), count: plan.counts[file][index]! }
  }
}

/** None is higher; the last may be a good deal lower. */
const highestStyleId = (plan: ProductPlan) => plan.styles.ids.length * IDS_PER_ROW_MAX

type Quoting = (url: string, thumbnail: string) => string
const QUOTED: Quoting = (url, thumbnail) => `"${url}","${thumbnail}"`
/** One quote missing in the middle, one missing at the end, one too many at the end. */
const UNBALANCED: Quoting[] = [
  (url, thumbnail) => `"${url},"${thumbnail}"`,
  (url, thumbnail) => `"${url}","${thumbnail}`,
  (url, thumbnail) => `"${url}","${thumbnail}""`,
]

const FILES = [PRODUCTS, STYLES, SKUS, PHOTOS, FEATURES, RELATED]
export const PRODUCT_FILES = FILES.map(({ name }) => name)
