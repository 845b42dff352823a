import { catalogue } from './catalogue.ts'
import { HAND_MADE_QUESTIONS } from './hand-made-questions.ts'
import { moment, momentAfter } from './moments.ts'
import { email, handle } from './people.ts'
import { photoName } from './photo-address.ts'
import { ANSWER_PREFACES, QUESTION_PREFACES, type TalkSlots, TOPICS } from './question-topics.ts'
import { Random } from './random.ts'
import { COLOURS, DETAILS, OCCASIONS } from './words.ts'

/** A question or an answer. */
export type Post = {
  body: string
  /** Epoch milliseconds. */
  date: number
  name: string
  /** The seller has none. */
  email: string | null
  reported: boolean
  helpful: number
}

/** Who asks and who answers: like the catalogue, a function of the seed and the product, whoever asks and in whatever order. */
export const conversations = (seed: number) => {
  const { garment } = catalogue(seed)
  const questions = new Random(seed, 'question')
  const answers = new Random(seed, 'answer')
  const cameras = new Random(seed, 'photos of answers')

  return {
    /** The product's questions by their number, from 0. */
    questionsOf(id: number): (nth: number) => Post {
      const known = HAND_MADE_QUESTIONS[id - 1]
      const it = garment(id).toLowerCase()
      return (nth) => {
        const { date, topic } = asked(questions.at(id, nth))
        const slots = slotsOf(questions, it)
        const preface = questions.oneIn(4) ? `${questions.pick(QUESTION_PREFACES)(slots)} ` : ''
        const body = preface + questions.pick(topic.questions)(slots)
        const post = { body, date, name: handle(questions), email: email(questions), ...received(questions, 120) }
        return known ? { ...post, body: known[nth]!.body, reported: false } : post
      }
    },

    /** The answers to the product's questions, by the question's number and the answer's, from 0. */
    answersOf(id: number): (question: number) => (nth: number) => Post {
      const known = HAND_MADE_QUESTIONS[id - 1]
      const it = garment(id).toLowerCase()
      return (question) => {
        const { date, topic } = asked(questions.at(id, question))
        return (nth) => {
          answers.at(id, answerKey(question, nth))
          const slots = slotsOf(answers, it)
          const preface = answers.oneIn(3) ? `${answers.pick(ANSWER_PREFACES)(slots)} ` : ''
          const body = preface + answers.pick(topic.answers)(slots)
          const bySeller = answers.below(100) < 4
          const post = { body, date: momentAfter(answers, date), ...received(answers, 150) }
          const told = known?.[question]?.answers[nth]
          if (told) return { ...post, ...from(answers, told.seller), body: told.body, reported: false }
          return { ...post, ...from(answers, bySeller) }
        }
      }
    },

    photos(id: number, question: number, nth: number, count: number): string[] {
      cameras.at(id, answerKey(question, nth))
      return Array.from({ length: count }, () => photoName(cameras))
    },
  }
}

/** When and about what: the first draws of a question, so that its answers can know them too. */
const asked = (random: Random) => ({ date: moment(random), topic: random.pick(TOPICS) })

/** No question has more than 255 answers. */
const answerKey = (question: number, nth: number) => question * 256 + nth

const slotsOf = (random: Random, it: string): TalkSlots => ({
  it,
  colour: random.pick(SMALL_COLOURS),
  occasion: random.pick(OCCASIONS),
  detail: random.pick(DETAILS),
})
const SMALL_COLOURS = COLOURS.map((colour) => colour.toLowerCase())

const received = (random: Random, postsPerReport: number) => ({
  reported: random.oneIn(postsPerReport),
  helpful: Math.min(random.below(31), random.below(31)),
})

const from = (random: Random, seller: boolean) =>
  seller ? { name: 'Seller', email: null } : { name: handle(random), email: email(random) }
