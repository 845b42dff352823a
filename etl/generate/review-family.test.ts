import { expect, test } from 'bun:test'
import { readCsv } from '../csv.ts'
import { writeCsvFile } from './csv-file.ts'
import { rowsInProportion } from './full-set.ts'
import type { GenerateOptions } from './generate.ts'
import { reviewFamily } from './review-family.ts'
import { planReviews } from './review-plan.ts'
import { STRANGE_TEXTS } from './strange-texts.ts'
import { beyond, lines, openSet as openAnySet, perOwner, unbalanced } from './testing-set.ts'

const FILES = ['reviews', 'reviews_photos', 'characteristics', 'characteristic_reviews'] as const
type File = (typeof FILES)[number]
const openSet = (options: Partial<GenerateOptions>) => openAnySet<File>(FILES, { families: ['review'], ...options })

const HEADERS: Record<File, string> = {
  reviews: 'id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness',
  reviews_photos: 'id,review_id,url',
  characteristics: 'id,product_id,name',
  characteristic_reviews: 'id,characteristic_id,review_id,value',
}
const inProportion = (products: number): Record<File, number> => ({
  reviews: rowsInProportion('reviews', products),
  reviews_photos: rowsInProportion('reviewsPhotos', products),
  characteristics: rowsInProportion('characteristics', products),
  characteristic_reviews: rowsInProportion('characteristicReviews', products),
})
const NAMES = ['Size', 'Width', 'Comfort', 'Quality', 'Length', 'Fit']

// Front ends, benchmarks and bug reports name rows of these files. A change here is a new data set: say so where it is made.
const PINNED = {
  reviews: '8e063940bda6d32ec2714b5bf4078db661cd8756bbc1e220a752fc75c38efa68',
  reviews_photos: '118134ae58ba094b213ade2941dc2100b0a9dcacdb34b21aeb6dd08504daac30',
  characteristics: 'b7a5a3cf8439f17489767d7eb5f0fe01cba41300b598a7a3f036288fba67cd51',
  characteristic_reviews: 'aa68d894ff2303e7a3c20cfbfd7d887c768f0dca9dc012fc2d560e365b41c607',
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
  for (const file of reviewFamily(planReviews({ products: 300, seed: 1, clean: false })).toReversed()) await writeCsvFile(set.out, file)
  expect(await set.hashes()).toEqual(before)
})

test('the full set has the rows of the contract, its most reviewed product less than 20,000 of them', () => {
  const { extents, reviews } = planReviews({ products: 1_000_011, seed: 1, clean: false })
  expect(Object.values(extents).map(({ rows }) => rows)).toEqual([5_774_952, 3_347_679, 2_742_540, 19_327_575])
  const most = reviews.reduce((one, other) => Math.max(one, other))
  expect(most).toBeGreaterThan(10_000)
  expect(most).toBeLessThan(20_000)
  expect(reviews.filter((count) => count === 0).length).toBeGreaterThan(100_000)
  expect(reviews.filter((count) => count >= 24).length).toBeGreaterThan(10_000)
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
      const { extents, reviews, characteristics, rated } = planReviews({ products, seed, clean: true })
      expect(Object.values(extents).map(({ rows }) => rows)).toEqual(
        (['reviews', 'characteristics', 'reviews_photos', 'characteristic_reviews'] as const).map((file) => inProportion(products)[file]),
      )
      const all = Array.from(reviews, (count, index) => Array<number>(count).fill(characteristics[index]!)).flat()
      expect(rated.every((count, review) => count <= all[review]!)).toBe(true)
    }
  }
})

