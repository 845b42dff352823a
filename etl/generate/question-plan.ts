import { type Extent, extentOf, settle, sum } from './counts.ts'
import { rowsInProportion } from './full-set.ts'
import { HAND_MADE_QUESTIONS } from './hand-made-questions.ts'
import { countsByPopularity, mostVisitedFirst } from './popularity.ts'
import { type Owners, type PlanOptions, productOwners } from './product-plan.ts'
import { Random, weighted } from './random.ts'

/** Who has how many: 17 MB for the full set. Everything else is drawn when it is written. */
export type QuestionPlan = {
  seed: number
  clean: boolean
  products: Owners
  /** Per product. */
  questions: Uint16Array
  /** Per question, in the order of questions.csv. */
  answers: Uint8Array
  /** Per answer, in the order of answers.csv. */
  photos: Uint8Array
  extents: Record<'questions' | 'answers' | 'photos', Extent>
}

// Their means are the full set's to a tenth of a percent; `settle` does the rest.
const ANSWERS = weighted({ 0: 260, 1: 295, 2: 175, 3: 108, 4: 64, 5: 38, 6: 24, 8: 17, 10: 10, 14: 6, 20: 2, 36: 1 })
const ANSWERS_MAX = 36
const PHOTOS = weighted({ 0: 82, 1: 11, 2: 4, 3: 2, 5: 1 })
const ANSWER_PHOTOS_MAX = 5

export const planQuestions = (options: PlanOptions): QuestionPlan => {
  const { seed, clean } = options
  const products = productOwners(options)
  const ranked = mostVisitedFirst(seed, products)
  const questions = countsByPopularity(seed, 'questions', products, ranked, (id) => HAND_MADE_QUESTIONS[id - 1]!.length)
  const ofQuestions = extentOf(questions, products)
  const answers = planAnswers(seed, products, questions, ofQuestions)
  const ofAnswers = extentOf(answers, ofQuestions)
  const photos = planPhotos(seed, products, questions, answers, ofAnswers)
  const extents = { questions: ofQuestions, answers: ofAnswers, photos: extentOf(photos, ofAnswers) }
  return { seed, clean, products, questions, answers, photos, extents }
}

const planAnswers = (seed: number, { ids, inProportion }: Owners, questions: Uint16Array, extent: Extent) => {
  const random = new Random(seed, 'how many answers')
  const answers = new Uint8Array(extent.rows)
  let question = 0
  questions.forEach((count, index) => {
    const known = HAND_MADE_QUESTIONS[ids[index]! - 1]
    random.at(ids[index]!)
    for (let nth = 0; nth < count; nth++) answers[question++] = known ? known[nth]!.answers.length : random.pick(ANSWERS)
  })
  if (inProportion < HAND_MADE_QUESTIONS.length) return answers
  const missing = rowsInProportion('answers', inProportion) - sum(answers.subarray(0, extent.inProportion))
  settle(answers.subarray(extent.handMade, extent.inProportion), missing, () => ANSWERS_MAX)
  return answers
}

const planPhotos = (seed: number, { ids, inProportion }: Owners, questions: Uint16Array, answers: Uint8Array, extent: Extent) => {
  const random = new Random(seed, 'how many photos of an answer')
  const photos = new Uint8Array(extent.rows)
  let question = 0
  let answer = 0
  questions.forEach((count, index) => {
    const known = HAND_MADE_QUESTIONS[ids[index]! - 1]
    random.at(ids[index]!)
    for (let nth = 0; nth < count; nth++) {
      const answersHere = answers[question++]!
      for (let each = 0; each < answersHere; each++) photos[answer++] = known ? known[nth]!.answers[each]!.photos : random.pick(PHOTOS)
    }
  })
  if (inProportion < HAND_MADE_QUESTIONS.length) return photos
  const missing = rowsInProportion('answersPhotos', inProportion) - sum(photos.subarray(0, extent.inProportion))
  settle(photos.subarray(extent.handMade, extent.inProportion), missing, () => ANSWER_PHOTOS_MAX)
  return photos
}
