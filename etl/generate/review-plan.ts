import { catalogue } from './catalogue.ts'
import { type Extent, extentOf, place, settle, sum } from './counts.ts'
import { rowsInProportion } from './full-set.ts'
import { HAND_MADE_CHARACTERISTICS, HAND_MADE_REVIEWS } from './hand-made-reviews.ts'
import { countsByPopularity, mostVisitedFirst } from './popularity.ts'
import { type Owners, type PlanOptions, productOwners } from './product-plan.ts'
import { Random, weighted } from './random.ts'

/** Who has how many: 20 MB for the full set. Everything else is drawn when it is written. */
export type ReviewPlan = {
  seed: number
  clean: boolean
  products: Owners
  /** Per product. */
  reviews: Uint16Array
  characteristics: Uint8Array
  /** Per review, in the order of reviews.csv: its photos, and how many of its product's characteristics it rates. */
  photos: Uint8Array
  rated: Uint8Array
  extents: Record<'reviews' | 'characteristics' | 'photos' | 'rated', Extent>
}

const PHOTOS = weighted({ 0: 74, 1: 14, 2: 6, 3: 3, 4: 2, 5: 1 })
const REVIEW_PHOTOS_MAX = 5
/** Size, Width, Comfort, Quality, Length, Fit: there are no others. */
const CHARACTERISTICS_MAX = 6

export const planReviews = (options: PlanOptions): ReviewPlan => {
  const { seed, clean } = options
  const products = productOwners(options)
  const ranked = mostVisitedFirst(seed, products)
  const reviews = countsByPopularity(seed, 'reviews', products, ranked, (id) => HAND_MADE_REVIEWS[id - 1]!.length)
  const extent = extentOf(reviews, products)
  const characteristics = planCharacteristics(seed, products, ranked, reviews)
  const photos = planPhotos(seed, products, reviews, extent)
  const rated = planRated(products, reviews, extent, characteristics)
  return {
    seed,
    clean,
    products,
    reviews,
    characteristics,
    photos,
    rated,
    extents: {
      reviews: extent,
      characteristics: extentOf(characteristics, products),
      photos: extentOf(photos, extent),
      rated: extentOf(rated, extent),
    },
  }
}

/** As many as the product's category has; fewer for the least visited, or more for the most visited where the total demands it. */
const planCharacteristics = (seed: number, { ids, handMade, inProportion }: Owners, ranked: Uint32Array, reviews: Uint16Array) => {
  const { kind } = catalogue(seed)
  const counts = Uint8Array.from(ids, (id) => (HAND_MADE_CHARACTERISTICS[id - 1] ?? kind(id).category.characteristics).length)
  if (ranked.length === 0) return counts

  let missing = rowsInProportion('characteristics', inProportion) - sum(counts.subarray(0, inProportion))
  const step = Math.sign(missing)
  const order = step < 0 ? ranked.toReversed() : ranked
  // One round over all of them is enough but for sets of a few dozen products.
  for (let round = 0; round < CHARACTERISTICS_MAX && missing !== 0; round++) {
    for (const index of order) {
      if (missing === 0) break
      const count = counts[index]!
      if (step < 0 ? count === 1 : count === CHARACTERISTICS_MAX) continue
      counts[index] = count + step
      missing -= step
    }
  }
  if (missing !== 0) throw new RangeError(`${missing} characteristics do not fit onto ${inProportion - handMade} products`)
  return lean(counts, inProportion, ranked, reviews)
}

/**
 * In a set of a few dozen products, one of the most reviewed may be an accessory, with one characteristic: its reviews can
 * then rate less than the set must have. Moves characteristics from the least to the most reviewed until there is enough.
 */
const lean = (counts: Uint8Array, inProportion: number, ranked: Uint32Array, reviews: Uint16Array) => {
  let missing = rowsInProportion('characteristicReviews', inProportion)
  for (let index = 0; index < inProportion; index++) missing -= counts[index]! * reviews[index]!
  if (missing <= 0) return counts
  const order = ranked.toSorted((one, other) => reviews[other]! - reviews[one]! || one - other)
  for (let first = 0, last = order.length - 1; missing > 0 && first < last;) {
    const [most, least] = [order[first]!, order[last]!]
    if (counts[most] === CHARACTERISTICS_MAX) first++
    else if (counts[least] === 0) last--
    else {
      counts[most]!++
      counts[least]!--
      missing -= reviews[most]! - reviews[least]!
    }
  }
  return counts
}

const planPhotos = (seed: number, { ids, inProportion }: Owners, reviews: Uint16Array, extent: Extent) => {
  const random = new Random(seed, 'how many photos of a review')
  const photos = new Uint8Array(extent.rows)
  let review = 0
  reviews.forEach((count, index) => {
    const known = HAND_MADE_REVIEWS[ids[index]! - 1]
    random.at(ids[index]!)
    for (let nth = 0; nth < count; nth++) photos[review++] = known ? known[nth]!.photos : random.pick(PHOTOS)
  })
  if (inProportion < HAND_MADE_REVIEWS.length) return photos
  const missing = rowsInProportion('reviewsPhotos', inProportion) - sum(photos.subarray(0, extent.inProportion))
  settle(photos.subarray(extent.handMade, extent.inProportion), missing, () => REVIEW_PHOTOS_MAX)
  return photos
}

/**
 * A review rates all that its product has to be rated or, here and there, less; nothing twice. Those of hand-made products
 * leave one out each fourth time, and rate it after all in a set of a dozen products where the others cannot.
 */
const planRated = ({ handMade, inProportion }: Owners, reviews: Uint16Array, extent: Extent, characteristics: Uint8Array) => {
  const rated = new Uint8Array(extent.rows)
  let review = 0
  reviews.forEach((count, index) => {
    const all = characteristics[index]!
    for (let nth = 0; nth < count; nth++) rated[review++] = index < handMade && nth % 4 === 3 && all > 1 ? all - 1 : all
  })
  if (inProportion < HAND_MADE_REVIEWS.length) return rated

  const missing = rowsInProportion('characteristicReviews', inProportion) - sum(rated.subarray(0, extent.inProportion))
  if (missing <= 0) settle(rated.subarray(extent.handMade, extent.inProportion), missing, () => CHARACTERISTICS_MAX)
  else rateAfterAll(rated.subarray(0, extent.handMade), missing, reviews.subarray(0, handMade), characteristics)
  return rated
}

const rateAfterAll = (rated: Uint8Array, missing: number, reviews: Uint16Array, characteristics: Uint8Array) => {
  const most = Array.from(reviews, (count, index) => Array<number>(count).fill(characteristics[index]!)).flat()
  const left = place(rated, missing, (count, review) => count < most[review]!)
  if (left !== 0) throw new RangeError(`${left} ratings of characteristics fit nowhere`)
}
