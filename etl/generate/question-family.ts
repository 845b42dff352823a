import { conversations, type Post } from './conversations.ts'
import { type CsvFile, field } from './csv-file.ts'
import { csvFile, type FamilyFile, quirksIn } from './family-file.ts'
import { photoUrl } from './photo-address.ts'
import type { QuestionPlan } from './question-plan.ts'
import { IDS_PER_ROW_MAX, type Quirks } from './quirks.ts'
import { strangeTexts } from './strange-texts.ts'

/** The three files about what is asked and answered. Each can be written alone and in any order. */
export const questionFamily = (plan: QuestionPlan): CsvFile[] => FILES.map((file) => csvFile(plan, file))

type QuestionFile = FamilyFile<QuestionPlan>

const QUESTIONS: QuestionFile = {
  of: 'questions',
  name: 'questions.csv',
  columns: ['id', 'product_id', 'body', 'date_written', 'asker_name', 'asker_email', 'reported', 'helpful'],
  look: { byteOrderMark: true },
  size: ({ extents }) => extents.questions,
  *rows({ seed, products, questions }, quirks) {
    const { questionsOf } = conversations(seed)
    const nextId = quirks.ids()
    const owner = quirks.owner(products.ids.at(-1)!)
    const written = writing(quirks, '?')
    for (const [index, product] of products.ids.entries()) {
      const count = questions[index]!
      const question = questionsOf(product)
      for (let nth = 0; nth < count; nth++) {
        yield `${nextId()},${owner(product)},${written(question(nth))}`
      }
    }
  },
}

const ANSWERS: QuestionFile = {
  of: 'answers',
  name: 'answers.csv',
  columns: ['id', 'question_id', 'body', 'date_written', 'answerer_name', 'answerer_email', 'reported', 'helpful'],
  look: { byteOrderMark: true, spacesInHeader: true },
  size: ({ extents }) => extents.answers,
  *rows(plan, quirks) {
    const { answersOf } = conversations(plan.seed)
    const nextId = quirks.ids()
    const nextQuestionId = quirksIn(plan, QUESTIONS).ids()
    const owner = quirks.owner(plan.extents.questions.rows * IDS_PER_ROW_MAX)
    const written = writing(quirks, '')
    let question = 0
    for (const [index, product] of plan.products.ids.entries()) {
      const count = plan.questions[index]!
      const answersTo = answersOf(product)
      for (let nth = 0; nth < count; nth++) {
        const questionId = nextQuestionId()
        const answersHere = plan.answers[question++]!
        if (answersHere === 0) continue
        const answer = answersTo(nth)
        for (let each = 0; each < answersHere; each++) {
          yield `${nextId()},${owner(questionId)},${written(answer(each))}`
        }
      }
    }
  },
}

const ANSWERS_PHOTOS: QuestionFile = {
  of: 'answersPhotos',
  name: 'answers_photos.csv',
  columns: ['id', 'answer_id', 'url'],
  look: { crlf: true },
  size: ({ extents }) => extents.photos,
  *rows(plan, quirks) {
    const { photos } = conversations(plan.seed)
    const nextId = quirks.ids()
    const nextAnswerId = quirksIn(plan, ANSWERS).ids()
    const owner = quirks.owner(plan.extents.answers.rows * IDS_PER_ROW_MAX)
    let question = 0
    let answer = 0
    for (const [index, product] of plan.products.ids.entries()) {
      const count = plan.questions[index]!
      for (let nth = 0; nth < count; nth++) {
        const answersHere = plan.answers[question++]!
        for (let each = 0; each < answersHere; each++) {
          const answerId = nextAnswerId()
          const photosHere = plan.photos[answer++]!
          if (photosHere === 0) continue
          for (const photo of photos(product, nth, each, photosHere)) yield `${nextId()},${owner(answerId)},"${photoUrl(photo, 668)}"`
        }
      }
    }
  },
}

/** What questions and answers have in common, from their body on. A strange text ends as its kind does. */
const writing = (quirks: Quirks, end: string) => {
  const bareText = quirks.of('bareText')
  const strangeText = quirks.of('strangeText')
  const nextStrange = strangeTexts()
  return ({ body, date, name, email, reported, helpful }: Post) => {
    const text = strangeText() ? nextStrange() + end : body
    return `${field(text, bareText())},${date},${name},${email},${reported ? 1 : 0},${helpful}`
  }
}

const FILES = [QUESTIONS, ANSWERS, ANSWERS_PHOTOS]
export const QUESTION_FILES = FILES.map(({ name }) => name)