test('a clean set is tidy: every id in order, every parent there, nothing rated that is not the product’s, nothing twice', async () => {
  await using set = await openSet({ products: 3_000, clean: true })
  for (const file of FILES) {
    const text = await set.text(file)
    expect(lines(text)[0]).toBe(HEADERS[file])
    expect([text.endsWith('\n'), text.includes('\r'), unbalanced(text)]).toEqual([true, false, []])
    const records = await set.records(file)
    expect(records.every(([id], index) => Number(id) === index + 1)).toBe(true)
    const parents = records.map((record) => Number(record[file === 'characteristic_reviews' ? 2 : 1]))
    expect(parents.every((parent, index) => parent >= (parents[index - 1] ?? 1))).toBe(true)
  }
  const productOf = async (file: File) => (await set.records(file)).map(([, product]) => Number(product))
  const productOfReview = await productOf('reviews')
  const productOfCharacteristic = await productOf('characteristics')
  expect(Math.max(...productOfReview, ...productOfCharacteristic)).toBeLessThanOrEqual(3_000)
  expect(beyond(await set.records('reviews_photos'), productOfReview.length)).toEqual([])
  const rated = await set.records('characteristic_reviews')
  const own = rated.every(([, characteristic, review]) => {
    const product = productOfReview[Number(review) - 1]
    return product !== undefined && product === productOfCharacteristic[Number(characteristic) - 1]
  })
  expect(own).toBe(true)
  expect(new Set(rated.map(([, characteristic, review]) => `${characteristic} ${review}`)).size).toBe(rated.length)
  expect(rated.every(([, , , value]) => /^[1-5]$/.test(value!))).toBe(true)
  expect(new Set((await set.records('characteristics')).map(([, , name]) => name!))).toEqual(new Set(NAMES))
})

test('reviews are what the API takes', async () => {
  await using set = await openSet({ products: 3_000, clean: true })
  const reviews = await set.records('reviews')
  const share = (count: number) => count / reviews.length
  const many = (test: (review: string[]) => boolean) => share(reviews.filter(test).length)
  expect(many(([, , rating]) => /^[1-5]$/.test(rating!))).toBe(1)
  expect(many(([, , , date]) => Number(date) >= Date.UTC(2018, 0, 1) && Number(date) <= Date.UTC(2021, 5, 30))).toBe(1)
  expect(many(([, , , , summary, body]) => summary!.length <= 60 && body!.length >= 50 && body!.length <= 400)).toBe(1)
  expect(many((review) => /^(true|false) (true|false)$/.test(`${review[6]} ${review[7]}`))).toBe(1)
  expect(many((review) => /^[a-z.0-9_]{4,30} [a-z]+\.[a-z]+@[a-z]+\.example$/.test(`${review[8]} ${review[9]}`))).toBe(1)
  expect(many((review) => review[10] !== '' && /^([12]?\d|30)$/.test(review[11]!))).toBe(1)
  expect(many(([, , rating]) => Number(rating) > 3)).toBeGreaterThan(0.65)
  expect(many(([, , rating, , , , recommend]) => Number(rating) > 3 === (recommend === 'true'))).toBeGreaterThan(0.8)
  expect(many((review) => review[10] !== 'null')).toBeCloseTo(0.12, 1)
  expect(many((review) => review[7] === 'true')).toBeCloseTo(0.007, 2)
  const photos = [...perOwner(await set.records('reviews_photos')).values()]
  expect([Math.min(...photos), Math.max(...photos)]).toEqual([1, 5])
})

test('popularity is steep: the most reviewed of 10,000 products has fifty times the mean, of 2,000 a few hundred', async () => {
  for (const [products, least, most] of [
    [10_000, 50 * 5.775, 2_000],
    [2_000, 200, 500],
  ] as const) {
    await using set = await openSet({ products, clean: true })
    const counts = perOwner(await set.idsAndParents('reviews'))
    const ranked = [...counts].sort(([, one], [, other]) => other - one)
    expect(ranked[0]![1]).toBeGreaterThan(least)
    expect(ranked[0]![1]).toBeLessThan(most)
    // Hot products are anywhere among the ids, and many have nothing.
    expect(ranked.slice(0, 20).filter(([id]) => id > products / 2).length).toBeGreaterThan(4)
    expect(counts.size).toBeLessThan(0.95 * products)
  }
})

