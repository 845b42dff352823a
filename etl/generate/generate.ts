import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type CsvFile, type Progress, writeCsvFile, type Written } from './csv-file.ts'
import { PRODUCT_FILES, productFamily } from './product-family.ts'
import { planProducts, type PlanOptions } from './product-plan.ts'
import { QUESTION_FILES, questionFamily } from './question-family.ts'
import { planQuestions } from './question-plan.ts'
import { BELOW_MAX } from './random.ts'
import { RESERVATION_FILES, reservationFamily } from './reservation-family.ts'
import { RESTAURANT_FILES, restaurantFamily } from './restaurant-family.ts'
import { planReservations, planRestaurants, RESTAURANTS_MAX, type RestaurantOptions } from './restaurant-plan.ts'
import { REVIEW_FILES, reviewFamily } from './review-family.ts'
import { planReviews } from './review-plan.ts'

export const familyNames = ['product', 'review', 'question', 'restaurant', 'reservation'] as const
export type Family = (typeof familyNames)[number]

export type GenerateOptions = {
  /** A folder, made if absent. Files of the same names in it are replaced. */
  out: string
  /** At least 1. Fewer than eleven are the first so many hand-made ones. */
  products: number
  /** A uint32: the same seed gives the same bytes on every machine. */
  seed: number
  /** Leaves the quirks out (see quirks.ts). */
  clean: boolean
  /** Ids beyond `products` that should answer all the same; they come on top of the proportional numbers of rows. */
  also?: number[]
  /**
   * Which families of files, written in this order, each at most once: `product` is six files, `review` four, `question`
   * three, `restaurant` five, `reservation` seven. Each family's bytes are the same with or without the others. Only the products,
   * when left out.
   */
  families?: readonly Family[]
  /** Of the families `restaurant` and `reservation`, which have no quirks; at least 1 with them. */
  restaurants?: number
  /** The first day of the month of reservations, `2027-01-01` unless told: a date of today's would give other bytes tomorrow. */
  from?: string
  /** Called about every 50,000 rows and at the end of each file. */
  progress?: Progress
}

export const PRODUCTS_MAX = BELOW_MAX
const ALSO_ID_MAX = 999_999_999
const ALSO_MAX = 1_000

const FAMILIES: Record<Family, { names: readonly string[]; files: (options: PlanOptions & RestaurantOptions) => CsvFile[] }> = {
  product: { names: PRODUCT_FILES, files: (options) => productFamily(planProducts(options)) },
  review: { names: REVIEW_FILES, files: (options) => reviewFamily(planReviews(options)) },
  question: { names: QUESTION_FILES, files: (options) => questionFamily(planQuestions(options)) },
  restaurant: { names: RESTAURANT_FILES, files: (options) => restaurantFamily(planRestaurants(options)) },
  reservation: { names: RESERVATION_FILES, files: (options) => reservationFamily(planReservations(options)) },
}
const FROM = '2027-01-01'

/** Writes a shop's CSV files, as many rows and as untidy as the real ones. */
export const generate = async (options: GenerateOptions): Promise<Written[]> => {
  check(options)
  const families = (options.families ?? ['product']).map((family) => FAMILIES[family])
  await mkdir(options.out, { recursive: true })
  // An older set goes first: a run that is cut short must not leave its files among those of another seed.
  for (const name of families.flatMap(({ names }) => names)) await rm(join(options.out, name), { force: true })

  const written: Written[] = []
  // A family is planned when it is its turn: together their plans would double the memory.
  for (const { files } of families) {
    for (const file of files({ restaurants: 0, from: FROM, ...options }))
      written.push(await writeCsvFile(options.out, file, options.progress))
  }
  return written
}

const check = ({ products, seed, also = [], families = ['product'], restaurants = 0, from = FROM }: GenerateOptions) => {
  if (!isWhole(products, 1, PRODUCTS_MAX)) throw new RangeError(`products must be 1 to ${PRODUCTS_MAX}`)
  if (!isWhole(seed, 0, 2 ** 32 - 1)) throw new RangeError('seed must be 0 to 4294967295')
  if (also.length > ALSO_MAX) throw new RangeError(`also must be at most ${ALSO_MAX} ids`)
  if (!also.every((id) => isWhole(id, products + 1, ALSO_ID_MAX))) throw new RangeError(`also must be ids beyond ${products}`)
  const served = families.includes('restaurant') || families.includes('reservation')
  if (!isWhole(restaurants, served ? 1 : 0, RESTAURANTS_MAX)) throw new RangeError(`restaurants must be 1 to ${RESTAURANTS_MAX}`)
  if (!isDay(from)) throw new RangeError('from must be a day such as 2027-01-01')
  if (new Set(families).size !== families.length) throw new RangeError('families must differ from each other')
  for (const family of families) if (!Object.hasOwn(FAMILIES, family)) throw new RangeError(`no family is named ${family}`)
}

const isWhole = (number: number, from: number, to: number) => Number.isInteger(number) && number >= from && number <= to
/** `2027-01-01`, a day that there is. */
export const isDay = (text: string) =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text)
