import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openTestHost, type TestHost } from '../../host/testing.ts'

/** Rows out of id order, ids with gaps, quirks of the real files; every line below is what one test reads. */
const files = {
  product: `id, name, slogan, description, category, default_price
7,Pumped Up Kicks,Faster than a just about anything,"The Pumped Up serves up crisp court style, padded",Kicks,89
1,"Camo Onesie","Blend in to your crowd","The So Fatigues will wake you up","Jackets",140
3,Morning Joggers,Make yourself a morning person,,Pants,40.5
12,Infinity Stone,Reflect on the nature of the universe,Stone,Accessories,50000000
9007199254740990,Last,s,d,c,0
4000000000,Beyond,s,d,c,28.999
`,
  features: `id,product_id,feature,value
9,1,Buttons,"Brass"
2,1,Fabric,"Canvas"
8,3,Cut,"""Loose"""
5,3,Organic,null
6,3,Lined,
7,3,Word,"null"
`,
  styles: `id,productId,name,sale_price,original_price,default_style
8,1,Dark Grey,35,140,0
1,1,"Forest Green & Black",null,140,1
3,1,Ocean Blue,100.5,140,false
20,3,Bare,,40,true
`,
  skus: `id,styleId,size,quantity
31,1,S,16
4,1,XS,8
37,1,S,3
6,8,null,0
7,8,"7.5",-1
40,3,"6"" long",null
`,
  photos: `id,styleId,url,thumbnail_url
12,1,https://photos.example/b?w=1&h=2,https://photos.example/b-small
5,1,https://photos.example/a,https://photos.example/a-small
6,8,null,https://photos.example/only-small
7,3,https://photos.example/c,null
`,
  related: `id,current_product_id,related_product_id
1,1,12
2,1,3
5,1,0
3,1,12
4,1,1
6,1,7
15,7,3
7,1,2
9,7,1
`,
}

const dates = '"created_at":"2021-08-13T14:38:44.509Z","updated_at":"2021-08-13T14:38:44.509Z"'
const kicks =
  '{"id":7,"name":"Pumped Up Kicks","slogan":"Faster than a just about anything","description":"The Pumped Up serves up crisp court style, padded",' +
  `"category":"Kicks","default_price":"89.00","campus":"hr-rfp",${dates}`
const onesie =
  '{"id":1,"name":"Camo Onesie","slogan":"Blend in to your crowd","description":"The So Fatigues will wake you up",' +
  `"category":"Jackets","default_price":"140.00","campus":"hr-rfp",${dates}`
const joggers =
  '{"id":3,"name":"Morning Joggers","slogan":"Make yourself a morning person","description":"",' +
  `"category":"Pants","default_price":"40.50","campus":"hr-rfp",${dates}`

let shop: TestHost
beforeAll(async () => void (shop = await openTestHost({ files })))
afterAll(() => shop[Symbol.asyncDispose]())

const text = async (path: string) => {
  const answer = await shop.get(path)
  expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, 'application/json; charset=utf-8'])
  return answer.text()
}
const list = async (query: string) => (JSON.parse(await text(`/products${query}`)) as { id: number }[]).map(({ id }) => id)
type Style = { style_id: number; 'default?': boolean; original_price: string; sale_price: string | null; photos: unknown[]; skus: object }
const styles = async (id: number) => (JSON.parse(await text(`/products/${id}/styles`)) as { results: Style[] }).results

const price = async (id: number) => (JSON.parse(await text(`/products/${id}`)) as { default_price: string }).default_price

describe('GET /products', () => {
  test('is a bare array in the order of ids, without features', async () => {
    expect(await text('/products?count=3')).toBe(`[${onesie}},${joggers}},${kicks}}]`)
  })

  test('gives five products of page one unless told', async () => {
    expect(await list('')).toEqual([1, 3, 7, 12, 4_000_000_000])
    expect(await list('?page=2')).toEqual([9_007_199_254_740_990])
  })

  test('pages are consecutive, whatever the gaps between ids', async () => {
    expect([await list('?count=2'), await list('?page=2&count=2'), await list('?count=2&page=3')]).toEqual([
      [1, 3],
      [7, 12],
      [4_000_000_000, 9_007_199_254_740_990],
    ])
    expect(await list('?page=3&count=4')).toEqual([])
  })

  test('a page beyond the end is empty', async () => {
    for (const page of ['3', '1000', '2147483648', '9007199254740991', '99999999999999999999']) {
      expect(await text(`/products?page=${page}`)).toBe('[]')
      expect(await text(`/products?page=${page}&count=9007199254740991`)).toBe('[]')
    }
  })

  test.each(['200', '500', '1000', '1011', '5000', '5001', '9007199254740991', '9007199254740992', '99999999999999999999'])(
    'a count of %s is no error',
    async (count) => expect(await list(`?count=${count}`)).toEqual([1, 3, 7, 12, 4_000_000_000, 9_007_199_254_740_990]),
  )

  test('a page or count that is missing, empty, zero, negative, fractional or no number is the default', async () => {
    for (const wrong of [
      '',
      '0',
      '00',
      '-1',
      '-5',
      '1.5',
      '2.0',
      'abc',
      '1e1',
      '0x10',
      'null',
      'undefined',
      'NaN',
      'Infinity',
      '%00',
      '%zz',
      '2 2',
      '٣',
    ]) {
      expect([wrong, ...(await list(`?page=${wrong}`))]).toEqual([wrong, 1, 3, 7, 12, 4_000_000_000])
      expect([wrong, ...(await list(`?count=${wrong}&page=2`))]).toEqual([wrong, 9_007_199_254_740_990])
    }
    for (const query of ['?', '?page', '?count', '?page&count', '?page=&count=', '?counts=1', '?xcount=1', '?&&']) {
      expect([query, ...(await list(query))]).toEqual([query, 1, 3, 7, 12, 4_000_000_000])
    }
  })

  test('of a field sent twice the first counts, percent-encoding is understood, what else is sent is ignored', async () => {
    expect(await list('?count=1&count=2')).toEqual([1])
    expect(await list('?count=%32&utm_source=mail&&page=%31')).toEqual([1, 3])
    expect(await list('?sort=newest&count=1')).toEqual([1])
  })
})

