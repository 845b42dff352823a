import { type CsvFile, field } from './csv-file.ts'
import { csvFile, type FamilyFile, quirksIn } from './family-file.ts'
import { isoDay } from './moments.ts'
import { opinions } from './opinions.ts'
import { photoUrl } from './photo-address.ts'
import { IDS_PER_ROW_MAX } from './quirks.ts'
import type { ReviewPlan } from './review-plan.ts'
import { LONG_SUMMARY_TAIL } from './review-sentences.ts'
import { strangeTexts } from './strange-texts.ts'

/** The four files about what buyers think. Each can be written alone and in any order. */
export const reviewFamily = (plan: ReviewPlan): CsvFile[] => FILES.map((file) => csvFile(plan, file))

type ReviewFile = FamilyFile<ReviewPlan>

const REVIEWS: ReviewFile = {
  of: 'reviews',
  name: 'reviews.csv',
  columns: [
    'id',
    'product_id',
    'rating',
    'date',
    'summary',
    'body',
    'recommend',
    'reported',
    'reviewer_name',
    'reviewer_email',
    'response',
    'helpfulness',
  ],
  look: { spacesInHeader: true },
  size: ({ extents }) => extents.reviews,
  *rows({ seed, products, reviews }, quirks) {
    const { reviewsOf } = opinions(seed)
    const nextId = quirks.ids()
    const owner = quirks.owner(products.ids.at(-1)!)
    const isoDate = quirks.of('isoDate')
    const longSummary = quirks.of('longSummary')
    const strangeText = quirks.of('strangeText')
    const nextStrange = strangeTexts()
    const unbalanced = quirks.of('unbalancedReview')
    const bareText = quirks.of('bareText')
    const emptyResponse = quirks.of('emptyResponse')
    const quotedNull = quirks.of('quotedNull')
    for (const [index, product] of products.ids.entries()) {
      const count = reviews[index]!
      const review = reviewsOf(product)
      for (let nth = 0; nth < count; nth++) {
        const id = nextId()
        const { rating, date, summary, body, recommend, reported, name, email, response, helpfulness } = review(nth)
        const bare = bareText()
        const said = field(longSummary() ? summary + LONG_SUMMARY_TAIL : summary, bare)
        const text = strangeText() ? nextStrange() : body
        const quoted = unbalanced() ? UNBALANCED[id % UNBALANCED.length]!(field(text)) : field(text, bare)
        const answer = emptyResponse() ? '' : quotedNull() ? '"null"' : response === null ? 'null' : field(response, bare)
        const who = `${field(name, bare)},${field(email, bare)}`
        yield `${id},${owner(product)},${rating},${isoDate() ? isoDay(date) : date},${said},${quoted},${recommend},${reported},${who},${answer},${helpfulness}`
      }
    }
  },
}

const REVIEWS_PHOTOS: ReviewFile = {
  of: 'reviewsPhotos',
  name: 'reviews_photos.csv',
  columns: ['id', 'review_id', 'url'],
  look: { openEnd: true },
  size: ({ extents }) => extents.photos,
  *rows(plan, quirks) {
    const photos = opinions(plan.seed).photos
    const nextId = quirks.ids()
    const nextReviewId = quirksIn(plan, REVIEWS).ids()
    const owner = quirks.owner(highestReviewId(plan))
    const { products, reviews } = plan
    let review = 0
    for (const [index, product] of products.ids.entries()) {
      const count = reviews[index]!
      for (let nth = 0; nth < count; nth++) {
        const reviewId = nextReviewId()
        const photosHere = plan.photos[review++]!
        if (photosHere === 0) continue
        for (const photo of photos(product, nth, photosHere)) yield `${nextId()},${owner(reviewId)},"${photoUrl(photo, 668)}"`
      }
    }
  },
}

const CHARACTERISTICS: ReviewFile = {
  of: 'characteristics',
  name: 'characteristics.csv',
  columns: ['id', 'product_id', 'name'],
  look: { spacesInHeader: true },
  size: ({ extents }) => extents.characteristics,
  *rows({ seed, products, characteristics }, quirks) {
    const namesOf = opinions(seed).characteristics
    const nextId = quirks.ids()
    const owner = quirks.owner(products.ids.at(-1)!)
    const bareText = quirks.of('bareText')
    for (const [index, product] of products.ids.entries()) {
      for (const name of namesOf(product, characteristics[index]!)) yield `${nextId()},${owner(product)},${field(name, bareText())}`
    }
  },
}

const CHARACTERISTIC_REVIEWS: ReviewFile = {
  of: 'rated',
  name: 'characteristic_reviews.csv',
  columns: ['id', 'characteristic_id', 'review_id', 'value'],
  look: { spacesInHeader: true },
  size: ({ extents }) => extents.rated,
  *rows(plan, quirks) {
    const { characteristics, scalesOf, rate } = opinions(plan.seed)
    const nextId = quirks.ids()
    const nextReviewId = quirksIn(plan, REVIEWS).ids()
    const nextCharacteristicId = quirksIn(plan, CHARACTERISTICS).ids()
    const owner = quirks.owner(highestReviewId(plan))
    let review = 0
    for (const [index, product] of plan.products.ids.entries()) {
      const names = characteristics(product, plan.characteristics[index]!)
      const ids = names.map(nextCharacteristicId)
      const count = plan.reviews[index]!
      if (count === 0) continue
      const scales = scalesOf(product, names)
      const values = new Uint8Array(scales.length)
      for (let nth = 0; nth < count; nth++) {
        const reviewId = nextReviewId()
        rate(product, nth, scales, plan.rated[review++]!, values)
        for (const [at, value] of values.entries()) if (value > 0) yield `${nextId()},${ids[at]},${owner(reviewId)},${value}`
      }
    }
  },
}

/** None is higher; the last may be a good deal lower. */
const highestReviewId = ({ extents }: ReviewPlan) => extents.reviews.rows * IDS_PER_ROW_MAX

/** A field in quotes, with the closing one missing, or one too many there. */
const UNBALANCED: ((quoted: string) => string)[] = [(quoted) => quoted.slice(0, -1), (quoted) => `${quoted}"`]

const FILES = [REVIEWS, REVIEWS_PHOTOS, CHARACTERISTICS, CHARACTERISTIC_REVIEWS]
export const REVIEW_FILES = FILES.map(({ name }) => name)
