import { catalogue } from './catalogue.ts'
import { HAND_MADE_CHARACTERISTICS, HAND_MADE_REVIEWS } from './hand-made-reviews.ts'
import { moment } from './moments.ts'
import { email, handle } from './people.ts'
import { photoName } from './photo-address.ts'
import { Random, weighted } from './random.ts'
import { DELIGHTED, DISAPPOINTED, REMARKS, type ReviewSlots, UNDECIDED } from './review-sentences.ts'
import { COLOURS, DETAILS, OCCASIONS, words } from './words.ts'

export type Review = {
  rating: number
  /** Epoch milliseconds. */
  date: number
  summary: string
  body: string
  recommend: boolean
  reported: boolean
  name: string
  email: string
  response: string | null
  helpfulness: number
}

/** What buyers think: like the catalogue, a function of the seed and the product, whoever asks and in whatever order. */
export const opinions = (seed: number) => {
  const { kind, garment } = catalogue(seed)
  const reviews = new Random(seed, 'review')
  const esteem = new Random(seed, 'esteem')
  const names = new Random(seed, 'characteristics')
  const scales = new Random(seed, 'scales')
  const raters = new Random(seed, 'rated')
  const cameras = new Random(seed, 'photos of reviews')

  return {
    /** The product's reviews by their number, from 0. */
    reviewsOf(id: number): (nth: number) => Review {
      const known = HAND_MADE_REVIEWS[id - 1]
      const it = garment(id).toLowerCase()
      const ratings = RATINGS[esteem.at(id).pick(ESTEEM)]!
      return (nth) => {
        reviews.at(id, nth)
        const drawn = drawReview(reviews, it, known?.[nth]?.rating ?? reviews.pick(ratings))
        return known ? { ...drawn, summary: known[nth]!.summary, body: known[nth]!.body, reported: false } : drawn
      }
    },

    photos(id: number, nth: number, count: number): string[] {
      cameras.at(id, nth)
      return Array.from({ length: count }, () => photoName(cameras))
    },

    /** The names of what can be rated: `count` of those of the product's category, or more than those. */
    characteristics(id: number, count: number): readonly string[] {
      const known = HAND_MADE_CHARACTERISTICS[id - 1]
      if (known) return known
      const own = kind(id).category.characteristics
      if (count === own.length) return own
      if (count > own.length) return [...own, ...CHARACTERISTICS.filter((name) => !own.includes(name))].slice(0, count)
      const first = names.at(id).below(own.length)
      return own.filter((_, index) => (index + first) % own.length < count)
    },

    /** How a product's characteristics are rated: for each the values to pick from, as often as they come up. */
    scalesOf: (id: number, characteristics: readonly string[]): readonly (readonly number[])[] => {
      scales.at(id)
      return characteristics.map((name) => scales.pick(FELT.includes(name) ? FEELINGS : MEASURES))
    },

    /** The values that the product's nth review gives on `rated` of those scales, in their order; 0 where it gives none. */
    rate(id: number, nth: number, scales: readonly (readonly number[])[], rated: number, values: Uint8Array) {
      raters.at(id, nth)
      let toGive = rated
      for (let index = 0; index < scales.length; index++) {
        const left = scales.length - index
        const gives = toGive === left || raters.below(left) < toGive
        values[index] = gives ? raters.pick(scales[index]!) : 0
        if (gives) toGive--
      }
    },
  }
}

const CHARACTERISTICS = words('Quality, Comfort, Size, Fit, Width, Length')
const FELT = words('Comfort, Quality')
/** For what has a right measure, 3 is right: most come out so, some products small and some large. */
const MEASURES = [
  weighted({ 1: 3, 2: 14, 3: 66, 4: 14, 5: 3 }),
  weighted({ 1: 14, 2: 38, 3: 40, 4: 6, 5: 2 }),
  weighted({ 1: 2, 2: 6, 3: 40, 4: 38, 5: 14 }),
]
const FEELINGS = [weighted({ 1: 1, 2: 3, 3: 11, 4: 35, 5: 50 }), weighted({ 1: 4, 2: 9, 3: 25, 4: 38, 5: 24 })]

const RATINGS = [
  weighted({ 1: 1, 2: 3, 3: 8, 4: 28, 5: 60 }),
  weighted({ 1: 6, 2: 8, 3: 14, 4: 30, 5: 42 }),
  weighted({ 1: 22, 2: 16, 3: 14, 4: 18, 5: 30 }),
]
/** Half of the products are loved, four in ten liked, one in ten disputed. */
const ESTEEM = weighted({ 0: 5, 1: 4, 2: 1 })

/** Sentences after the first. */
const REMARKS_MADE = weighted({ 0: 2, 1: 4, 2: 4, 3: 3 })
const SMALL_COLOURS = COLOURS.map((colour) => colour.toLowerCase())

const drawReview = (random: Random, it: string, rating: number): Review => {
  const mood = rating > 3 ? DELIGHTED : rating === 3 ? UNDECIDED : DISAPPOINTED
  const colour = random.below(SMALL_COLOURS.length)
  const slots: ReviewSlots = {
    it,
    colour: SMALL_COLOURS[colour]!,
    otherColour: SMALL_COLOURS[(colour + 1 + random.below(SMALL_COLOURS.length - 1)) % SMALL_COLOURS.length]!,
    occasion: random.pick(OCCASIONS),
    detail: random.pick(DETAILS),
  }
  return {
    rating,
    date: moment(random),
    summary: random.pick(mood.summaries)(slots),
    body: bodyOf(random, random.pick(mood.openings)(slots), slots),
    recommend: rating > 3 ? !random.oneIn(20) : random.oneIn(rating === 3 ? 2 : 12),
    reported: random.below(1_000) < 7,
    name: handle(random),
    email: email(random),
    response: random.below(100) < 12 ? random.pick(mood.responses)(slots) : null,
    helpfulness: Math.min(random.below(31), random.below(31)),
  }
}

/** 50 to 400 characters. An odd step over sixteen remarks, so that none comes twice. */
const bodyOf = (random: Random, opening: string, slots: ReviewSlots) => {
  let body = opening
  let turn = random.below(REMARKS.length)
  const step = 1 + 2 * random.below(4)
  for (let left = random.pick(REMARKS_MADE); left > 0; left--) {
    body += ` ${REMARKS[turn % REMARKS.length]!(slots)}`
    turn += step
  }
  return body
}