test('the hand-made products have their own reviews, whatever the seed', async () => {
  for (const seed of [1, 4_294_967_295]) {
    await using set = await openSet({ products: 500, seed })
    const own = (await set.records('reviews')).slice(0, 64)
    expect([...perOwner(own).values()]).toEqual([14, 4, 4, 4, 8, 8, 4, 4, 4, 4, 6])
    expect(own[0]![4]).toBe('Nobody can find me, ten out of ten')
    const characteristics = (await set.records('characteristics')).slice(0, 37)
    expect([...perOwner(characteristics).values()]).toEqual([4, 1, 4, 4, 4, 4, 4, 4, 4, 1, 3])
    expect(characteristics.slice(0, 4).map((row) => row.join())).toEqual(['1,1,Fit', '2,1,Length', '3,1,Comfort', '4,1,Quality'])
  }
})

test('ids asked for beyond the set have reviews too, on top of the set’s own', async () => {
  const also = [19_091, 71_697]
  await using set = await openSet({ products: 100, clean: true, also })
  expect((await set.records('reviews')).filter(([, product]) => Number(product) <= 100).length).toBe(rowsInProportion('reviews', 100))
  for (const file of ['reviews', 'characteristics'] as const) {
    const counts = perOwner(await set.records(file))
    for (const id of also) expect(counts.get(id)).toBeGreaterThan(0)
  }
  await using few = await openSet({ products: 3, also: [5] })
  expect([...perOwner(await few.records('reviews'))].join(' ')).toBe('1,14 2,4 3,4 5,8')
})

test('a set with its quirks has each of them, and costs a reader only the lines whose quotes do not balance', async () => {
  await using set = await openSet({ products: 10_000 })
  const text = Object.fromEntries(await Promise.all(FILES.map(async (file) => [file, await set.text(file)] as const))) as Record<
    File,
    string
  >
  for (const file of FILES) {
    expect(text[file].split('\n', 1)[0]!.replaceAll(', ', ',')).toBe(HEADERS[file])
    expect(text[file].endsWith('\n')).toBe(file !== 'reviews_photos')
    const ids = lines(text[file])
      .slice(1)
      .map((line) => Number.parseInt(line, 10))
    expect(ids.some((id, index) => id < ids[index - 1]!)).toBe(true)
    expect(Math.max(...ids.slice(-2))).toBeGreaterThan(ids.length)
  }
  expect(text.reviews).toMatch(/^id, product_id, /)
  const broken = unbalanced(text.reviews)
  expect(broken.length).toBeGreaterThan(0)
  const rejected: string[] = []
  const records = await readCsv(new Blob([text.reviews]).stream(), {
    header: (names) => expect(names.join()).toBe(HEADERS.reviews),
    plausible: ({ bytes, start }) => bytes[start[0]!]! >= 48 && bytes[start[0]!]! <= 57,
    record: () => {},
    reject: (_line, _reason, raw) => void rejected.push(Buffer.from(raw).toString()),
  })
  expect(rejected).toEqual(broken)
  expect(records.records).toBe(set.rows.reviews - broken.length)

  const reviews = (await set.records('reviews')).filter((record) => record.length === 12)
  const many = (test: (review: string[]) => boolean) => reviews.filter(test).length
  // A third of the rate at least: quirks are spread by chance, and the first of each comes early.
  expect(many(([, , , date]) => /^20\d\d-\d\d-\d\d$/.test(date!))).toBeGreaterThan(reviews.length / 2_000 / 3)
  expect(many(([, , , , summary]) => summary!.length > 60)).toBeGreaterThan(reviews.length / 1_000 / 3)
  expect(many((review) => review[10] === '')).toBeGreaterThan(reviews.length / 500 / 3)
  expect(text.reviews).toContain(',"null",')
  expect(text.reviews).toMatch(/,true,false,[a-z]/)
  const bodies = new Set(reviews.map((review) => review[5]))
  expect(STRANGE_TEXTS.filter((strange) => !bodies.has(strange))).toEqual([])

  expect(beyond(reviews, 10_000)).not.toEqual([])
  expect(beyond(await set.idsAndParents('characteristics'), 10_000)).not.toEqual([])
  const highest = reviews.reduce((most, [id]) => Math.max(most, Number(id)), 0)
  expect(beyond(await set.idsAndParents('reviews_photos'), highest)).not.toEqual([])
  expect((await set.records('characteristic_reviews')).some(([, , review]) => Number(review) > highest)).toBe(true)
})
