import { expect, test } from 'bun:test'
import { writeCsvFile } from './csv-file.ts'
import { rowsInProportion } from './full-set.ts'
import type { GenerateOptions } from './generate.ts'
import { questionFamily } from './question-family.ts'
import { planQuestions } from './question-plan.ts'
import { STRANGE_TEXTS } from './strange-texts.ts'
import { beyond, lines, openSet as openAnySet, perOwner, unbalanced } from './testing-set.ts'

const FILES = ['questions', 'answers', 'answers_photos'] as const
type File = (typeof FILES)[number]
const openSet = (options: Partial<GenerateOptions>) => openAnySet<File>(FILES, { families: ['question'], ...options })

const HEADERS: Record<File, string> = {
  questions: 'id,product_id,body,date_written,asker_name,asker_email,reported,helpful',
  answers: 'id,question_id,body,date_written,answerer_name,answerer_email,reported,helpful',
  answers_photos: 'id,answer_id,url',
}
const inProportion = (products: number): Record<File, number> => ({
  questions: rowsInProportion('questions', products),
  answers: rowsInProportion('answers', products),
  answers_photos: rowsInProportion('answersPhotos', products),
})

// Front ends, benchmarks and bug reports name rows of these files. A change here is a new data set: say so where it is made.
const PINNED = {
  answers: 'a3ac85adeba06040a1246da712c8fc645db06761f4e1c92a0d444e22dc2560a0',
  answers_photos: 'fbb34495a369d83632f9987bb09ecbf0160f9ee15bf899b7e83982ec02849329',
  questions: '8ff85196581c78aec3dfbfa2ab1fbfa7eb260cf5e3b5bbb63918af35738358d9',
}

test('the same seed gives the same bytes, another seed other bytes', async () => {
  await using one = await openSet({ products: 300, seed: 7 })
  await using same = await openSet({ products: 300, seed: 7 })
  await using other = await openSet({ products: 300, seed: 8 })
  const hashes = await one.hashes()
  expect(await same.hashes()).toEqual(hashes)
  for (const file of FILES) expect(await other.hash(file)).not.toBe(hashes[file]!)
})

test('the bytes of 200 products with seed 1 are the ones everybody has', async () => {
  await using set = await openSet({ products: 200 })
  expect(await set.hashes()).toEqual(PINNED)
})

test('a file written alone is the same as among the others', async () => {
  await using set = await openSet({ products: 300 })
  const before = await set.hashes()
  for (const file of questionFamily(planQuestions({ products: 300, seed: 1, clean: false })).toReversed()) await writeCsvFile(set.out, file)
  expect(await set.hashes()).toEqual(before)
})

test('the full set has the rows of the contract', () => {
  const { extents, questions, answers } = planQuestions({ products: 1_000_011, seed: 1, clean: false })
  expect(Object.values(extents).map(({ rows }) => rows)).toEqual([3_518_963, 6_879_306, 2_063_759])
  expect(questions.reduce((one, other) => Math.max(one, other))).toBeGreaterThan(5_000)
  expect(answers.reduce((one, other) => Math.max(one, other))).toBe(36)
})

test.each([11, 12, 13, 57, 1_000, 2_345])('%d products have their exact share of every file', async (products) => {
  for (const clean of [true, false]) {
    await using set = await openSet({ products, clean })
    expect(set.rows).toEqual(inProportion(products))
    for (const file of FILES) expect(lines(await set.text(file)).length - 1).toBe(set.rows[file])
  }
})

test('sets of a few dozen products come out even with any seed', () => {
  for (let products = 11; products < 50; products++) {
    for (let seed = 0; seed < 40; seed++) {
      const { extents } = planQuestions({ products, seed, clean: true })
      expect(Object.values(extents).map(({ rows }) => rows)).toEqual(FILES.map((file) => inProportion(products)[file]))
    }
  }
})

test('a clean set is tidy: every id in order, every parent there, every question asked, every answer after it', async () => {
  await using set = await openSet({ products: 3_000, clean: true })
  for (const file of FILES) {
    const text = await set.text(file)
    expect(lines(text)[0]).toBe(HEADERS[file])
    expect([text.endsWith('\n'), text.includes('\r'), unbalanced(text)]).toEqual([true, false, []])
    const records = await set.records(file)
    expect(records.every(([id], index) => Number(id) === index + 1)).toBe(true)
    expect(records.every(([, parent], index) => Number(parent) >= Number(records[index - 1]?.[1] ?? 1))).toBe(true)
  }
  const questions = await set.records('questions')
  const answers = await set.records('answers')
  expect(beyond(questions, 3_000)).toEqual([])
  expect(beyond(answers, questions.length)).toEqual([])
  expect(beyond(await set.records('answers_photos'), answers.length)).toEqual([])

  expect(questions.every(([, , body]) => body!.endsWith('?') && body!.length <= 1_000)).toBe(true)
  const all = [...questions, ...answers]
  expect(all.every(([, , , date]) => Number(date) >= Date.UTC(2018, 0, 1) && Number(date) <= Date.UTC(2021, 5, 30))).toBe(true)
  expect(all.every((post) => /^Seller null$|^[a-z.0-9_]{4,30} [a-z]+\.[a-z]+@[a-z]+\.example$/.test(`${post[4]} ${post[5]}`))).toBe(true)
  expect(all.every((post) => /^[01]$/.test(post[6]!) && /^([12]?\d|30)$/.test(post[7]!))).toBe(true)
  expect(answers.every(([, question, , date]) => Number(date) > Number(questions[Number(question) - 1]![3]))).toBe(true)
  expect(answers.filter(([, , , , name]) => name === 'Seller').length / answers.length).toBeCloseTo(0.04, 1)
})

