import { expect, setDefaultTimeout, test } from 'bun:test'
import { openTestHost, until, type TestHost } from '../../host/testing.ts'

setDefaultTimeout(30_000)

const header = 'id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness'
const rows = (ids: readonly number[], summary = 's') => ids.map((id) => `${id},1,3,2019-04-14,${summary},b,true,false,n,null,null,0`)
const reviews = (ids: readonly number[], summary?: string) => [header, ...rows(ids, summary)].join('\n')

type Shown = { review_id: number; summary: string; helpfulness: number; photos: { id: number }[] }
const shown = async (shop: TestHost, product = 1) =>
  ((await (await shop.get(`/reviews?product_id=${product}&count=5000&sort=newest`)).json()) as { results: Shown[] }).results
const post = async (shop: TestHost, more: object = {}) => {
  const review = {
    product_id: 1,
    rating: 5,
    summary: 'new',
    recommend: true,
    name: 'n',
    email: 'a@post.example',
    photos: ['u', 'v'],
    characteristics: {},
  }
  const { status } = await shop.get('/reviews', { method: 'POST', body: JSON.stringify({ ...review, ...more }) })
  expect(status).toBe(201)
  return (await shown(shop))[0]!
}
const idsOf = ({ review_id, photos }: Shown) => [review_id, ...photos.map(({ id }) => id)]

test('new reviews and photos have ids above all that were ever imported or given, through imports after writes too', async () => {
  await using shop = await openTestHost()
  expect(idsOf(await post(shop))).toEqual([1, 1, 2])
  await shop.import({ reviews: reviews([8, 5_000, 7]), reviews_photos: 'id,review_id,url\n9,8,u\n70000,5000,v\n12,7,w\n' })
  await until(async () => (await shown(shop)).length === 3)
  expect(idsOf(await post(shop))).toEqual([5_001, 70_001, 70_002])
  await shop.import({ reviews: reviews([3]), reviews_photos: 'id,review_id,url\n4,3,u\n' })
  await until(async () => (await shown(shop)).length === 1)
  expect(idsOf(await post(shop))).toEqual([5_002, 70_003, 70_004])
  await shop.import({ reviews: reviews([9_000_000_000_000]) })
  await until(async () => (await shown(shop)).length === 1)
  expect(idsOf(await post(shop))).toEqual([9_000_000_000_001, 70_005, 70_006])
})

test('a review of no rating that there is fails no import: it is rejected, with all that hangs on it', async () => {
  await using shop = await openTestHost()
  const { summary } = await shop.import({
    reviews: `${reviews([1])}\n2,1,0,2019-04-14,s,b,true,false,n,null,null,0\n3,1,6,2019-04-14,s,b,true,false,n,null,null,0\n4,1,-1,2019-04-14,s,b,true,false,n,null,null,0\n5,1,99999,2019-04-14,s,b,true,false,n,null,null,0`,
    reviews_photos: 'id,review_id,url\n1,2,u\n2,1,v\n',
    characteristics: 'id,product_id,name\n14,1,Fit\n',
    characteristic_reviews: 'id,characteristic_id,review_id,value\n1,14,1,4\n2,14,2,1\n3,14,3,1\n',
  })
  expect(summary.find(({ file }) => file === 'reviews.csv')).toMatchObject({ read: 5, loaded: 1, rejected: 4, dropped: 0 })
  expect((await shown(shop)).map(idsOf)).toEqual([[1, 2]])
  expect(await (await shop.get('/reviews/meta?product_id=1')).text()).toBe(
    '{"product_id":"1","ratings":{"3":"1"},"recommended":{"true":"1"},"characteristics":{"Fit":{"id":14,"value":"4.0000000000000000"}}}',
  )
})

test('an import replaces what was written, voters may vote again, and writes go on while it runs', async () => {
  await using shop = await openTestHost({ files: { reviews: reviews([1, 2], 'old') } })
  const vote = async () => (await shop.get('/reviews/1/helpful', { method: 'PUT', headers: { 'idempotency-key': 'one' } })).status
  expect(await vote()).toBe(204)
  await post(shop)
  const seen: string[] = []
  const statuses = new Set<number>()
  const state = { imported: false }
  const imported = shop.import({ reviews: reviews([1, 2, 3], 'imported') }).finally(() => (state.imported = true))
  while (!state.imported) {
    statuses.add(await vote())
    statuses.add((await shop.get('/reviews/2/helpful', { method: 'PUT' })).status)
    seen.push(
      (await shown(shop))
        .map(({ summary }) => summary)
        .toSorted()
        .join(' '),
    )
  }
  await imported
  expect([...statuses]).toEqual([204])
  await until(async () => (await shown(shop)).length === 3)
  expect(new Set(seen).difference(new Set(['new old old', 'imported imported imported']))).toEqual(new Set())
  const helpfulness = async () => (await shown(shop)).find(({ review_id }) => review_id === 1)!.helpfulness
  await vote()
  const once = await helpfulness()
  await vote()
  expect([once, await helpfulness()]).toEqual([1, 1])
})