describe('GET /products/:id', () => {
  test("is the list's object and the features in id order", async () => {
    expect(await text('/products/1')).toBe(
      `${onesie},"features":[{"feature":"Fabric","value":"Canvas"},{"feature":"Buttons","value":"Brass"}]}`,
    )
  })

  test('a value is null for the bare word null and for nothing, and keeps the quotes that are its own', async () => {
    expect(await text('/products/3')).toBe(
      `${joggers},"features":[{"feature":"Organic","value":null},{"feature":"Lined","value":null},{"feature":"Word","value":"null"},` +
        '{"feature":"Cut","value":"\\"Loose\\""}]}',
    )
  })

  test('a product without features has an empty array', async () => {
    expect(await text('/products/7')).toBe(`${kicks},"features":[]}`)
  })

  test('prices have two decimals', async () => {
    expect(await Promise.all([1, 3, 12, 4_000_000_000, 9_007_199_254_740_990].map(price))).toEqual([
      '140.00',
      '40.50',
      '50000000.00',
      '29.00',
      '0.00',
    ])
  })
})

describe('GET /products/:id/styles', () => {
  test('has styles, photos and skus in id order, though the files are not', async () => {
    expect(await text('/products/1/styles')).toBe(
      '{"product_id":"1","results":[' +
        '{"style_id":1,"name":"Forest Green & Black","original_price":"140.00","sale_price":null,"default?":true,"photos":[' +
        '{"thumbnail_url":"https://photos.example/a-small","url":"https://photos.example/a"},' +
        '{"thumbnail_url":"https://photos.example/b-small","url":"https://photos.example/b?w=1&h=2"}],' +
        '"skus":{"4":{"quantity":8,"size":"XS"},"31":{"quantity":16,"size":"S"},"37":{"quantity":3,"size":"S"}}},' +
        '{"style_id":3,"name":"Ocean Blue","original_price":"140.00","sale_price":"100.50","default?":false,"photos":[' +
        '{"thumbnail_url":null,"url":"https://photos.example/c"}],' +
        '"skus":{"40":{"quantity":null,"size":"6\\" long"}}},' +
        '{"style_id":8,"name":"Dark Grey","original_price":"140.00","sale_price":"35.00","default?":false,"photos":[' +
        '{"thumbnail_url":"https://photos.example/only-small","url":null}],' +
        '"skus":{"6":{"quantity":0,"size":null},"7":{"quantity":-1,"size":"7.5"}}}]}',
    )
  })

  test('a size that stands twice in a style is two skus', async () => {
    const [first] = await styles(1)
    expect(Object.values(first!.skus)).toEqual([
      { quantity: 8, size: 'XS' },
      { quantity: 16, size: 'S' },
      { quantity: 3, size: 'S' },
    ])
  })

  test('a style without photos and skus has one of nulls of each', async () => {
    expect(await text('/products/3/styles')).toBe(
      '{"product_id":"3","results":[{"style_id":20,"name":"Bare","original_price":"40.00","sale_price":null,"default?":true,' +
        '"photos":[{"thumbnail_url":null,"url":null}],"skus":{"null":{"quantity":null,"size":null}}}]}',
    )
  })

  test('a known product without styles has none', async () => {
    expect(await text('/products/7/styles')).toBe('{"product_id":"7","results":[]}')
    expect(await text('/products/9007199254740990/styles')).toBe('{"product_id":"9007199254740990","results":[]}')
  })
})

describe('GET /products/:id/related', () => {
  test('is in the order of the file, without zeros, duplicates and the product itself', async () => {
    expect(await text('/products/1/related')).toBe('[12,3,7,2]')
    expect(await text('/products/7/related')).toBe('[3,1]')
  })

  test('a known product without neighbours has an empty array', async () => {
    expect(await text('/products/3/related')).toBe('[]')
  })
})

test('every path is served with and without a trailing slash, and under any campus', async () => {
  for (const path of ['/products', '/products/1', '/products/1/styles', '/products/1/related']) {
    const plain = await text(path)
    for (const same of [`${path}/`, `/api/fec2/hr-rfp${path}`, `/api/fec2/hr-rfp${path}/`, `/api/fec2/hr%2Drfp${path}`]) {
      expect([same, await text(same)]).toEqual([same, plain])
    }
  }
  expect(await text('/products/?count=1')).toBe(`[${onesie}}]`)
  expect(await text('/api/fec2/rfp/products/1/related/')).toBe('[12,3,7,2]')
})