test('popularity is steep, and a question has from none to dozens of answers', async () => {
  await using set = await openSet({ products: 10_000, clean: true })
  const asked = perOwner(await set.idsAndParents('questions'))
  expect(Math.max(...asked.values())).toBeGreaterThan(50 * 3.519)
  expect(asked.size).toBeLessThan(9_000)
  const answered = perOwner(await set.idsAndParents('answers'))
  expect(answered.size).toBeLessThan(0.8 * set.rows.questions)
  expect(Math.max(...answered.values())).toBe(36)
  expect(Math.max(...perOwner(await set.idsAndParents('answers_photos')).values())).toBe(5)
})

test('the hand-made products have their own questions and answers, whatever the seed', async () => {
  for (const seed of [1, 4_294_967_295]) {
    await using set = await openSet({ products: 500, seed })
    const own = (await set.records('questions')).slice(0, 39)
    expect([...perOwner(own).values()]).toEqual([7, 3, 3, 3, 4, 4, 3, 3, 3, 3, 3])
    expect(own[0]![2]).toBe('Does the hood come off?')
    const answers = await set.records('answers')
    expect(answers.filter(([, question]) => Number(question) <= 39).length).toBe(76)
    expect(answers[2]!.slice(1, 3)).toEqual(['1', 'It stays on. The seam at the neck is part of what keeps the shape.'])
    expect(answers[2]!.slice(4, 6)).toEqual(['Seller', 'null'])
    expect(beyond((await set.records('answers_photos')).slice(0, 23), 76)).toEqual([])
  }
})

test('ids asked for beyond the set have questions too, on top of the set’s own', async () => {
  const also = [19_091, 71_697]
  await using set = await openSet({ products: 100, clean: true, also })
  const counts = perOwner(await set.records('questions'))
  expect([...counts].filter(([id]) => id <= 100).reduce((sum, [, count]) => sum + count, 0)).toBe(rowsInProportion('questions', 100))
  for (const id of also) expect(counts.get(id)).toBeGreaterThan(0)
  await using few = await openSet({ products: 3, also: [5] })
  expect([...perOwner(await few.records('questions'))].join(' ')).toBe('1,7 2,3 3,3 5,4')
})

test('a set with its quirks has each of them', async () => {
  await using set = await openSet({ products: 10_000 })
  const text = Object.fromEntries(await Promise.all(FILES.map(async (file) => [file, await set.text(file)] as const))) as Record<
    File,
    string
  >
  for (const file of FILES) {
    const header = text[file].split(/\r?\n/, 1)[0]!
    expect(header.startsWith('\ufeff')).toBe(file !== 'answers_photos')
    expect(header.replace('\ufeff', '').replaceAll(', ', ',')).toBe(HEADERS[file])
    expect(unbalanced(text[file])).toEqual([])
    const ids = (await set.idsAndParents(file)).map(([id]) => Number(id))
    expect(ids.some((id, index) => id < ids[index - 1]!)).toBe(true)
    expect(Math.max(...ids.slice(-2))).toBeGreaterThan(ids.length)
  }
  expect(text.answers.startsWith('\ufeffid, question_id, ')).toBe(true)
  expect(text.answers_photos.split('\r\n').length).toBe(text.answers_photos.split('\n').length)

  const questions = await set.records('questions')
  const answers = await set.records('answers')
  expect(beyond(questions, 10_000)).not.toEqual([])
  expect(beyond(answers, highestOf(questions))).not.toEqual([])
  expect(beyond(await set.idsAndParents('answers_photos'), highestOf(answers))).not.toEqual([])
  expect(questions.every(([, , body]) => body!.endsWith('?'))).toBe(true)
  const bodies = new Set([...questions, ...answers].map(([, , body]) => body))
  expect(STRANGE_TEXTS.filter((strange) => !bodies.has(strange) || !bodies.has(`${strange}?`))).toEqual([])
})

const highestOf = (records: string[][]) => records.reduce((most, [id]) => Math.max(most, Number(id)), 0)
