import { CATEGORIES, type Category, categoryNamed, type Feature } from './categories.ts'
import { HAND_MADE } from './hand-made.ts'
import { photoName } from './photo-address.ts'
import { Random } from './random.ts'
import { productText, type Text } from './product-text.ts'
import { COLOURS, MATERIALS } from './words.ts'

/**
 * What each product is like, whoever asks and in whatever order: a function of the seed and the product's id, and for
 * the first eleven of nothing at all. No file and no quirk is known here.
 */
export const catalogue = (seed: number) => {
  const kinds = new Random(seed, 'kind')
  const texts = new Random(seed, 'text')
  const styles = new Random(seed, 'style')
  const shelves = new Random(seed, 'stock')
  const cameras = new Random(seed, 'photos')
  const facts = new Random(seed, 'features')
  const neighbours = new Random(seed, 'related')

  const kind = (id: number): Kind => {
    const known = HAND_MADE[id - 1]
    if (known) return { category: categoryNamed(known.category), price: known.price }
    const category = kinds.at(id).pick(CATEGORIES)
    // The lesser of two draws: most things are affordable.
    const price = 5 + Math.min(kinds.below(496), kinds.below(496))
    return { category, price }
  }

  return {
    kind,

    text(id: number): Text {
      return HAND_MADE[id - 1] ?? productText(texts.at(id), texts.pick(kind(id).category.garments))
    },

    /** What a generated product's text calls it. */
    garment: (id: number): string => texts.at(id).pick(kind(id).category.garments),

    /** The nth style of a product; `sale` is null for three in four. */
    style(id: number, nth: number): Style {
      const known = HAND_MADE[id - 1]
      if (known) return known.styles[nth]!
      styles.at(id, nth)
      const name = styleName(styles)
      if (!styles.oneIn(4)) return { name, sale: null }
      return { name, sale: Math.floor((kind(id).price * (50 + styles.below(46))) / 100) }
    },

    /** Which of the product's styles is shown first: usually the first. */
    defaultStyle(id: number, count: number): number {
      if (HAND_MADE[id - 1]) return 0
      return styles.at(id, 255).oneIn(10) ? styles.below(count) : 0
    },

    stock(id: number, nth: number, count: number): Stock[] {
      const { sizes } = kind(id).category
      const known = HAND_MADE[id - 1]?.styles[nth]
      if (known) return known.quantities.map((quantity, i) => ({ size: sizes[i]!, quantity }))
      shelves.at(id, nth)
      const smallest = count < sizes.length ? shelves.below(sizes.length - count + 1) : 0
      const stock: Stock[] = []
      for (let i = 0; i < count; i++) {
        const size = sizes[smallest + i] ?? shelves.pick(sizes)
        stock.push({ size, quantity: shelves.oneIn(12) ? 0 : shelves.below(61) })
      }
      return stock
    },

    /** The photos' own part of their addresses: `1501088430049-71c79fa3283e`. */
    photos(id: number, nth: number, count: number): string[] {
      cameras.at(id, nth)
      return Array.from({ length: count }, () => photoName(cameras))
    },

    features(id: number, count: number): (readonly [name: string, value: string | null])[] {
      const known = HAND_MADE[id - 1]
      if (known) return known.features
      const { features } = kind(id).category
      let next = facts.at(id).below(features.length)
      return Array.from({ length: count }, () => {
        const [name, values]: Feature = features[next++ % features.length]!
        return [name, facts.pick(values)]
      })
    },

    /** `count` different ones of 1 … products, never the product itself. */
    related(id: number, count: number, products: number): number[] {
      const known = HAND_MADE[id - 1]
      if (known) return known.related.filter((other) => other <= products)
      neighbours.at(id)
      const found: number[] = []
      while (found.length < count) {
        const other = 1 + neighbours.below(products)
        if (other !== id && !found.includes(other)) found.push(other)
      }
      return found
    },
  }
}

export type Kind = { category: Category; price: number }
export type Style = { name: string; sale: number | null }
export type Stock = { size: string; quantity: number }

const styleName = (random: Random) => {
  const colour = random.pick(COLOURS)
  const kind = random.below(4)
  if (kind === 0) return colour
  if (kind === 1) return `${colour} ${random.pick(MATERIALS)}`
  return `${colour} & ${random.pick(COLOURS)}`
}
