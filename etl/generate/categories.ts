import { weighted } from './random.ts'
import { words } from './words.ts'

export type Category = {
  name: string
  sizes: readonly string[]
  /** How many skus a style has: the number to draw from, each as often as it should come up. */
  skuCounts: readonly number[]
  garments: readonly string[]
  features: readonly Feature[]
  /** What a review of it rates from 1 to 5. */
  characteristics: readonly string[]
}

/** A feature's name and what may be said of it; null is a feature that needs no value. */
export type Feature = readonly [name: string, values: readonly (string | null)[]]

const PROMISES: Feature[] = [
  ['Lifetime Guarantee', [null]],
  ['Non-GMO', [null]],
  ['Fair Trade Certified', [null]],
  ['Satisfaction Guaranteed', [null]],
  ['Warranty', ['2 Years', '5 Years', '10 Years, stitched in', null]],
]

const CLOTHES_FEATURES: Feature[] = [
  ['Fabric', ['Canvas', '100% Cotton', 'Wool Blend', 'Linen, stonewashed', 'Recycled Nylon']],
  ['Buttons', ['Brass', 'Horn', 'Corozo', 'Press Studs', null]],
  ['Cut', ['"Loose"', '"Skinny"', '"Relaxed"', 'Straight']],
  ['Fit', ['Regular', 'Slim', '"Boyfriend"', 'Oversized']],
  ['Lining', ['Satin', 'Quilted', 'Half-lined', null]],
  ['Stitching', ['Double Stitch', 'Flatlock', 'Hand-finished']],
]
const SHOE_FEATURES: Feature[] = [
  ['Sole', ['Rubber', 'Crêpe Rubber', 'Leather', 'Cork, vegetable-glued']],
  ['Mid-Sole', ['Control Support Arch Bridge', 'EVA Foam', '"ZeroLag" Foam', null]],
  ['Material', ['FullControlSkin', 'Suede', 'Full-grain Leather', 'Woven Mesh']],
  ['Laces', ['Waxed Cotton', 'Flat', 'Elastic', null]],
  ['Stitching', ['Double Stitch', 'Goodyear Welt', 'Blake Stitch']],
  ['Fit', ['True to Size', '"Snug"', 'Wide']],
]
const ACCESSORY_FEATURES: Feature[] = [
  ['Material', ['DuraResin', 'Full-grain Leather', 'Brushed Steel', 'Silk, hand-rolled']],
  ['Finish', ['"Ultrasheen"', 'Brushed', 'Matte', 'Hand-polished']],
  ['Closure', ['Buckle', 'Snap', 'Magnetic', null]],
  ['Lining', ['Silk', 'Lambswool', '"Whisper" Felt', null]],
  ['Stitching', ['Double Stitch', 'Saddle Stitch', null]],
]

// More skus than there are sizes means that some size is there twice, as in the real files. With the categories' shares
// these make the full set's 5.783 skus a style; `settle` evens out the last half a percent.
const CLOTHES = {
  sizes: words('XS, S, M, L, XL, XXL'),
  skuCounts: weighted({ 0: 3, 3: 3, 4: 6, 5: 10, 6: 70, 7: 8 }),
  features: [...CLOTHES_FEATURES, ...PROMISES],
  characteristics: words('Fit, Length, Comfort, Quality'),
}
const SHOES = {
  sizes: words('7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5, 11, 11.5, 12'),
  skuCounts: weighted({ 0: 3, 3: 5, 5: 12, 7: 20, 9: 20, 11: 35, 12: 5 }),
  features: [...SHOE_FEATURES, ...PROMISES],
  characteristics: words('Size, Width, Comfort, Quality'),
}
const ONE_SIZE = {
  sizes: words('One Size'),
  skuCounts: weighted({ 0: 4, 1: 93, 2: 3 }),
  features: [...ACCESSORY_FEATURES, ...PROMISES],
  characteristics: words('Quality'),
}

/** `share` is of a hundred products. */
const DEPARTMENTS: readonly (Category & { share: number })[] = [
  {
    name: 'Jackets',
    share: 12,
    ...CLOTHES,
    garments: words('Parka, Bomber, Trench Coat, Blazer, Anorak, Peacoat, Puffer, Field Jacket, Overcoat'),
  },
  { name: 'Pants', share: 13, ...CLOTHES, garments: words('Joggers, Chinos, Slacks, Trousers, Cargo Pants, Culottes, Jeans, Leggings') },
  { name: 'Shirts', share: 14, ...CLOTHES, garments: words('Oxford Shirt, Tee, Polo, Henley, Blouse, Overshirt, Tunic, Camp Shirt') },
  { name: 'Sweaters', share: 9, ...CLOTHES, garments: words('Cardigan, Pullover, Crewneck, Jumper, Sweater Vest, Hoodie, Rollneck') },
  { name: 'Dresses', share: 10, ...CLOTHES, garments: words('Shift Dress, Wrap Dress, Sundress, Slip Dress, Maxi Dress, Pinafore') },
  { name: 'Kicks', share: 13, ...SHOES, garments: words('Sneakers, Runners, High Tops, Slip-Ons, Trainers, Low Tops, Plimsolls') },
  { name: 'Dress Shoes', share: 8, ...SHOES, garments: words('Oxfords, Loafers, Brogues, Derbies, Monk Straps, Chelsea Boots, Pumps') },
  { name: 'Basketball Shoes', share: 8, ...SHOES, garments: words('Rebounds, Fast Breaks, Mid Tops, Pivots, Tip-Offs, Crossovers') },
  {
    name: 'Accessories',
    share: 13,
    ...ONE_SIZE,
    garments: words('Sunglasses, Scarf, Beanie, Belt, Tote, Watch, Bow Tie, Umbrella, Backpack'),
  },
]

/** To pick a product's category from: each as often as its share. */
export const CATEGORIES: readonly Category[] = DEPARTMENTS.flatMap((each) => Array<Category>(each.share).fill(each))

const BY_NAME = new Map(DEPARTMENTS.map((each) => [each.name, each]))

export const categoryNamed = (name: string): Category => {
  const found = BY_NAME.get(name)
  if (!found) throw new RangeError(`no category is named ${name}`)
  return found
}
